"""The duty desk on one platform in simulated time: orders climb, whistles are answered, digests go out.

The tests follow one another through May 2026, then to the end of the published calendars.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from gridwitness.duty import Duty
from gridwitness.errors import GridWitnessError
from gridwitness.events.after_action import after_action
from gridwitness.events.duplicates import Duplicates
from gridwitness.events.models import ClockRow
from gridwitness.events.notices import DigestFilter, digest_page, mark_read
from gridwitness.events.supervision import Done
from gridwitness_api import create_app
from support.event_desk import MATTER, EventDesk
from support.grid_registers import CENTRE, ROADS, TOWNSHIP, middle
from support.platform import CITY

HOUR = 3600


@pytest.fixture(scope="module", name="duty")
def duty_fixture(desk: EventDesk) -> Duty:
    desk.add("central", "handler", None, CENTRE)
    return Duty(desk.running.platform)


def until(desk: EventDesk, day: int, hour: int, month: int = 5) -> None:
    """Let it be that hour, in China."""
    desk.running.advance(
        (datetime(2026, month, day, hour, tzinfo=UTC) - desk.now()).total_seconds() - 8 * HOUR
    )


def orders(desk: EventDesk, sub: str) -> list[tuple[int, str, str, str]]:
    return [(order.level, order.unit, order.reason, order.state) for order in desk.history(sub).orders]


def clock(desk: EventDesk, sub: str, name: str, unit: str) -> ClockRow:
    return next(row for row in desk.history(sub).clocks if (row.clock, row.unit) == (name, unit))


def told(desk: EventDesk, unit: str, sub: str) -> list[str]:
    """What a unit was told of an event, oldest first."""
    with desk.running.platform.transaction() as session:
        page, _ = digest_page(session, DigestFilter(CITY, [unit]), limit=500)
    return [item.what for digest in reversed(page) for item in digest.items if item.sub == sub]


def refused(desk: EventDesk, sub: str, step: str, by: str, **given: object) -> str:
    with pytest.raises(GridWitnessError) as refusal:
        desk.take(sub, step, by, **given)
    return refusal.value.code


def test_an_overdue_matter_climbs_level_by_level_until_it_is_done(desk: EventDesk, duty: Duty) -> None:
    sub = desk.dispatched().sub  # Monday 09:00; four work hours, a break at noon
    assert duty.round().orders == Done()
    desk.go(sub, ("sign", "handler"))
    until(desk, 11, 15)
    assert duty.round().orders == Done(raised=1)
    assert orders(desk, sub) == [(1, TOWNSHIP, "overdue", "open")]
    assert desk.history(sub).orders[0].automatic and desk.history(sub).steps[-1].actor is None
    assert duty.round().orders == Done()

    until(desk, 12, 16)  # twelve work hours: three times the limit
    assert duty.round().orders == Done(escalated=1)
    assert orders(desk, sub) == [(2, CENTRE, "overdue", "open")]
    assert clock(desk, sub, "reply", TOWNSHIP).state == "void"  # it was due at the end of the day
    until(desk, 14, 1)  # the centre had one working day
    assert duty.round().orders == Done(escalated=1)
    assert orders(desk, sub) == [(3, CENTRE, "overdue", "open")]
    assert refused(desk, sub, "order_reply", "handler", note="在办", details={"order": 1}) == "event-unit"
    until(desk, 18, 1)
    assert duty.round().orders == Done()  # there is no fourth level
    desk.take(sub, "order_reply", "central", note="已到场督促", details={"order": 1})
    assert clock(desk, sub, "reply", CENTRE).state == "late"
    assert duty.round().orders == Done()  # replied to, but not done

    desk.take(sub, "answer", "handler", note="已清理", details={"result": "done"})
    assert duty.round().orders == Done(lifted=1)
    assert orders(desk, sub) == [(3, CENTRE, "overdue", "lifted")]
    assert told(desk, TOWNSHIP, sub) == ["assigned", "overdue", "ordered", "overdue-3x"]
    assert told(desk, CENTRE, sub)[-2:] == ["ordered", "ordered"]


def test_what_was_overdue_for_long_unseen_goes_up_at_once_and_closing_ends_it(
    desk: EventDesk, duty: Duty
) -> None:
    sub = desk.dispatched().sub
    until(desk, 27, 10)
    duty.drain()
    assert {(level, unit) for level, unit, *_ in orders(desk, sub)} == {(2, CENTRE)}
    assert [state for *_, state in orders(desk, sub)] == ["open"]  # one for both clocks of the unit
    desk.go(
        sub,
        ("sign", "handler"),
        ("answer", "handler", {"note": "已清理", "details": {"result": "done"}}),
        ("check", "checker", {"details": {"result": "passed"}}),
        ("close", "acceptor", {"details": {"outcome": "solved"}}),
    )
    assert refused(desk, sub, "order_reply", "central", note="晚了", details={"order": 1}) == "event-state"
    assert duty.drain().orders.lifted >= 1
    assert [state for *_, state in orders(desk, sub)] == ["lifted"]
    desk.running.advance(7 * 24 * HOUR)  # nobody calls back: that is told, but nothing is left to order
    duty.drain()
    assert [state for *_, state in orders(desk, sub)] == ["lifted"]
    assert told(desk, CENTRE, sub)[-1] == "overdue"


def test_units_that_are_called_come_or_get_an_order(desk: EventDesk, duty: Duty) -> None:
    sub = desk.handling().sub
    called = {"units": [TOWNSHIP, ROADS], "urgency": "urgent"}
    desk.take(sub, "whistle", "worker", note="管道爆裂", details=called)
    duty.round()
    assert told(desk, ROADS, sub) == ["called"]  # urgent: it waits for no other digest
    desk.running.advance(20 * 60)
    desk.take(sub, "check_in", "handler", details={"whistle": 1})
    assert clock(desk, sub, "checkin", TOWNSHIP).state == "met"
    assert refused(desk, sub, "check_in", "stranger", details={"whistle": 1}) == "event-unit"
    desk.running.advance(20 * 60)
    assert duty.round().orders == Done(raised=1)
    assert orders(desk, sub) == [(1, ROADS, "overdue", "open")]
    rating = {"whistle": 1, "unit": TOWNSHIP, "rating": 5}
    assert refused(desk, sub, "whistle_rate", "dispatcher", details=rating) == "whistle-caller"
    desk.take(sub, "whistle_rate", "worker", details=rating)
    desk.take(sub, "whistle_end", "worker", note="已处置", details={"whistle": 1})
    assert clock(desk, sub, "checkin", ROADS).state == "late"
    units = [(c.unit, c.checked_in_at is not None, c.rating) for c in desk.history(sub).checkins]
    assert units == [(ROADS, False, None), (TOWNSHIP, True, 5)]


def test_a_unit_gets_one_digest_of_much(desk: EventDesk, duty: Duty) -> None:
    desk.running.advance(2 * HOUR)
    duty.drain()
    desk.dispatched(ROADS)
    duty.drain()
    before = desk.now()
    subs = {desk.dispatched(ROADS).sub for _ in range(3)}
    duty.drain()
    platform, mine = desk.running.platform, DigestFilter(CITY, [ROADS], unread=True)
    with platform.transaction() as session:
        assert digest_page(session, mine)[0][0].at < before  # one lately: the rest waits
    desk.running.advance(HOUR)
    duty.drain()
    with platform.transaction() as session:
        digest = digest_page(session, mine)[0][0]
        assert {item.sub for item in digest.items} >= subs
        assert digest.counts["assigned"] == 3
        assert mark_read(session, CITY, ROADS, digest.at, desk.account("mender"), desk.now()) >= 3
        assert digest_page(session, mine) == ([], None)


def test_the_same_thing_reported_twice_is_found_and_merged_both_ways(desk: EventDesk) -> None:
    platform, place = desk.running.platform, middle(5)
    words = {"lat": place[0] / 1e6, "lon": place[1] / 1e6, "matter": MATTER}
    first = desk.report("chief", **words, description="北门路口堆放建筑垃圾，行人无法通过").sub
    again = desk.report("chief", **words, description="北门路口有建筑垃圾，挡住行人").sub
    desk.report(
        "chief", **words | {"lat": place[0] / 1e6 + 0.003}, description="北门路口堆放建筑垃圾，行人无法通过"
    )
    look = Duplicates(platform.matters, platform.events.loops)
    with platform.transaction() as session:
        found = look.of(session, platform.events.find(session, again))
        assert [likely.sub for likely in found] == [first]
        assert "相距 0 米" in found[0].because_zh and "class 100%" in found[0].because_en
    assert refused(desk, again, "merge", "acceptor", details={"into": again}) == "merge-target"
    event = desk.take(again, "merge", "acceptor", details={"into": first})
    assert (event.state, event.merged_into) == ("merged", first)
    ends = [[(link.other, link.relation) for link in desk.history(sub).links] for sub in (again, first)]
    assert ends == [[(first, "merged-into")], [(again, "holds")]]
    assert refused(desk, first, "merge", "acceptor", details={"into": again}) == "merge-target"
    with platform.transaction() as session:
        assert (
            look.of(session, platform.events.find(session, first)) == []
        )  # what was merged is shown no more
    event = desk.take(again, "unmerge", "chief", note="不是同一处")
    assert (event.state, event.merged_into) == ("reported", None)
    assert desk.history(again).links == desk.history(first).links == []


def test_an_emergency_in_four_phases(desk: EventDesk) -> None:
    sub = desk.handling().sub
    desk.take(sub, "emergency_report", "chief", note="燃气泄漏", details={"level": "II"})
    assert refused(desk, sub, "emergency_end", "chief", note="结束") == "emergency-phase"
    desk.running.advance(300)
    desk.take(sub, "emergency_assess", "head", note="研判", details={"units": [ROADS, TOWNSHIP]})
    parts = {(row.unit, row.part) for row in desk.history(sub).assignments}
    assert parts == {(TOWNSHIP, "lead"), (ROADS, "helper")}
    desk.take(sub, "whistle", "chief", note="到场", details={"units": [ROADS], "urgency": "urgent"})
    desk.running.advance(2400)
    desk.take(sub, "check_in", "mender", details={"whistle": 1})
    desk.take(sub, "emergency_joint", "mender", note="关阀")
    event = desk.take(sub, "emergency_end", "head", note="总结：二十分钟内到场的要求未达到")
    assert event.emergency == "II/ended"
    told = desk.history(sub)
    report = after_action(told.event, told.steps, told.checkins, told.orders, told.clocks)
    assert report is not None
    assert [step.step.removeprefix("emergency_") for step in report.steps] == [
        "report",
        "assess",
        "joint",
        "end",
    ]
    assert report.steps[0].seconds == 0 and 300 <= report.steps[1].seconds < 400
    assert (report.units, report.called, report.came, report.came_late) == ([ROADS, TOWNSHIP], 1, 1, 1)
    assert report.clocks_late == ["checkin"]


def test_two_desks_at_once_raise_one_order(desk: EventDesk) -> None:
    sub = desk.dispatched().sub
    desk.running.advance(24 * HOUR)
    desks = [Duty(desk.running.platform) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        raised = sum(pool.map(lambda each: each.round().orders.raised, desks))
    assert raised >= 1 and orders(desk, sub) == [(1, TOWNSHIP, "overdue", "open")]


def test_a_year_without_a_calendar_is_said_and_supervised_by_nobody(desk: EventDesk, duty: Duty) -> None:
    until(desk, 31, 16, month=12)
    duty.drain()
    event = desk.report(lat=None, lon=None, grid="330106001001001")
    desk.running.advance(3 * 24 * HOUR)
    own = desk.history(event.sub).clocks
    assert [row.problem for row in own] == [None]  # an hour of this year is still known
    desk.go(event.sub, ("accept", "acceptor", {"details": {"matter": MATTER}}))
    (filing,) = [row for row in desk.history(event.sub).clocks if row.clock == "file"]
    assert (filing.due_at, filing.problem) == (None, "calendar-unpublished 2027")
    desk.running.advance(timedelta(days=30).total_seconds())
    before = len(desk.history(event.sub).steps)
    duty.drain()
    assert len(desk.history(event.sub).steps) == before


class Door:
    """The HTTP door of the desk's platform, by the cast."""

    def __init__(self, desk: EventDesk) -> None:
        self._desk = desk
        self._client = TestClient(create_app(desk.running.platform, dict))

    def _auth(self, by: str) -> dict[str, str]:
        platform = self._desk.running.platform
        with platform.transaction() as session:
            token, _ = platform.accounts.open_session(session, self._desk.account(by))
        return {"Authorization": f"Bearer {token}"}

    def get(self, path: str, by: str, status: int = 200, **query: object) -> Any:
        answer = self._client.get(f"/api/v1{path}", headers=self._auth(by), params=query)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path: str, by: str, body: object, status: int = 200) -> Any:
        answer = self._client.post(f"/api/v1{path}", headers=self._auth(by), json=body)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture(scope="module", name="door")
