"""Returns, extensions, suspensions, appeals: asked by one, decided by another; what clocks make of it."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from gridwitness.errors import GridWitnessError
from gridwitness.records import add_file
from support.event_desk import EventDesk
from support.grid_registers import ROADS, TOWNSHIP

EXTEND: dict[str, Any] = {"note": "雨天", "details": {"amount": 2}}
BACK: dict[str, Any] = {"note": "非我单位职责"}


@pytest.fixture(scope="module")
def desk(shared_desk: EventDesk) -> EventDesk:
    return shared_desk


def refused(desk: EventDesk, sub: str, step: str, by: str | None, **given: Any) -> str:
    with pytest.raises(GridWitnessError) as refusal:
        desk.take(sub, step, by, **given)
    return refusal.value.code


def paper(desk: EventDesk) -> list[dict[str, Any]]:
    """A file as a record names it."""
    platform = desk.running.platform
    content = b"%PDF-1.4\n%%EOF\n"
    with platform.transaction() as session:
        stored = add_file(session, platform.files, sha256(content).hexdigest(), [content], desk.now())
    digests = {"sha256": stored.sha256, "sm3": stored.sm3, "size": stored.size}
    return [{"name": "批准.pdf", "type": "application/pdf", **digests}]


def test_an_extension_is_granted_once_by_the_duty_chief_then_by_the_head(desk: EventDesk) -> None:
    sub = desk.handling().sub
    assert refused(desk, sub, "extend_grant", "chief") == "ask-none"
    desk.go(sub, ("extend_ask", "handler", EXTEND))
    assert refused(desk, sub, "extend_ask", "handler", **EXTEND) == "ask-open"
    before = desk.clocks(sub)[1, "handle", 0].due_at
    desk.go(sub, ("extend_grant", "chief"))
    after = desk.clocks(sub)[1, "handle", 0]
    assert (after.added, after.due_at - before) == (2, timedelta(hours=2))
    desk.go(sub, ("extend_ask", "handler", EXTEND))
    assert refused(desk, sub, "extend_grant", "chief") == "event-role"
    assert refused(desk, sub, "extend_grant", "head") == "event-files"
    desk.go(sub, ("extend_grant", "head", {"files": paper(desk)}))
    assert desk.clocks(sub)[1, "handle", 0].added == 4
    asks = desk.history(sub).asks
    assert [(a.what, a.number, a.state) for a in asks] == [("extend", 1, "granted"), ("extend", 2, "granted")]


def test_nobody_decides_his_own_ask(desk: EventDesk) -> None:
    both = desk.add("both", "handler", None, TOWNSHIP)
    platform = desk.running.platform
    with platform.transaction() as session:
        platform.accounts.grant(session, both.account, "duty_chief", both.agency, None, by=None)
    sub = desk.handling().sub
    desk.go(sub, ("extend_ask", "both", EXTEND))
    assert refused(desk, sub, "extend_grant", "both") == "ask-own"
    event = desk.go(sub, ("extend_refuse", "chief", {"note": "不予延期"}))
    assert event.state == "handling" and desk.clocks(sub)[1, "handle", 0].added == 0


def test_a_suspended_event_stands_still(desk: EventDesk) -> None:
    sub = desk.go(desk.dispatched(ROADS).sub, ("sign", "mender")).sub
    until = (desk.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    wanted = {"note": "冬季不宜施工", "details": {"until": until, "reason": "season"}}
    event = desk.go(sub, ("suspend_ask", "mender", wanted), ("suspend_grant", "chief"))
    still = desk.clocks(sub)[1, "handle", 0]
    assert (event.state, still.state, still.due_at) == ("suspended", "paused", None)
    desk.running.advance(timedelta(days=10).total_seconds())
    assert desk.go(sub, ("resume", None)).state == "handling"
    going = desk.clocks(sub)[1, "handle", 0]
    assert going.state == "running" and going.due_at > desk.now() and going.pauses[0][1] is not None
    done = {"note": "修好", "details": {"result": "done"}}
    desk.go(sub, ("answer", "mender", done))
    assert desk.clocks(sub)[1, "handle", 0].state == "met"


def test_returned_three_times_it_is_designated_and_stays(desk: EventDesk) -> None:
    sub = desk.dispatched().sub
    again = ("dispatch", "dispatcher", {"details": {"unit": TOWNSHIP, "basis": "manual"}})
    for _ in range(2):
        desk.go(sub, ("return_ask", "handler", BACK), ("return_grant", "dispatcher"), again)
    desk.go(sub, ("return_ask", "handler", BACK))
    assert refused(desk, sub, "return_grant", "dispatcher") == "event-role"
    event = desk.go(sub, ("return_grant", "chief"))
    assert (event.state, event.returns, event.unit) == ("filed", 3, None)
    assert refused(desk, sub, "dispatch", "dispatcher", details=again[2]["details"]) == "return-designation"
    designated = {"details": {"unit": TOWNSHIP, "basis": "designated"}}
    assert refused(desk, sub, "dispatch", "dispatcher", **designated) == "event-role"
    desk.go(sub, ("dispatch", "chief", designated))
    assert refused(desk, sub, "return_ask", "handler", **BACK) == "return-limit"
    clocks = desk.clocks(sub)
    assert [clocks[1, "handle", n].state for n in range(4)] == ["void", "void", "void", "running"]
    assert [row.state for row in desk.history(sub).assignments] == ["returned"] * 3 + ["dispatched"]


def test_an_open_ask_lapses_with_its_clock(desk: EventDesk) -> None:
    sub = desk.handling().sub
    done = {"note": "已清理", "details": {"result": "done"}}
    desk.go(sub, ("extend_ask", "handler", EXTEND), ("answer", "handler", done))
    (ask,) = desk.history(sub).asks
    assert (ask.state, ask.decided_by) == ("refused", None)


def test_an_appeal_excuses_a_late_clock(desk: EventDesk) -> None:
    sub = desk.handling().sub
    desk.running.advance(timedelta(days=20).total_seconds())
    done = {"note": "已清理", "details": {"result": "done"}}
    desk.go(sub, ("answer", "handler", done))
    assert desk.clocks(sub)[1, "handle", 0].state == "late"
    named = {"note": "台风", "details": {"clock": "handle", "round": 1}}
    wrong = {"note": "台风", "details": {"clock": "handle", "round": 7}}
    assert refused(desk, sub, "appeal", "handler", **wrong) == "event-clock"
    assert refused(desk, sub, "appeal", "mender", **named) == "event-scope"
    desk.go(sub, ("appeal", "handler", named), ("appeal_grant", "head", {"note": "属实"}))
    assert desk.clocks(sub)[1, "handle", 0].excused


def test_joint_handling_and_a_promised_day(desk: EventDesk) -> None:
    promised = (desk.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    sub = desk.dispatched(TOWNSHIP, helpers=[ROADS], basis="promised", promised_by=promised).sub
    clock = desk.clocks(sub)[1, "handle", 0]
    assert clock.rule == "promised" and clock.due_at.strftime("%Y-%m-%dT%H:%M:%SZ") == promised
    desk.go(sub, ("sign", "handler"))
    assert refused(desk, sub, "helper_answer", "stranger", note="好", unit=ROADS) == "event-unit"
    assert refused(desk, sub, "helper_add", "dispatcher", details={"unit": ROADS}) == "event-helper"
    desk.go(sub, ("helper_answer", "mender", {"note": "已协助"}))
    desk.go(sub, ("extend_ask", "handler", EXTEND), ("extend_grant", "chief"))
    parts = {row.unit: (row.part, row.state) for row in desk.history(sub).assignments}
    assert parts == {TOWNSHIP: ("lead", "signed"), ROADS: ("helper", "answered")}
    assert desk.clocks(sub)[1, "handle", 0].due_at > clock.due_at
