"""Events that went through everything there is: what an auditor's or an attacker's tests begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from support.attack_story import store_file
from support.event_desk import MATTER, SLOW, EventDesk, opening
from support.grid_registers import ROADS, TOWNSHIP

PAPER = "领导批准".encode()
DONE: dict[str, Any] = {"note": "已清理", "details": {"result": "done"}}
CALLED = {"units": [ROADS, TOWNSHIP], "urgency": "urgent"}
PASSED: dict[str, Any] = {"details": {"result": "passed"}}
SOLVED: dict[str, Any] = {"details": {"outcome": "solved"}}


@dataclass(frozen=True)
class EventStory:
    """`whole`: returned, extended, ordered, whistled for, checked twice, called back; `still`: suspended;
    `late`: answered after its time and excused; `merged` into `late`; `fresh`: just dispatched.
    """

    desk: EventDesk
    whole: str
    still: str
    late: str
    merged: str
    fresh: str


def tell_events(desk: EventDesk) -> EventStory:
    """All of it accepted; nothing is anchored yet."""
    return EventStory(desk, _whole(desk), _still(desk), *_late(desk), desk.dispatched().sub)


def _whole(desk: EventDesk) -> str:
    paper = store_file(desk.running, PAPER)
    sub = desk.report().sub
    desk.go(
        sub,
        *opening(TOWNSHIP, list=f"{MATTER}@1"),
        ("return_ask", "handler", {"note": "不属于本单位", "details": {"suggested": ROADS}}),
        ("return_grant", "dispatcher"),
        ("dispatch", "dispatcher", {"details": {"unit": ROADS, "basis": "manual", "helpers": [TOWNSHIP]}}),
        ("sign", "mender"),
        ("extend_ask", "mender", {"note": "材料未到", "details": {"amount": 2}}),
        ("extend_grant", "chief"),
        ("order_raise", None, {"details": {"level": 1, "unit": ROADS, "reason": "overdue"}}),
        ("order_escalate", None, {"details": {"order": 1, "level": 2, "unit": ROADS}}),
        ("order_reply", "mender", {"note": "正在处置", "unit": ROADS, "details": {"order": 1}}),
        ("whistle", "dispatcher", {"note": "到场会商", "details": CALLED}),
        ("check_in", "mender", {"unit": ROADS, "details": {"whistle": 1}}),
        ("whistle_rate", "dispatcher", {"details": {"whistle": 1, "unit": ROADS, "rating": 5}}),
        ("whistle_end", "dispatcher", {"note": "到场完毕", "details": {"whistle": 1}}),
        ("answer", "mender", DONE),
        ("check", "checker", {"details": {"result": "failed"}}),
        ("extend_ask", "mender", {"note": "返工", "details": {"amount": 1}}),
        ("extend_grant", "head", {"files": [paper]}),
        ("answer", "mender", DONE),
        ("check_ask", "dispatcher", {"details": {"worker": str(desk.account("checker"))}}),
        ("check", "checker", PASSED),
        ("order_lift", "chief", {"details": {"order": 1}}),
        ("close", "acceptor", SOLVED),
        ("callback", "acceptor", {"details": {"reached": True, "satisfaction": "basically"}}),
        ("reopen", "chief", {"note": "来电反映未解决"}),
    )  # fmt: skip
    return sub


def _still(desk: EventDesk) -> str:
    sub = desk.report().sub
    desk.go(sub, *opening(ROADS, SLOW, list=f"{SLOW}@1"), ("sign", "mender"))
    ask = {"note": "冬季停工", "details": {"until": "2026-06-30T00:00:00Z", "reason": "season"}}
    desk.go(sub, ("suspend_ask", "mender", ask), ("suspend_grant", "chief"))
    desk.running.advance(2 * 86_400)
    desk.go(sub, ("resume", "mender"), ("suspend_ask", "mender", ask), ("suspend_grant", "chief"))
    return sub


def _late(desk: EventDesk) -> tuple[str, str]:
    sub = desk.handling().sub
    desk.go(sub, ("extend_ask", "handler", {"note": "来不及", "details": {"amount": 1}}))
    desk.running.advance(3 * 86_400)
    appeal = {"note": "台风停工", "details": {"clock": "handle", "round": 1}}
    desk.go(
        sub,
        ("answer", "handler", DONE),
        ("appeal", "handler", appeal),
        ("appeal_grant", "head", {"note": "情况属实"}),
        ("emergency_report", "chief", {"note": "燃气泄漏", "details": {"level": "II"}}),
        ("emergency_assess", "chief", {"note": "研判", "details": {"units": [ROADS]}}),
    )
    other = desk.report().sub
    desk.go(other, ("merge", "acceptor", {"details": {"into": sub}}))
    return sub, other
