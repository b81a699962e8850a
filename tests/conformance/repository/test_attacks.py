"""The trust table of ARCHITECTURE.md says, part by part, what the attacks on a running deployment found."""

from __future__ import annotations

import re

import pytest
from support.attack import PARTS
from support.attack_page import PAGE, Row, render, rows
from support.structure import ROOT

ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
FORMAT = (ROOT / "docs/format.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def suite() -> list[Row]:
    return rows()


def table() -> dict[str, str]:
    """The last cell of the trust table by the first one, without its marks."""
    section = ARCHITECTURE.split("## Whom to trust for what\n")[1].split("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return {cells[0].replace("`", "").strip(): cells[3].strip() for cells in lines[2:]}


def cell_of(part: str) -> str:
    found = [cell for name, cell in table().items() if name.startswith(part)]
    assert len(found) == 1, (part, found)
    return found[0]


def test_every_part_of_the_table_is_attacked_and_no_other(suite: list[Row]) -> None:
    names = list(table())
    assert len(names) == len(PARTS)
    assert all(name.startswith(part) for name, part in zip(names, PARTS, strict=True)), names
    assert {row.attack.by for row in suite} == set(PARTS)
    assert {row.attack.helped_by for row in suite} - {None} <= set(PARTS)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_says_so_where_its_attacks_were_found(suite: list[Row], part: str) -> None:
    ours = [row.attack for row in suite if row.attack.by == part]
    cell = cell_of(part)
    assert set(re.findall(r"`([^`]+)`", cell)) == set().union(*(attack.checks for attack in ours))
    undetected = [attack.name for attack in ours if attack.undetected]
    assert ("–" in cell) == bool(undetected), undetected


def test_the_checks_that_find_them_are_those_of_the_format(suite: list[Row]) -> None:
    paragraph = FORMAT.split("Check names. ")[1]
    lists = re.findall(
        r"(?:bundle:|log:|audit:|case file \(section 16\) adds|event file \(section 24\) adds) `([^`]+)`",
        paragraph,
    )
    checks = {"memory", *(word for names in lists for word in names.split())}
    assert len(lists) == 5
    found = {one.check for row in suite for one in row.attack.found} - {"trust"}
    assert found <= checks
    # Every check of the format finds something, so none of them is there for show.
    assert checks <= found, checks - found


def test_names_are_told_apart(suite: list[Row]) -> None:
    names = [row.attack.name for row in suite]
    assert len(set(names)) == len(names)


def test_the_page_is_current(suite: list[Row]) -> None:
    assert PAGE.read_text(encoding="utf-8") == render(suite)
