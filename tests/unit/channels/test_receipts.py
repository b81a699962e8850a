"""Receipt codes: one for each number, and none that was not given out."""

from __future__ import annotations

import pytest
from gridwitness.channels.receipts import ReceiptCodes
from gridwitness.errors import NotFound
from hypothesis import assume, given
from hypothesis import strategies as st

KEY = bytes(range(32))
CODES = ReceiptCodes(lambda: KEY)
NUMBERS = st.from_regex(r"[0-9A-Z]{6,18}-[0-9]{4}-[0-9]{6,9}", fullmatch=True)


@given(NUMBERS)
def test_a_code_leads_to_its_number(number: str) -> None:
    code = CODES.code(number)
    assert CODES.number(code) == number
    assert CODES.number(f" {code.lower()} ") == number


@given(NUMBERS, NUMBERS)
def test_numbers_have_different_codes(one: str, other: str) -> None:
    assume(one != other)
    assert CODES.code(one)[-12:] != CODES.code(other)[-12:]


@given(NUMBERS, st.integers(0, 11), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_changed_code_is_unknown(number: str, place: int, letter: str) -> None:
    code = CODES.code(number)
    changed = code[: -12 + place] + letter + code[len(code) - 11 + place :]
    assume(changed != code)
    with pytest.raises(NotFound) as refusal:
        CODES.number(changed)
    assert refusal.value.code == "receipt-unknown"


@given(st.text(max_size=60))
def test_any_text_is_a_known_code_or_unknown(text: str) -> None:
    with pytest.raises(NotFound):
        CODES.number(text)


def test_it_is_the_code_of_the_format() -> None:
    # HMAC computed by hand: docs/format.md section 25.
    import hashlib
    import hmac

    number = "330100CG-2026-000001"
    key = hashlib.sha256(b"gridwitness-receipt-code/v1\n" + KEY).digest()
    bits = int.from_bytes(hmac.new(key, number.encode(), hashlib.sha256).digest()[:8], "big")
    marks = ""
    for _ in range(12):
        marks += "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits % 32]
        bits //= 32
    assert CODES.code(number) == f"{number}-{marks}"


def test_another_deployment_has_other_codes() -> None:
    other = ReceiptCodes(lambda: bytes(32))
    assert other.code("330100CG-2026-000001") != CODES.code("330100CG-2026-000001")
