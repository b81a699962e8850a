"""The verifier's own reading of figures and the plain recount agree on random rows."""

from __future__ import annotations

from typing import Any

import pytest
from gridwitness.database import postgres_type, text_form
from gridwitness.events.models import EventRow
from gridwitness.performance.dictionary import bundled_metrics
from gridwitness.records import rfc3339
from gridwitness_verifier.events.figures import Tallies
from gridwitness_verifier.events.metrics import parse_metrics
from gridwitness_verifier.events.standing import Period, Standing
from hypothesis import given, settings
from hypothesis import strategies as st
from support.event_rows import AGENCIES, BEGINS, ENDS, EventRows
from support.metric_samples import every_column
from support.recount import recount

AGENCY = AGENCIES[0]
DOCUMENTS = (bundled_metrics(), every_column())
PERIOD = Period.of(rfc3339(BEGINS), rfc3339(ENDS))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), events=st.integers(0, 9), which=st.sampled_from([0, 1]))
def test_verifier_and_recount_agree(seed: int, events: int, which: int) -> None:
    rows = EventRows(seed, events).rows
    assert figures(DOCUMENTS[which], rows) == recount(DOCUMENTS[which], rows, AGENCY, BEGINS, ENDS)


@pytest.mark.parametrize("grid", ["３３０１０６００１", "33010٦001", "330106001²"])
def test_only_plain_digits_are_a_division_code(grid: str) -> None:
    rows = EventRows(3, 6).rows
    for event in rows["event"]:
        event["grid"] = grid
    found = figures(DOCUMENTS[0], rows)
    assert found == recount(DOCUMENTS[0], rows, AGENCY, BEGINS, ENDS)
    assert {of for by, of, _ in found if by == "grid"} == {grid}


def figures(document: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> dict[Any, Any]:
    """What the verifier makes of the rows' text forms, event by event."""
    tallies = Tallies(parse_metrics(document), AGENCY)
    for event in rows["event"]:
        if event["agency"] != AGENCY:
            continue
        own = {
            table: [_texts(table, row) for row in members if row["sub"] == event["sub"]]
            for table, members in rows.items()
        }
        tallies.add(Standing(PERIOD, own["event"][0], own))
    return tallies.figures()


def _texts(table: str, row: dict[str, Any]) -> dict[str, str | None]:
    columns = EventRow.metadata.tables[f"events.{table}"].columns
    return {name: text_form(value, postgres_type(columns[name])) for name, value in row.items()}
