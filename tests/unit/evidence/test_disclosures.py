"""Disclosures without escapes are read without the JSON reader, and never otherwise than with it."""

from __future__ import annotations

import json

from gridwitness_evidence import base64url, disclosures
from gridwitness_evidence.disclosures import Disclosure, parse_disclosure
from gridwitness_evidence.errors import EvidenceError
from hypothesis import given
from hypothesis import strategies as st

SALT = "c2FsdHNhbHRzYWx0c2FsdA"
_names = st.sampled_from(["place", "row.0.name", "iss", "_sd", "sub", "a" * 64, "Place", ""])
_values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.text(max_size=3), max_size=2)
)


def both_ways(decoded: bytes) -> tuple[Disclosure | str, Disclosure | str]:
    """As the door reads it, and with the JSON reader alone: the disclosure or the refusal's code."""
    encoded = base64url.encode(decoded)
    found: list[Disclosure | str] = []
    for read in (parse_disclosure, lambda text: disclosures._read_any(base64url.decode(text), text)):
        try:
            found.append(read(encoded))
        except EvidenceError as error:
            found.append(error.code)
    return found[0], found[1]


@given(name=_names, value=_values, escaped=st.booleans(), spaced=st.booleans())
def test_whatever_is_disclosed(name: str, value: object, escaped: bool, spaced: bool) -> None:
    separators = (", ", ": ") if spaced else (",", ":")
    text = json.dumps([SALT, name, value], ensure_ascii=escaped, separators=separators)
    quick, full = both_ways(text.encode("utf-8", "surrogatepass"))
    assert quick == full


@given(st.data())
def test_whatever_bytes_come(data: st.DataObject) -> None:
    whole = f'["{SALT}","place","文三路 90 号"]'.encode()
    at, width = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 3))
    put = data.draw(st.sampled_from([b"", b'"', b"\\", b"\n", b" ", b"\xed\xa0\x80", b"\xff", b"]", b"null"]))
    quick, full = both_ways(whole[:at] + put + whole[at + width :])
    assert quick == full


def test_the_plain_form_is_the_usual_one() -> None:
    assert disclosures._PLAIN.fullmatch(f'["{SALT}","place","文三路 90 号"]'.encode())
    assert disclosures._PLAIN.fullmatch(f'["{SALT}", "row.0.name", null]'.encode())
    assert not disclosures._PLAIN.fullmatch(f'["{SALT}","place","a\\u0041"]'.encode())
