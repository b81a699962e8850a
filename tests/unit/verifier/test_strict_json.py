"""Strict JSON, JCS and base64url."""

import base64
import json

import pytest
from gridwitness_verifier import base64url, strict_json
from gridwitness_verifier.errors import VerificationError
from hypothesis import given
from hypothesis import strategies as st


def code(data):
    with pytest.raises(VerificationError) as caught:
        strict_json.loads(data)
    return caught.value.code


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "json-malformed"),
        (b"\xef\xbb\xbf{}", "json-malformed"),
        (b"\xff", "json-malformed"),
        (b"{} {}", "json-malformed"),
        (b"NaN", "json-malformed"),
        (b"-Infinity", "json-malformed"),
        (b'"\x01"', "json-malformed"),
        (b'{"a":1,}', "json-malformed"),
        (b"\xc2\xa0{}", "json-malformed"),
        (b"[01]", "json-malformed"),
        (b'{"a":1,"b":{"c":1,"\\u0063":2}}', "json-duplicate"),
        (b"1.0", "json-number"),
        (b"1e2", "json-number"),
        (b"-0", "json-number"),
        (b"9007199254740992", "json-number"),
        (b"-9007199254740992", "json-number"),
        (b"9" * 100_000, "json-number"),
        (b'"\\ud800"', "json-surrogate"),
        (b'{"\\udc00":1}', "json-surrogate"),
        (b'["\\udc00\\ud800"]', "json-surrogate"),
        (b'"\xed\xa0\x80"', "json-malformed"),
        ('"\ud800"', "json-surrogate"),
        (b"[" * 17 + b"]" * 17, "json-depth"),
        (b'{"a":' * 17 + b"1" + b"}" * 17, "json-depth"),
        (b"[" * 5_000_000, "json-depth"),
    ],
)
def test_what_is_refused(data, expected):
    assert code(data) == expected


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b" [1 ,\t2]\r\n", [1, 2]),
        (b"9007199254740991", 2**53 - 1),
        (b"-9007199254740991", 1 - 2**53),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\"[[[[[[[[[[[[[[[[[[[[[["', '"[[[[[[[[[[[[[[[[[[[[[['),
        (b"[" * 16 + b"]" * 16, json.loads("[" * 16 + "]" * 16)),
        (b"[" + b",".join([b"[]"] * 40) + b"]", [[]] * 40),
        ("null", None),
    ],
)
def test_what_is_read(data, value):
    assert strict_json.loads(data) == value


def test_jcs_orders_by_utf16_and_escapes_as_rfc_8785_says():
    value = {
        "\u20ac": 1,
        "\r": "\x08\x1f\x7f",
        "\ufb33": True,
        "1": None,
        "\U0001f600": [{"b": 2, "a": "é/\\"}],
    }
    assert strict_json.canonical(value).decode() == (
        '{"\\r":"\\b\\u001f\x7f","1":null,"\u20ac":1,"\U0001f600":[{"a":"é/\\\\","b":2}],"\ufb33":true}'
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_canonical_bytes_read_back(value):
    try:
        assert strict_json.loads(strict_json.canonical(value)) == value
    except VerificationError as error:
        assert error.code == "json-depth"


@given(st.binary())
def test_base64url_is_canonical(data):
    text = base64url.encode(data)
    assert text == base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    assert base64url.decode(text) == data
    assert base64url.decode_standard(base64.b64encode(data).decode()) == data


@given(st.text(alphabet="AQgwBZaz09-_=+/\n é", max_size=12))
def test_every_other_base64_text_is_refused(text):
    for decode, encode in (
        (base64url.decode, base64url.encode),
        (base64url.decode_standard, lambda data: base64.b64encode(data).decode()),
    ):
        try:
            assert encode(decode(text)) == text
        except VerificationError as error:
            assert error.code.startswith("base64")
