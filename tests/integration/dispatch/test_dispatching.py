"""Events find their unit: by rule, by list, by model, by people; and each dispatch says why."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from gridwitness.dispatch import Suggestion, similar_events
from gridwitness.dispatch.history import history
from gridwitness.errors import Conflict, GridWitnessError, InvalidInput, NotFound
from gridwitness.events import EventRow
from support.dispatch_model import hand_made
from support.event_desk import MATTER, EventDesk
from support.grid_registers import ROADS, TOWNSHIP
from support.platform import CITY

OUTSIDE = "0999"
"""The matter the list finds nobody for."""


def filed(desk: EventDesk, matter: str = MATTER, **report: Any) -> EventRow:
    event = desk.report(**report)
    return desk.go(event.sub, ("accept", "acceptor", {"details": {"matter": matter}}), ("file", "chief"))


def suggested(desk: EventDesk, event: EventRow) -> Suggestion:
    platform = desk.running.platform
    with platform.transaction() as session:
        return platform.dispatch.suggest(session, platform.events.find(session, event.sub))


def attended(desk: EventDesk, event: EventRow) -> EventRow | None:
    platform = desk.running.platform
    with platform.transaction() as session:
        return platform.dispatch.attend(session, event.sub)


def model(desk: EventDesk, data: bytes, *, active: bool = True) -> str:
    platform = desk.running.platform
    with platform.transaction() as session:
        row = platform.dispatch_models.add(session, CITY, "units", data, by=None)
        if active:
            row = platform.dispatch_models.move(session, "units", row.version, "active", by=None)
        return f"units@{row.version}"


def states(desk: EventDesk) -> list[str]:
    platform = desk.running.platform
    with platform.transaction() as session:
        return [row.state for row in platform.dispatch_models.all(session, CITY) if row.model == "units"]


def publish(desk: EventDesk, *rules: dict[str, Any]) -> None:
    platform = desk.running.platform
    content = {"format": "gridwitness-dispatch-rules/1", "rules": list(rules)}
    with platform.transaction() as session:
        platform.dispatch_rules.publish(session, CITY, content, date(2026, 5, 1), by=None)


def test_the_list_dispatches_and_says_why(desk: EventDesk) -> None:
    event = attended(desk, filed(desk))
    assert event is not None and (event.state, event.unit) == ("dispatched", TOWNSHIP)
    step = desk.history(event.sub).steps[-1]
    assert step.actor is None and step.details["basis"] == "rule"
    assert step.details["list"] == f"{MATTER}@1" and TOWNSHIP in step.details["because"]
    assert desk.clocks(event.sub)[1, "handle", 0].rule == f"{MATTER}@1"
    assert attended(desk, event) is None  # it is filed no more


def test_outside_the_list_people_decide_until_a_model_is_sure(desk: EventDesk) -> None:
    event = filed(desk, OUTSIDE, title="路灯 不亮", description="一直 不亮")
    before = suggested(desk, event)
    assert (before.unit, before.basis, before.automatic) == (None, "manual", False)
    assert attended(desk, event) is None
    waits = desk.running.platform.dispatch.waiting
    with desk.running.platform.transaction() as session:
        assert event.sub not in waits(session)
    first = model(desk, hand_made({ROADS: "路灯", TOWNSHIP: "垃圾"}))
    with desk.running.platform.transaction() as session:
        assert event.sub in waits(session)  # now it could end otherwise
    found = suggested(desk, event)
    assert (found.unit, found.basis, found.model, found.automatic) == (ROADS, "model", first, True)
    assert found.words == ("路灯",) and found.amount == 6 and found.measure == "calendar-hours"
    done = attended(desk, event)
    assert done is not None and done.unit == ROADS
    details = desk.history(event.sub).steps[-1].details
    assert details["model"] == first and details["confidence"] == int((found.confidence or 0) * 100)
    assert "路灯" not in str(details)  # a citizen's word stands in no record


def test_below_its_gate_a_model_only_suggests(desk: EventDesk) -> None:
    model(desk, hand_made({ROADS: "路灯", TOWNSHIP: "垃圾"}, strength=1.0))
    event = filed(desk, OUTSIDE, title="路灯 不亮", description="夜里")
    found = suggested(desk, event)
    assert (found.unit, found.basis, found.automatic) == (ROADS, "manual", False)
    assert attended(desk, event) is None
    assert [unit for unit, _ in found.ranking] == [ROADS, TOWNSHIP]


def test_a_unit_nobody_registered_is_not_dispatched_to(desk: EventDesk) -> None:
    model(desk, hand_made({"NOBODY": "路灯", TOWNSHIP: "垃圾"}))
    found = suggested(desk, filed(desk, OUTSIDE, title="路灯 不亮", description="路灯"))
    assert found.unit is None and not found.automatic and "NOBODY" in found.because["en"]


def test_one_version_is_at_work(desk: EventDesk) -> None:
    platform = desk.running.platform
    newest = model(desk, hand_made({ROADS: "路灯", TOWNSHIP: "垃圾"}))
    assert states(desk).count("active") == 1 and states(desk)[0] == "active"
    version = int(newest.partition("@")[2])
    for state, code in (("active", "model-state"), ("ready", "model-version")):
        with pytest.raises(Conflict) as refusal, platform.transaction() as session:
            platform.dispatch_models.move(session, "units", version, state, by=None)
        assert refusal.value.code == code
    with platform.transaction() as session:
        platform.dispatch_models.move(session, "units", version, "retired", by=None)
    assert "active" not in states(desk)
    with pytest.raises(NotFound), platform.transaction() as session:
        platform.dispatch_models.move(session, "units", 99, "active", by=None)
    with pytest.raises(InvalidInput), platform.transaction() as session:
        platform.dispatch_models.add(session, CITY, "units", b"PK\x03\x04nothing", by=None)


def test_what_was_returned_is_not_sent_unseen_again(desk: EventDesk) -> None:
    event = attended(desk, filed(desk))
    assert event is not None
    desk.go(
        event.sub,
        ("return_ask", "handler", {"note": "不属本单位"}),
        ("return_grant", "dispatcher"),
    )
    found = suggested(desk, event)
    assert (found.unit, found.automatic, found.basis) == (TOWNSHIP, False, "manual")
    assert attended(desk, event) is None


def test_rules_come_first(desk: EventDesk) -> None:
    by_words = {"id": "lamps", "zh": "路灯归市政", "en": "lamps", "when": {"words": ["路灯"]}, "unit": ROADS}
    helped = {**by_words, "helpers": [TOWNSHIP]}
    urgent = {"id": "urgent", "zh": "紧急", "en": "urgent", "when": {"urgency": ["urgent"]}, "unit": "manual"}
    publish(desk, urgent, helped)
    event = attended(desk, filed(desk, title="路灯 不亮", description="坏了"))
    assert event is not None and event.unit == ROADS
    assert {row.unit: row.part for row in desk.history(event.sub).assignments} == {
        ROADS: "lead",
        TOWNSHIP: "helper",
    }
    assert "lamps" in desk.history(event.sub).steps[-1].details["because"]
    assert attended(desk, filed(desk, urgency="urgent", title="路灯 不亮", description="坏了")) is None
    with pytest.raises(GridWitnessError) as refusal:
        publish(desk, {**by_words, "when": {"names": ["x"]}})
    assert refusal.value.code == "dispatch-rules-invalid"


def test_how_such_matters_were_handled_before(desk: EventDesk) -> None:
    done = attended(desk, filed(desk, title="暴露垃圾", description="菜场门口垃圾成堆"))
    assert done is not None
    desk.go(
        done.sub,
        ("sign", "handler"),
        ("answer", "handler", {"note": "已清", "details": {"result": "done"}}),
        ("check_ask", "dispatcher", {"details": {"worker": str(desk.account("checker"))}}),
        ("check", "checker", {"details": {"result": "passed"}}),
        ("close", "acceptor", {"details": {"outcome": "solved"}}),
    )
    event = filed(desk, title="暴露垃圾", description="菜场门口又有垃圾成堆")
    with desk.running.platform.transaction() as session:
        found = similar_events(session, desk.running.platform.events.find(session, event.sub))
        examples = [one for one in history(session, CITY) if one["matter"] == MATTER]
    assert [one.sub for one in found] == [done.sub] and found[0].outcome == "solved" and found[0].score > 700
    assert [(one["unit"], one["text"].startswith("暴露垃圾")) for one in examples] == [(TOWNSHIP, True)]


def test_the_log_of_all_this_is_proved(desk: EventDesk) -> None:
    desk.running.drain()
    desk.running.audit().require_proved()
