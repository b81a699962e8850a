"""Figures counted in SQL are those that a plain recount of the same rows gives, and lead to their events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from gridwitness.database import create_engine_for, driver_connection, session_factory
from gridwitness.errors import InvalidInput
from gridwitness.migration import migrate
from gridwitness.performance import Dictionary, Period, Selection
from gridwitness.performance.counted_events import count_of, counted_events, events_counted
from gridwitness.performance.dictionary import bundled_dictionary, bundled_metrics
from gridwitness.performance.figures import figures
from gridwitness.performance.making import CUTS
from gridwitness.performance.tallies import tally
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from support.event_rows import AGENCIES, BEGINS, ENDS, EventRows, laid_down
from support.metric_samples import every_column
from support.postgres import database_server
from support.recount import Recount, recount

AGENCY = AGENCIES[0]
SELECTION = Selection(AGENCY, Period(BEGINS, ENDS))
DOCUMENTS = (bundled_metrics(), every_column())
PARSED = tuple(Dictionary.parse(document) for document in DOCUMENTS)


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    server = database_server()
    server.prepare("migrated", lambda urls: migrate(urls.owner))
    urls = server.fresh("migrated")
    engine = create_engine_for(urls.app)
    with session_factory(engine)() as opened:
        yield opened
    engine.dispose()
    server.drop(urls)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), events=st.integers(0, 9), which=st.sampled_from([0, 1]))
def test_figures_are_those_of_a_plain_recount(session: Session, seed: int, events: int, which: int) -> None:
    rows = EventRows(seed, events).rows
    dictionary = PARSED[which]
    with laid_down(driver_connection(session), rows):
        tallies = tally(session, dictionary.counts(), SELECTION, CUTS)
    found = figures(dictionary, tallies, AGENCY, CUTS)
    assert {(one.by, one.of, one.metric): (one.numerator, one.denominator, one.value) for one in found} == (
        recount(DOCUMENTS[which], rows, AGENCY, BEGINS, ENDS)
    )
    keys = [(one.by, one.of, one.metric) for one in found]
    assert keys == sorted(set(keys))


def test_a_figure_leads_to_the_events_counted(session: Session) -> None:
    rows = EventRows(7, 30).rows
    dictionary = PARSED[0]
    plain = Recount(rows, AGENCY, BEGINS, ENDS)
    shown = 0
    with laid_down(driver_connection(session), rows):
        found = figures(dictionary, tally(session, dictionary.counts(), SELECTION, CUTS), AGENCY, CUTS)
        for one in [one for one in found if one.numerator][::9]:
            count = count_of(dictionary, one.metric, "numerator")
            first = counted_events(session, count, SELECTION, one.by, one.of, limit=2)
            rest = counted_events(session, count, SELECTION, one.by, one.of, after=first[-1].number)
            assert sum(event.rows for event in first + rest) == one.numerator
            numbers = [event.number for event in first + rest]
            assert numbers == sorted(set(numbers))
            shown += len(numbers)
        counted = events_counted(session, dictionary.counts(), SELECTION)
    parts = [metric[side] for metric in DOCUMENTS[0]["metrics"].values() for side in metric.keys() & _SIDES]
    told = {
        row["sub"] for c in parts for row, event, _ in plain.tables[c["of"]] if plain.belongs(c, row, event)
    }
    assert shown > 50 and counted == len(told) > 5


def test_only_what_is_selected_is_counted(session: Session) -> None:
    rows = EventRows(11, 40).rows
    dictionary = bundled_dictionary()
    chosen = replace(SELECTION, grids=frozenset({"330106001", "G-1"}), matters=("0101",), channels=("web",))
    few = [one for one in rows["event"] if one["grid"] in ("330106001", "G-1") and one["matter"] == "0101"]
    subs = {one["sub"] for one in few}
    wanted = recount(
        DOCUMENTS[0],
        {table: [one for one in members if one["sub"] in subs] for table, members in rows.items()},
        AGENCY,
        BEGINS,
        ENDS,
    )
    with laid_down(driver_connection(session), rows):
        tallies = tally(session, dictionary.counts(), chosen, CUTS)
        by_matter = tally(session, dictionary.counts(), chosen, ["matter"])
    found = {(one.by, one.of, one.metric): one.value for one in figures(dictionary, tallies, AGENCY, CUTS)}
    assert found == {key: value for key, (_, _, value) in wanted.items()}
    assert by_matter["matter", "0101"] == by_matter["agency", AGENCY] == tallies["agency", AGENCY]


def test_nothing_else_is_a_cut(session: Session) -> None:
    with pytest.raises(InvalidInput, match="not told apart") as refused:
        tally(session, bundled_dictionary().counts(), SELECTION, ["number; DROP TABLE events.event"])
    assert refused.value.code == "cut-unknown"


_SIDES = {"numerator", "denominator"}
