import json

import pytest
from gridwitness_evidence import EncodingError, EvidenceError, strict_json
from hypothesis import given
from hypothesis import strategies as st

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON_VALUES)
def test_canonical_text_reads_back_as_the_value(value: object) -> None:
    try:
        encoded = strict_json.canonical(value)
    except EncodingError as error:
        assert error.code == "json-depth"
    else:
        assert strict_json.loads(encoded) == value == json.loads(encoded)


@given(JSON_VALUES)
def test_any_spelling_of_a_value_has_one_canonical_text(value: object) -> None:
    try:
        expected = strict_json.canonical(value)
    except EncodingError as error:
        assert error.code == "json-depth"
    else:
        assert strict_json.canonical(strict_json.loads(json.dumps(value, indent=1))) == expected


def test_members_are_ordered_by_utf16_units_not_by_code_points() -> None:
    # The example of RFC 8785 section 3.2.3: U+1F600 (surrogates D83D DE00) comes before U+FB33.
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\u00f6": 7}
    assert strict_json.canonical(value).decode() == (
        '{"\\r":2,"1":4,"\x80":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}'
    )


def test_strings_are_escaped_as_rfc_8785_says() -> None:
    assert strict_json.canonical('\x00\x08\t\n\x0c\r\x1f"\\/\x7f汉') == (
        '"\\u0000\\b\\t\\n\\f\\r\\u001f\\"\\\\/\x7f汉"'.encode()
    )


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.0, "json-number"),
        ([float("nan")], "json-number"),
        (2**53, "json-number"),
        ({"a": -(2**53)}, "json-number"),
        ("\ud800", "json-surrogate"),
        ({"\udfff": 1}, "json-surrogate"),
        ({1: 2}, "json-malformed"),
        (b"x", "json-malformed"),
        ((1, 2), "json-malformed"),
    ],
)
def test_what_has_no_canonical_text_is_refused(value: object, code: str) -> None:
    with pytest.raises(EncodingError) as refusal:
        strict_json.canonical(value)
    assert refusal.value.code == code


def test_depth_counts_arrays_and_objects_and_not_brackets_in_strings() -> None:
    assert strict_json.loads("[" * 16 + '"]]{{[["' + "]" * 16)
    for text in ("[" * 17 + "]" * 17, '{"a":' * 17 + "1" + "}" * 17, "[" * 100_000):
        with pytest.raises(EncodingError) as refusal:
            strict_json.loads(text)
        assert refusal.value.code == "json-depth"
    deep: object = 1
    for _ in range(17):
        deep = [deep]
    with pytest.raises(EncodingError, match="json-depth"):
        strict_json.canonical(deep)


def test_a_raw_lone_surrogate_in_a_text_is_refused() -> None:
    with pytest.raises(EncodingError, match="json-surrogate"):
        strict_json.loads('["\ud800"]')


@given(st.binary(max_size=80) | st.text(max_size=80))
def test_no_input_raises_anything_else(text: bytes | str) -> None:
    try:
        strict_json.loads(text)
    except EvidenceError as error:
        assert error.code.startswith("json-")


@given(JSON_VALUES, st.data())
def test_mutated_json_raises_nothing_else(value: object, data: st.DataObject) -> None:
    text = bytearray(json.dumps(value, ensure_ascii=data.draw(st.booleans())).encode())
    at = data.draw(st.integers(0, len(text) - 1))
    text[at] = data.draw(st.integers(0, 255))
    try:
        read = strict_json.loads(bytes(text))
    except EvidenceError as error:
        assert error.code.startswith("json-")
    else:
        assert read == json.loads(text)
