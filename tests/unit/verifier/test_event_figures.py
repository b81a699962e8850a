"""Figures counted by the verifier from random rows are those that the plain recount gives."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime

import pytest
from gridwitness.performance.dictionary import bundled_metrics
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.events.figures import Tallies, as_figures
from gridwitness_verifier.events.metrics import parse_metrics
from gridwitness_verifier.events.standing import Period, Standing
from support.event_rows import AGENCIES, BEGINS, ENDS, EventRows
from support.metric_samples import every_column
from support.recount import recount


def text_of(value):
    """The text form of a column."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def counted(document, rows, agency):
    tallies = Tallies(parse_metrics(document), agency)
    of_event = defaultdict(lambda: defaultdict(list))
    for table, found in rows.items():
        for row in found:
            of_event[row["sub"]][table].append({name: text_of(value) for name, value in row.items()})
    period = Period.of(*(moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in (BEGINS, ENDS)))
    for tables in of_event.values():
        event = tables["event"][0]
        if event["agency"] == agency:
            tallies.add(Standing(period, event, tables))
    return tallies.figures()


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("document", [bundled_metrics(), every_column()], ids=["bundled", "every-column"])
def test_figures(seed, document):
    rows = EventRows(seed, 40).rows
    expected = {
        tuple(map(str, key)): figure
        for key, figure in recount(document, rows, AGENCIES[0], BEGINS, ENDS).items()
    }
    assert len(expected) > 50
    assert counted(document, rows, AGENCIES[0]) == expected


FIGURE = {"by": "agency", "of": "A", "metric": "m", "numerator": 1, "denominator": None, "value": "1"}


@pytest.mark.parametrize(
    "document",
    [
        None,
        {"format": "gridwitness-figures/2", "period": ["a", "b"], "figures": []},
        {"format": "gridwitness-figures/1", "period": ["a"], "figures": []},
        {"format": "gridwitness-figures/1", "period": ["a", "b"], "figures": [{**FIGURE, "numerator": True}]},
        {"format": "gridwitness-figures/1", "period": ["a", "b"], "figures": [FIGURE, FIGURE]},
        {"format": "gridwitness-figures/1", "period": ["a", "b"], "figures": [{**FIGURE, "more": 1}]},
        {
            "format": "gridwitness-figures/1",
            "period": ["a", "b"],
            "figures": [{**FIGURE, "of": "B"}, FIGURE],
        },
    ],
)
def test_a_file_without_its_form(document):
    assert as_figures(document) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: one.update(format="x"),
        lambda one: one["metrics"]["m"]["numerator"].update(of="fines"),
        lambda one: one["metrics"]["m"]["numerator"].update(where={"state": []}),
        lambda one: one["metrics"]["m"]["numerator"].update(where={"state": {"given": "yes"}}),
        lambda one: one["scores"].update(s={"parts": [{"metric": "m", "weight": 100}]}),
        lambda one: one["posts"].update(p={"metrics": ["n"]}),
    ],
)
def test_a_dictionary_without_its_form(spoil):
    document = {
        "format": "gridwitness-metrics/1",
        "metrics": {"m": {"numerator": {"of": "events"}}},
        "scores": {},
        "posts": {},
    }
    parse_metrics(document)
    spoil(document)
    with pytest.raises(VerificationError) as refused:
        parse_metrics(document)
    assert refused.value.code == "metrics-form"
