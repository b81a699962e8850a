"""An event goes round the whole loop; its record, its rows and its clocks say so."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from gridwitness.errors import GridWitnessError
from gridwitness.events.models import EventRow
from gridwitness.records import record_row, stored_record
from support.event_desk import MATTER, EventDesk, opening
from support.grid_registers import CENTRE, ROADS, TOWNSHIP, UNIT_GRIDS
from support.platform import CITY


@pytest.fixture(scope="module")
def desk(shared_desk: EventDesk) -> EventDesk:
    return shared_desk


def refused(desk: EventDesk, sub: str, step: str, by: str | None, **given: object) -> GridWitnessError:
    with pytest.raises(GridWitnessError) as refusal:
        desk.take(sub, step, by, **given)
    return refusal.value


def test_seven_stages(desk: EventDesk) -> None:
    event = desk.report()
    assert (event.state, event.grid) == ("reported", UNIT_GRIDS[0])
    assert re.fullmatch(rf"{CITY}-2026-[0-9]{{6}}", event.number)
    sub = event.sub
    event = desk.go(sub, *opening(list=f"{MATTER}@1"), ("sign", "handler"))
    assert (event.state, event.unit, event.handler) == ("handling", TOWNSHIP, desk.account("handler"))
    done = {"note": "已清理", "details": {"result": "done"}}
    event = desk.go(
        sub,
        ("answer", "handler", done),
        ("check_ask", "dispatcher", {"details": {"worker": str(desk.account("checker"))}}),
        ("check", "checker", {"details": {"result": "passed"}}),
        ("close", "acceptor", {"details": {"outcome": "solved"}}),
        ("callback", "acceptor", {"details": {"reached": True, "satisfaction": "satisfied"}}),
    )
    assert (event.state, event.outcome, event.satisfaction, event.steps) == (
        "assessed",
        "solved",
        "satisfied",
        10,
    )
    history = desk.history(sub)
    assert [row.state for row in history.steps][-3:] == ["checked", "closed", "assessed"]
    assert [row.seq for row in history.steps] == sorted(row.seq for row in history.steps)
    clocks = desk.clocks(sub)
    assert {name for _, name, _ in clocks} == {
        *("accept", "file", "dispatch", "sign", "handle", "check", "close", "callback")
    }
    assert all(row.state == "met" for row in clocks.values())
    handle = clocks[1, "handle", 0]
    assert (handle.rule, handle.amount, handle.measure, handle.unit) == (
        f"{MATTER}@1",
        4,
        "work-hours",
        TOWNSHIP,
    )
    assert clocks[1, "accept", 0].unit == CENTRE
    with desk.running.platform.transaction() as session:
        record = stored_record(record_row(session, history.steps[2].jti))
    assert record.fields["actor"] == str(desk.account("chief"))
    assert history.assignments[0].state == "answered"


def test_a_failed_check_begins_a_new_round_for_the_same_unit(desk: EventDesk) -> None:
    sub = desk.handling().sub
    done = {"note": "已清理", "details": {"result": "done"}}
    event = desk.go(sub, ("answer", "handler", done), ("check", "checker", {"details": {"result": "failed"}}))
    assert (event.state, event.round, event.unit) == ("handling", 2, TOWNSHIP)
    clocks = desk.clocks(sub)
    assert clocks[2, "handle", 0].state == "running" and clocks[1, "handle", 0].state == "met"
    assert refused(desk, sub, "answer", "handler", round=1, **done).code == "event-round"
    assert desk.go(sub, ("answer", "handler", done)).state == "answered"


def test_closed_and_reopened(desk: EventDesk) -> None:
    sub = desk.handling().sub
    event = desk.go(
        sub,
        ("answer", None, {"note": "已清理", "details": {"result": "done"}}),
        ("check", None, {"details": {"result": "passed"}}),
        ("close", None, {"details": {"outcome": "solved"}}),
        ("reopen", "acceptor", {"note": "又出现"}),
    )
    assert (event.state, event.round, event.unit, event.closed_at) == ("filed", 2, None, None)
    event = desk.go(sub, ("dispatch", "dispatcher", {"details": {"unit": ROADS, "basis": "manual"}}))
    assert desk.clocks(sub)[2, "handle", 0].unit == ROADS
    closing = (
        ("sign", "mender"),
        ("answer", "mender", {"note": "修好", "details": {"result": "done"}}),
        ("check", "checker", {"details": {"result": "passed"}}),
        ("close", "chief", {"details": {"outcome": "solved"}}),
    )
    desk.go(sub, *closing)
    desk.running.advance(timedelta(days=31).total_seconds())
    assert refused(desk, sub, "reopen", "acceptor", note="太晚").code == "reopen-late"


def test_state_role_and_scope_are_told(desk: EventDesk) -> None:
    event = desk.report()
    error = refused(desk, event.sub, "sign", "handler")
    assert error.code == "event-state" and "accept" in error.context["allowed"]  # type: ignore[operator]
    assert refused(desk, event.sub, "accept", "worker", details={"matter": MATTER}).code == "event-role"
    desk.go(event.sub, *opening())
    assert refused(desk, event.sub, "sign", "mender").code == "event-scope"
    assert refused(desk, event.sub, "sign", "stranger").code == "event-scope"
    far = desk.report(None, lat=30.285, lon=120.185)
    assert far.grid == UNIT_GRIDS[7]
    assert refused(desk, far.sub, "on_the_spot", "worker", note="已清").code in ("event-scope", "event-files")
    assert refused(desk, "0" * 32, "accept", "acceptor").code == "event-unknown"


def test_form_is_told(desk: EventDesk) -> None:
    sub = desk.report().sub
    assert refused(desk, sub, "accept", "acceptor").code == "event-details"
    assert refused(desk, sub, "accept", "acceptor", details={"matter": "9999"}).code == "matter-unknown"
    unknown = {"matter": MATTER, "colour": "red"}
    assert refused(desk, sub, "accept", "acceptor", details=unknown).code == "event-details"
    assert refused(desk, sub, "void", "acceptor", details={"reason": "unreal"}).code == "event-note"
    before = desk.now() - timedelta(days=400)
    assert (
        refused(desk, sub, "accept", "acceptor", details={"matter": MATTER}, occurred_at=before).code
        == "event-time"
    )
    ahead = desk.now() + timedelta(days=1)
    assert (
        refused(desk, sub, "accept", "acceptor", details={"matter": MATTER}, occurred_at=ahead).code
        == "event-time"
    )


def test_the_same_report_again_is_the_same_event(desk: EventDesk) -> None:
    first = desk.report(None, channel="hotline", channel_key="12345-1")
    assert desk.report(None, channel="hotline", channel_key="12345-1").sub == first.sub
    with pytest.raises(GridWitnessError) as refusal:
        desk.report(None, channel="hotline", channel_key="12345-1", title="别的")
    assert refusal.value.code == "event-known" and refusal.value.context["sub"] == first.sub
    platform = desk.running.platform
    with platform.transaction() as session:
        numbers = [row.number for row in session.query(EventRow).order_by(EventRow.number)]
    assert numbers == [f"{CITY}-2026-{n:06d}" for n in range(1, len(numbers) + 1)]


def test_outside_every_grid_nothing_is_lost(desk: EventDesk) -> None:
    event = desk.report(None, lat=10.0, lon=10.0)
    assert event.grid is None
    assert desk.go(event.sub, ("accept", "acceptor", {"details": {"matter": MATTER}})).state == "accepted"
