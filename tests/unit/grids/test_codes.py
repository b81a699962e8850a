"""Division codes and unit-grid codes: what is one, and whose child."""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path

import pytest
from gridwitness.errors import InvalidInput
from gridwitness.grids.codes import check_code

GOOD = [
    ("3301", 1, None),
    ("330106", 2, "3301"),
    ("330106001", 3, "330106"),
    ("330106001001", 4, "330106001"),
    ("330106001001001", 5, "330106001001"),
    ("330106001001001", 5, "330106001"),  # the community need not be registered as a grid
    ("west-1", 2, "3301"),
    ("A330106", 6, "330106001001001"),
]
BAD = [
    ("330106", 1, None),
    ("33010600", 2, "3301"),
    ("3301060010010", 4, "330106001"),
    ("330106001001001", 6, "330106001001"),
    ("990106", 2, "9901"),
    ("330106000", 3, "330106"),
    ("330106001001000", 5, "330106001001"),
    ("330107001", 3, "330106"),
    ("330106", 2, "city"),
]


@pytest.mark.parametrize(("number", "level", "parent"), GOOD)
def test_codes_of_their_level_below_their_parent(number: str, level: int, parent: str | None) -> None:
    check_code(number, level, parent)


@pytest.mark.parametrize(("number", "level", "parent"), BAD)
def test_what_is_no_code_is_refused(number: str, level: int, parent: str | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_code(number, level, parent)
    assert refused.value.code == "grid-code"


def test_the_codes_in_use_are_codes() -> None:
    """All districts, streets and villages of the reference tables, each below its parent."""
    given = os.environ.get("GRIDWITNESS_REFERENCE_DATA")
    if not given:
        pytest.skip("GRIDWITNESS_REFERENCE_DATA names no reference data")
    folder = Path(given) / "boundaries" / "china_division"
    refused = []
    for file, level, parent in (
        ("areas", 2, "cityCode"),
        ("streets", 3, "areaCode"),
        ("villages_qingdao", 4, "streetCode"),
        ("villages_shenzhen", 4, "streetCode"),
    ):
        with gzip.open(folder / f"{file}.csv.gz", "rt", encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                try:
                    check_code(row["code"], level, row[parent])
                except InvalidInput:
                    refused.append(row["code"])
    assert refused == ["350527000"], "a county without streets stands among them as its own street"
