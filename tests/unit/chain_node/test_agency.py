"""Agency codes in 32-byte words."""

from __future__ import annotations

import pytest
from gridwitness_chain import AgencyRefused, agency_code, agency_word


@pytest.mark.parametrize("code", ["110105", "110105CG01", "A" * 18])
def test_codes_survive_the_word(code: str) -> None:
    word = agency_word(code)
    assert len(word) == 32 and word.startswith(code.encode()) and agency_code(word) == code


@pytest.mark.parametrize("code", ["", "12345", "A" * 19, "110105cg", "110105 1", "110105\n", "１１０１０５"])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(AgencyRefused):
        agency_word(code)


def test_words_that_hold_no_code() -> None:
    assert agency_code(bytes(32)) is None
    for word in (b"\0110105".ljust(32, b"\0"), b"110105\0A".ljust(32, b"\0"), b"\xff" * 32, b"A" * 32):
        with pytest.raises(AgencyRefused):
            agency_code(word)
