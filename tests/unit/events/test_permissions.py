"""docs/permissions.md is what the engine does: every role × relation × step, read off the published page."""

from __future__ import annotations

from pathlib import Path

import pytest
from gridwitness.events.loop import Loop
from gridwitness.events.loop_document import bundled_loop, read_loop
from gridwitness.events.permissions import steps_document
from gridwitness.members import ROLES
from support.event_permissions import is_allowed, platform_may

PAGE = Path(__file__).parents[3] / "docs" / "permissions.md"
LOOP: Loop = read_loop(bundled_loop())


def table(page: str, heading: str) -> dict[str, dict[str, str]]:
    """A table below a heading: last word of the row's and the column's name → cell."""
    lines = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    columns = [name.split()[-1] for name in rows[0][1:]]
    return {
        row[0].split()[-1].strip("`"): dict(zip(columns, row[1:], strict=True))
        for row in rows[2:]
    }  # fmt: skip


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_page_is_that_of_the_loop(page: str) -> None:
    assert steps_document(LOOP) in page, "run: gridwitness permissions --out docs/permissions.md"


def test_everybody_may_exactly_what_the_page_says(page: str) -> None:
    steps, scopes = table(page, "环节 Steps"), table(page, "职责范围 Scopes")
    assert steps.keys() == LOOP.steps.keys()
    wrong, counted = [], 0
    for name, step in LOOP.steps.items():
        for role in ROLES:
            cell = steps[name].get(role, "")
            scope = cell.removesuffix("*").split()[-1:]
            for relation, row in scopes.items():
                for own in (False, True):
                    allowed = bool(scope) and row[scope[0]] == "✓"
                    if cell.endswith("*"):  # of the caller: an own report, or one just being made
                        allowed = allowed and (own or step.opens)
                    counted += 1
                    if is_allowed(LOOP, step, role, relation, own=own) != allowed:
                        wrong.append((name, role, relation, own, allowed))
    assert wrong == []
    assert counted == len(LOOP.steps) * 18 * 13 * 2


def test_the_platform_acts_exactly_where_the_page_says(page: str) -> None:
    steps = table(page, "环节 Steps")
    assert {name: row["platform"] == "✓" for name, row in steps.items()} == {
        name: platform_may(LOOP, step) for name, step in LOOP.steps.items()
    }
