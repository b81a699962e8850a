import base64

import pytest
from gridwitness_evidence import EncodingError, base64url
from hypothesis import given
from hypothesis import strategies as st


@given(st.binary(max_size=100))
def test_round_trip_in_both_alphabets(data: bytes) -> None:
    assert base64url.encode(data) == base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert base64url.decode(base64url.encode(data)) == data
    assert base64url.decode_standard(base64url.encode_standard(data)) == data


@given(st.text(st.sampled_from("AQgwB-_+/= \n~é"), max_size=8) | st.text(max_size=12))
def test_only_the_one_canonical_text_is_read(text: str) -> None:
    try:
        data = base64url.decode(text)
    except EncodingError as error:
        assert error.code == "base64url"
    else:
        assert base64url.encode(data) == text


@pytest.mark.parametrize(
    "text", ["A", "AAAAA", "AB", "AAB", "AA==", "AA=", "A+AA", "A/AA", "AA AA", "AAé", "\n"]
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(EncodingError, match="base64url"):
        base64url.decode(text)


@pytest.mark.parametrize("text", ["AA", "AA=", "AA===", "AB==", "A-==", "AAAA\n", "AAA=AAAA", "é"])
def test_standard_base64_is_as_strict(text: str) -> None:
    with pytest.raises(EncodingError, match="base64"):
        base64url.decode_standard(text)
