"""Division codes and unit-grid codes: GB/T 2260, GB/T 10114, GB/T 30428.1 (docs/format.md section 23).

Source: domain rule book 3.1, likely; the provinces are those of GB/T 2260.
"""

from __future__ import annotations

import re

from gridwitness.errors import InvalidInput

CITY, DISTRICT, STREET, COMMUNITY, UNIT_GRID, PART = range(1, 7)
LEVELS = {
    CITY: "市",
    DISTRICT: "区县",
    STREET: "街道乡镇",
    COMMUNITY: "社区村",
    UNIT_GRID: "单元网格",
    PART: "单元网格的一部分",
}
_LENGTHS = {CITY: 4, DISTRICT: 6, STREET: 9, COMMUNITY: 12, UNIT_GRID: 15}
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12]")
_DIGITS = re.compile(r"[0-9]+")


def is_code(number: str) -> bool:
    """Whether a base grid's number is a code, that is all (ASCII) digits."""
    return _DIGITS.fullmatch(number) is not None


def check_code(number: str, level: int, parent: str | None) -> None:
    """A base grid's number against its level and its parent's. Raises InvalidInput `grid-code`."""
    if not is_code(number):
        return
    length = _LENGTHS.get(level)
    if length != len(number):
        due = "has no code" if length is None else f"has a code of {length} digits"
        raise _wrong(number, f"a grid of level {level} {LEVELS[level]} {due}, not of {len(number)}")
    if not _PROVINCE.fullmatch(number[:2]):
        raise _wrong(number, f"no province has the code {number[:2]}")
    if level > DISTRICT and number[-3:] == "000":
        raise _wrong(number, "its own three digits are 000, which count from 001")
    if parent is not None and not number.startswith(parent):
        raise _wrong(number, f"it does not begin with its parent's code {parent}")


def _wrong(number: str, why: str) -> InvalidInput:
    return InvalidInput(
        "grid-code",
        f"{number} is no division or unit-grid code: {why}.",
        "county 6 + street 3 + community 3 + serial 3; a number of your own has a letter in it",
        grid=number,
    )