def door_fixture(desk: EventDesk) -> Door:
    return Door(desk)


def test_through_the_door(door: Door) -> None:
    every = door.get("/orders", "chief")["items"]
    assert [order["raised_at"] for order in every] == sorted((o["raised_at"] for o in every), reverse=True)
    assert {order["unit"] for order in door.get("/orders", "chief", unit=CENTRE)["items"]} == {CENTRE}
    assert door.get("/orders", "chief", grid="330106001001008")["items"] == []
    seen, cursor = [], None
    while cursor is not None or not seen:
        page = door.get("/orders", "chief", limit=1, **({} if cursor is None else {"cursor": cursor}))
        seen, cursor = seen + page["items"], page["next"]
    assert seen == every
    assert door.get("/orders", "chief", 400, cursor="bm9uZQ")["code"] == "cursor-invalid"

    (whistle,) = door.get("/whistles", "chief", unit=TOWNSHIP)["items"]
    assert [(unit["unit"], unit["rating"]) for unit in whistle["called"]] == [(ROADS, None), (TOWNSHIP, 5)]
    assert len(door.get("/whistles", "chief", limit=1, state="ended")["items"]) == 1

    units = {digest["unit"] for digest in door.get("/notices", "chief", limit=500)["items"]}
    assert units >= {TOWNSHIP, ROADS, CENTRE}
    own = door.get("/notices", "mender", unread="true")["items"]
    assert {digest["unit"] for digest in own} == {ROADS}
    assert door.get("/notices", "mender", 403, unit=TOWNSHIP)["code"] == "unit-not-own"
    until = own[0]["at"]
    assert (
        door.post("/notices/read", "handler", {"unit": ROADS, "until": until}, 403)["code"] == "unit-not-own"
    )
    assert door.post("/notices/read", "mender", {"unit": ROADS, "until": until})["marked"] > 0
    assert door.get("/notices", "mender", unread="true") == {"items": [], "next": None}


def test_duplicates_and_emergencies_through_the_door(desk: EventDesk, door: Door) -> None:
    place = middle(6)
    words = {"lat": place[0] / 1e6, "lon": place[1] / 1e6, "description": "井盖缺失，有人差点掉下去"}
    first, again = desk.report("chief", **words).sub, desk.report("chief", **words).sub
    (likely,) = door.get(f"/events/{again}/duplicates", "acceptor")["items"]
    assert (likely["sub"], likely["distance_m"]) == (first, 0)
    assert likely["score"] >= 990 and set(likely["because"]) == {"zh", "en"}
    assert door.get(f"/events/{first}/emergency", "chief", 404)["code"] == "emergency-none"
    desk.take(first, "emergency_report", "chief", note="路面塌陷", details={"level": "III"})
    told = door.get(f"/events/{first}/emergency", "chief")
    assert (told["level"], told["phase"], [s["step"] for s in told["steps"]]) == (
        "III",
        "reported",
        ["emergency_report"],
    )
    assert door.get(f"/events/{'0' * 32}/duplicates", "chief", 404)["code"] == "event-unknown"
