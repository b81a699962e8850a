"""Steps as records: signed on a person's own device, taken in bulk, erased; the audit proves all of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from gridwitness.errors import GridWitnessError
from gridwitness.events import Ask, EventRow, Report, Reporter
from gridwitness.events.models import ReporterRow
from gridwitness.records import Outcome, heads_of, rfc3339
from support.event_desk import MATTER, EventDesk
from support.grid_registers import TOWNSHIP
from support.platform import CITY, Officer, running_platform

OPENED = datetime(2026, 5, 11, 1, tzinfo=UTC)
NAMES = ("title", "description", "latitude", "longitude", "address")


@pytest.fixture(scope="module")
def desk() -> Iterator[EventDesk]:
    with running_platform(begin=OPENED, retention_days=30) as running:
        yield EventDesk.open(running)
        running.drain()
        running.audit().require_proved()


@pytest.fixture(scope="module")
def officer(desk: EventDesk) -> Officer:
    """A handler of the township with a key of her own."""
    officer = desk.running.officer("chen", roles=["handler", "grid_worker"])
    with desk.running.platform.transaction() as session:
        desk.running.platform.staff.join(session, UUID(officer.account), TOWNSHIP, by=None)
    return officer


def signed(desk: EventDesk, officer: Officer, event: EventRow | None, step: str, **changed: Any) -> Outcome:
    """A step signed on the officer's device, handed in."""
    running = desk.running
    log = running.log()
    claims: dict[str, Any] = {"src": "device"}
    if event is not None:
        with running.platform.transaction() as session:
            head = heads_of(session, [(log.name, event.sub)])[log.name, event.sub]
        claims |= {"sub": event.sub, "seq": head.seq + 1, "prev": head.digest}
    with running.platform.transaction() as session:
        loop = running.platform.events.loops.in_force(session).at(running.clock.now())
    fields: dict[str, Any] = {
        "loop": loop.version,
        "step": step,
        "round": 1,
        "occurred_at": rfc3339(running.clock.now()),
        **dict.fromkeys(("actor", "unit", "note", *NAMES)),
        "details": {},
        "files": [],
        **changed,
    }
    return running.accept(officer.sign("event.step.v1", fields, **claims))[0]


def code(outcome: Outcome) -> str | None:
    return None if outcome.error is None else outcome.error.code


def test_a_device_signs_for_its_holder_alone(desk: EventDesk, officer: Officer) -> None:
    event = desk.dispatched()
    assert code(signed(desk, officer, event, "sign", actor=str(uuid4()))) == "event-actor"
    assert code(signed(desk, officer, event, "sign", loop="0" * 64)) == "loop-version"
    assert code(signed(desk, officer, event, "sign", unit="SZ")) == "event-unit"
    assert code(signed(desk, officer, event, "file")) == "event-state"
    assert code(signed(desk, officer, event, "sign", title="别的")) == "event-fields"
    assert code(signed(desk, officer, event, "sign", unit=TOWNSHIP)) is None
    history = desk.history(event.sub)
    assert (history.event.state, str(history.steps[-1].actor)) == ("handling", officer.account)


def test_a_report_drafted_without_a_network_finds_its_grid(desk: EventDesk, officer: Officer) -> None:
    details = {"channel": "worker-app", "category": "event", "urgency": "normal"}
    place = {"latitude": "30.295", "longitude": "120.155"}
    early = rfc3339(desk.now() - timedelta(hours=3))
    outcome = signed(desk, officer, None, "report", details=details, occurred_at=early, **place)
    assert code(outcome) is None and outcome.record is not None
    event = desk.history(outcome.record.claims.sub).event
    assert (event.grid, rfc3339(event.reported_at)) == ("330106001001001", early)
    half = signed(desk, officer, None, "report", details=details, latitude="30.295")
    assert code(half) == "event-place"


def test_many_at_once_a_bad_one_harms_no_other(desk: EventDesk) -> None:
    platform = desk.running.platform
    reports = [Report(channel="import", channel_key=str(n), agency=CITY, src="import") for n in (1, 2, 1)]
    bad = Report(channel="import", agency=CITY, grid="nowhere")
    with platform.transaction() as session:
        found = platform.events.reports(session, [*reports, bad], None)
        events = [event for event in found if isinstance(event, EventRow)]
        assert len(events) == 3 and events[0].sub == events[2].sub
        assert isinstance(found[3], GridWitnessError) and found[3].code == "grid-unknown"
        first, second = events[0].sub, events[1].sub
        asks = [
            Ask(first, "accept", details={"matter": MATTER}),
            Ask(second, "dispatch", details={"unit": TOWNSHIP, "basis": "rule"}),
            Ask(first, "file"),
            Ask("f" * 32, "file"),
            Ask(first, "dispatch", details={"unit": TOWNSHIP, "basis": "rule"}, src="import"),
        ]
        results = platform.events.steps(session, asks)
    codes = [r.code if isinstance(r, GridWitnessError) else r.state for r in results]
    assert codes == ["dispatched", "event-state", "dispatched", "event-unknown", "dispatched"]


def test_a_year_without_calendar_loses_nothing(desk: EventDesk) -> None:
    desk.running.drain()
    desk.running.advance((datetime(2027, 3, 1, tzinfo=UTC) - desk.now()).total_seconds())
    event = desk.report(None)
    clock = desk.clocks(event.sub)[1, "accept", 0]
    assert (clock.due_at, clock.problem, clock.state) == (None, "calendar-unpublished 2027", "running")
    desk.go(event.sub, ("accept", "acceptor", {"details": {"matter": MATTER}}))
    assert desk.clocks(event.sub)[1, "accept", 0].state == "void"


def test_personal_data_goes_and_the_event_stays(desk: EventDesk) -> None:
    event = desk.report(None, channel="hotline", reporter=Reporter("王某", "13800000000", True))
    running = desk.running
    running.drain()
    running.advance(timedelta(days=31).total_seconds())
    erasures = running.platform.erasures
    fields = ("events.reporter.name", "events.reporter.phone", "events.event.description", "description")
    for field in fields:
        with running.platform.transaction() as session:
            identifier = erasures.request(session, event.sub, field, "本人申请", uuid4()).id
        with running.platform.transaction() as session:
            erasures.approve(session, identifier, uuid4())
    running.drain()
    with running.platform.transaction() as session:
        reporter = session.get_one(ReporterRow, event.sub)
        assert (reporter.name, reporter.phone, reporter.may_contact) == (None, None, True)
    history = desk.history(event.sub)
    assert history.event.description is None and history.event.title is not None
    running.drain()
    report = running.audit("--files", str(running.home / "files"))
    wanting = [(c["name"], c["reason"]) for c in report.report["checks"] if c["result"] != "proved"]
    assert {name for name, _ in wanting} <= {"files", "time", "independence"}, wanting
    assert report.check("events")["count"] > 0
