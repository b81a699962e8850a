"""The vectors that the verifier has to answer too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from gridwitness.calendars import Calendars, bundled_calendars, read_clocks, surcharge
from gridwitness.rules import Attempt, CaseFacts, DeviceReview, Procedure, StepFact
from support.procedure_case import procedure
from support.vectors import load

JUDGED = load("procedure/judged")
CLOCKS = load("procedure/clocks")
SURCHARGES = load("procedure/surcharges")
CALENDARS = Calendars.of(load("procedure/calendars"))


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _fact(part: Mapping[str, Any]) -> StepFact:
    return StepFact(
        part["step"],
        _moment(part["occurred_at"]),
        part["outcome"],
        part["details"],
        tuple(part["officers"]),
        part["signer"],
        part["seq"],
        str(part["seq"]),
    )


def _facts(case: Mapping[str, Any]) -> CaseFacts:
    reviews = tuple(
        DeviceReview(
            part["device"],
            part["review"],
            part["outcome"],
            _moment(part["valid_from"]),
            _moment(part["valid_to"]),
        )
        for part in case.get("device_reviews", ())
    )
    qualified = case.get("qualified")
    return CaseFacts(
        tuple(_fact(part) for part in case["steps"]),
        reviews,
        None if qualified is None else frozenset(qualified),
    )


@pytest.mark.parametrize("case", JUDGED, ids=lambda case: case["name"])
def test_a_step_is_judged_as_written(case: Mapping[str, Any]) -> None:
    attempt = Attempt(
        _fact(case["attempt"]),
        frozenset(case["roles"]),
        case["files"],
        case["party"],
        case["place"],
        case["facts"],
    )
    found = procedure(case["procedure"]).judge(_facts(case), attempt, CALENDARS.term_end)
    refused = sorted((refusal.kind, refusal.rule) for refusal in found.refusals)
    assert refused == sorted((kind, rule) for kind, rule, _ in case["refusals"])
    assert found.state_after == case["state_after"]
    assert found.allowed == (not case["refusals"])


@pytest.mark.parametrize("case", CLOCKS, ids=lambda case: case["name"])
def test_a_clock_reads_as_written(case: Mapping[str, Any]) -> None:
    today = date.fromisoformat(case["today"])
    found = [
        {
            "clock": reading.clock,
            "rule": reading.rule,
            "started_seq": reading.started_seq,
            "due_on": reading.due_on and reading.due_on.isoformat(),
            "problem": reading.problem,
            "state": reading.state,
            "ended_on": reading.ended_on and reading.ended_on.isoformat(),
            "overdue": reading.overdue,
        }
        for reading in read_clocks(procedure(case["procedure"]), _facts(case), CALENDARS, today)
    ]
    wanted = {reading["clock"] for reading in case["readings"]}
    assert [reading for reading in found if reading["clock"] in wanted] == case["readings"]
    if case["complete"]:
        assert {reading["clock"] for reading in found} == wanted


@pytest.mark.parametrize("case", SURCHARGES, ids=lambda case: case["name"])
def test_a_surcharge_is_as_written(case: Mapping[str, Any]) -> None:
    owed = surcharge(
        Decimal(case["fine"]),
        date.fromisoformat(case["due_on"]),
        [(date.fromisoformat(day), Decimal(amount)) for day, amount in case["payments"]],
        [(date.fromisoformat(a), b and date.fromisoformat(b)) for a, b in case["suspended"]],
        date.fromisoformat(case["on"]),
    )
    assert str(owed) == case["surcharge"]


@pytest.mark.parametrize("name", ["general", "summary"])
def test_the_documents_are_the_bundled_ones(name: str) -> None:
    document = load(f"procedure/{name}")
    assert Procedure.parse(document["content"]).version == procedure(name).version == document["version"]
    assert sorted(procedure(name).edges()) == [tuple(edge) for edge in document["edges"]]
    assert procedure(name).edge_bits() == int(document["edge_bits"], 16)


def test_the_calendars_typed_by_hand_are_the_librarys() -> None:
    library = {document["year"]: document for document in bundled_calendars()}
    for document in load("procedure/calendars"):
        ours = library[document["year"]]
        weekdays = {day for day in ours["holidays"] if date.fromisoformat(day).weekday() < 5}
        assert weekdays == {d for d in document["holidays"] if date.fromisoformat(d).weekday() < 5}
        assert ours["workdays"] == document["workdays"]
