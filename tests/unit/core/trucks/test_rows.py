"""Row bytes: the same of a row and of a frame, for every value a column can hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import polars as pl
import pytest
from gridwitness.errors import InvalidInput
from gridwitness.trucks.frames import PASSAGE_COLUMNS, POSITION_COLUMNS
from gridwitness.trucks.row_frames import frame_texts
from gridwitness.trucks.rows import ROW_COLUMNS, reference, row_bytes, row_object
from hypothesis import given, settings
from hypothesis import strategies as st

FRAMES = {
    "passages": {"serial": pl.Int64, **PASSAGE_COLUMNS},
    "positions": {"serial": pl.Int64, **POSITION_COLUMNS},
}
LIMITS = {pl.Int8: 7, pl.Int16: 15, pl.Int32: 31, pl.Int64: 53, pl.UInt32: 32}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """What a column of this type holds."""
    if kind == pl.String:
        return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
    if kind == pl.Boolean:
        return st.booleans()
    if isinstance(kind, pl.Datetime):
        return st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
    bits = LIMITS[kind]
    return st.integers(0 if kind == pl.UInt32 else -(2**bits) + 1, 2**bits - 1)


def rows_of(content: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows with any of their columns empty."""
    columns = FRAMES[content]
    fields = {
        name: values(kind) if name in ("serial", "item") else st.none() | values(kind)
        for name, kind in columns.items()
        if name != "message"
    }
    return st.lists(st.fixed_dictionaries(fields), min_size=1, max_size=5)


@pytest.mark.parametrize("content", FRAMES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_frame_gives_the_bytes_of_its_rows(content: str, data: st.DataObject) -> None:
    rows = data.draw(rows_of(content))
    schema = {name: kind for name, kind in FRAMES[content].items() if name != "message"}
    texts = frame_texts(content, pl.DataFrame(rows, schema=schema))
    assert [text.encode() for text in texts] == [row_bytes(content, row) for row in rows]
    assert [json.loads(text) for text in texts] == [row_object(content, row) for row in rows]


@pytest.mark.parametrize("content", FRAMES)
def test_a_row_has_every_column_of_its_frame(content: str) -> None:
    assert set(ROW_COLUMNS[content]) == FRAMES[content].keys() - {"message"}


def test_a_row_in_words() -> None:
    at = datetime(2026, 3, 1, 8, 30, 0, 5, tzinfo=timezone(timedelta(hours=8)))
    row = {"serial": 7, "item": 0, "plate": "浙A12345", "captured_at": at, "lane": None, "received_at": at}
    assert (
        row_bytes("passages", row).decode()
        == '{"captured_at":"2026-03-01T00:30:00.000005Z","item":0,"plate":"浙A12345","serial":7}'
    )
    assert row_bytes("positions", {"serial": 1, "item": 2, "backfill": True}) == (
        b'{"backfill":"true","item":2,"serial":1}'
    )
    assert reference("kk-01", 7, 0) == "kk-01:7:0"


@pytest.mark.parametrize("value", [1.5, datetime(2026, 3, 1), b"x"])
def test_what_no_column_holds_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput, match="plate"):
        row_bytes("passages", {"serial": 1, "item": 0, "plate": value})
