"""The error tree's promises."""

from __future__ import annotations

import pytest
from gridwitness.errors import Conflict, GridWitnessError


def test_an_error_carries_code_message_hint_and_members() -> None:
    error = Conflict("subject-moved", "Subject ab moved on.", "sign again", seq=4, prev="cd")
    assert isinstance(error, GridWitnessError)
    assert (error.code, error.message, error.hint) == ("subject-moved", "Subject ab moved on.", "sign again")
    assert error.context == {"seq": 4, "prev": "cd"}
    assert str(error) == "Subject ab moved on. (sign again)"
    assert str(Conflict("a", "b")) == "b"


@pytest.mark.parametrize("code", ["", "Two Words", "snake_case", "-x", "x-", "a--b"])
def test_a_code_is_kebab_case(code: str) -> None:
    with pytest.raises(ValueError, match="kebab"):
        Conflict(code, "message")
