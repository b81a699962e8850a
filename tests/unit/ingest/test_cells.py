"""Times and decimals of outside cells."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from gridwitness.records.kinds import is_time
from gridwitness_ingest.cells import BadCellError, decimal, instant
from hypothesis import given
from hypothesis import strategies as st

LOS_ANGELES = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("12/31/2017 11:59:58 PM", "2018-01-01T07:59:58Z"),
        ("07/01/2018 12:00:00 AM", "2018-07-01T07:00:00Z"),
        ("07/01/2018 12:30:00 PM", "2018-07-01T19:30:00Z"),
        ("7/1/2018 13:30", "2018-07-01T20:30:00Z"),
        (" 07/01/2018 ", "2018-07-01T07:00:00Z"),
        ("2018-07-01", "2018-07-01T07:00:00Z"),
        ("2018/07/01 08:09:10", "2018-07-01T15:09:10Z"),
        ("2018-07-01T08:09:10.999999", "2018-07-01T15:09:10Z"),
        ("2018-07-01T08:09:10Z", "2018-07-01T08:09:10Z"),
        ("2018-07-01 08:09:10 +08:00", "2018-07-01T00:09:10Z"),
        ("2018-07-01T08:09-0330", "2018-07-01T11:39:00Z"),
        ("2018-07-01T08:09:10+08", "2018-07-01T00:09:10Z"),
        ("11/04/2018 01:30:00 AM", "2018-11-04T08:30:00Z"),  # twice: the first, summer time
        ("03/11/2018 02:30:00 AM", "2018-03-11T10:30:00Z"),  # never: with the offset from before
    ],
)
def test_times(cell: str, expected: str) -> None:
    assert instant(cell, LOS_ANGELES) == expected


@pytest.mark.parametrize(
    "cell",
    [
        "yesterday", "13/01/2018 10:00:00 AM", "02/30/2018", "07/01/2018 13:00:00 PM", 
        "07/01/2018 00:00:00 AM",
        "07/01/2018 24:00:00", "2018-07/01", "07/01/18", "2018-07-01T08:09:10+25:00", "1530432000",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-01:00", "٢٠١٨-٠٧-٠١",
    ],
)  # fmt: skip
def test_what_is_no_time(cell: str) -> None:
    with pytest.raises(BadCellError):
        instant(cell, UTC)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("34.0732166450", "34.0732166450"), ("-118", "-118"), (" +1.5 ", "1.5"), (".5", "0.5"), ("5.", "5"),
        ("1.5e-3", "0.0015"), ("-0.0", "-0.0"),
    ],
)  # fmt: skip
def test_decimals(cell: str, expected: str) -> None:
    assert decimal(cell) == expected


@pytest.mark.parametrize("cell", ["N/A", "1,5", "NaN", "inf", "1e1000", "0x10", "--1", "٣", "1_000"])
def test_what_is_no_decimal(cell: str) -> None:
    with pytest.raises(BadCellError):
        decimal(cell)


@given(st.text(max_size=40) | st.from_regex(r"[0-9/: TAPM+.-]{1,30}", fullmatch=True))
def test_any_cell_is_read_in_form_or_refused(cell: str) -> None:
    with contextlib.suppress(BadCellError):
        assert is_time(instant(cell, LOS_ANGELES))
    with contextlib.suppress(BadCellError):
        assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", decimal(cell))
