"""Cursors go round, and anything else is refused."""

from __future__ import annotations

import pytest
from gridwitness.errors import InvalidInput
from gridwitness_api.cursors import decode_cursor, encode_cursor
from hypothesis import given
from hypothesis import strategies as st


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40))
def test_a_position_comes_back(position: str) -> None:
    assert decode_cursor(encode_cursor(position)) == position


@pytest.mark.parametrize("cursor", ["=", "a", "AA==", "_w", encode_cursor("a\0b"), "A" * 1000, "é"])
def test_what_is_no_cursor(cursor: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        decode_cursor(cursor)
    assert caught.value.code == "cursor-invalid"
