"""Act 6: one event through the seven stages, with a return, an extension, orders and a whistle; and its
history, taken out as one file and verified offline.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from gridwitness_cli.demo.acts.evidence import AuditorDesk
from gridwitness_cli.demo.acts.timeline import local, made
from gridwitness_cli.demo.cast import AUDITOR, CITY, HEAD
from gridwitness_cli.demo.company import Company
from gridwitness_cli.demo.district import open_district
from gridwitness_cli.demo.district_cast import CHIEF, GRID_WORKER, SEATS, Seat
from gridwitness_cli.demo.event_story import (
    BEATS,
    CHANNEL,
    LATITUDE,
    LONGITUDE,
    MATTER,
    REPORTED_AT,
    Beat,
)
from gridwitness_cli.demo.photo import truck_photo
from gridwitness_cli.demo.story import expect

_NEAR = timedelta(minutes=30)
"""A jump so short that nothing need be anchored before it."""
_DUTY_SECONDS = 60
_CHECKS = ("event", "loop", "clocks", "approvals")


def play_event(company: Company) -> None:
    """Open the district, report, take every step, and show what became of clocks and orders."""
    company.stage.go_to(REPORTED_AT)
    open_district(company.stage.platform, CITY, company.device(HEAD).signing_key())
    for seat in SEATS:
        _seat(company, seat)
    sub = _report(company)
    for beat in BEATS:
        if beat.state is not None:
            _await_duty(company, sub, beat)
        _go_to(company, beat.when)
        if beat.orders != (0, 0):
            _await_duty(company, sub, beat)
        _take(company, sub, beat)
    told = company.door(CHIEF.username).get(f"/events/{sub}/history")
    event = told["event"]
    expect(event["state"] == "assessed", "event-open", f"The event ended as {event['state']}.")
    company.named["event"] = sub
    company.story.counts["event_steps"] = len(told["steps"])
    company.story.say(f"   事件 event [bold]{event['number']}[/] · 暴露垃圾 exposed rubbish")
    _show(company, told)


def prove_event(desk: AuditorDesk) -> None:
    """Its file, verified without platform or node; and again with one step left out."""
    company, sub = desk.company, desk.company.named["event"]
    folder = desk.bundles.parent / "cases"
    folder.mkdir(exist_ok=True)
    whole = folder / "event.json"
    answer = company.door(AUDITOR.username).get(f"/events/{sub}/file")
    whole.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    verdict = desk.verify("bundle: 事件档案，离线 event file, offline", 0, "bundle", whole)
    results = {check["name"]: check["result"] for check in verdict.report["checks"]}
    found = " · ".join(f"{name} {results[name]}" for name in _CHECKS)
    company.story.say(f"   [green]✓[/] 事件档案离线核实 the event's history, verified offline: {found}")
    _leave_one_out(desk, whole)


def _leave_one_out(desk: AuditorDesk, whole: Path) -> None:
    content = json.loads(whole.read_text("utf-8"))
    content["records"].pop(len(content["records"]) // 2)
    shortened = whole.with_name("event-one-left-out.json")
    shortened.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    what = "bundle: 抽去一条记录的事件档案 event file with one record left out"
    verdict = desk.verify(what, 1, "bundle", shortened)
    expect("event" in verdict.failed, "gap-unnamed", f"The missing record is not named: {verdict.failed}")


def _seat(company: Company, seat: Seat) -> None:
    """Account, roles in their part of the district, and the unit."""
    admin = company.door(company.stage.admin[0])
    opened = admin.post(
        "/accounts",
        {
            "agency": CITY,
            "username": seat.username,
            "display_name": seat.name,
            "password": company.password(seat.username),
            "roles": [],
        },
    )
    company.accounts[seat.username] = opened["id"]
    for role in seat.roles:
        grant = {"role": role, "agency": CITY, "scope": seat.scope}
        admin.post(f"/accounts/{opened['id']}/roles", grant)
    if seat.unit is not None:
        admin.post(f"/units/{seat.unit}/staff", {"account": opened["id"]})


def _report(company: Company) -> str:
    """The grid worker's one-tap report: type, point, photo."""
    body = {
        "channel": CHANNEL,
        "category": "event",
        "matter": MATTER,
        "title": "建筑垃圾堆放占道",
        "description": "人行道上堆放装修垃圾约两立方米",
        "latitude": LATITUDE,
        "longitude": LONGITUDE,
        "files": [_photo(company, GRID_WORKER)],
    }
    sub: str = company.door(GRID_WORKER.username).post("/events", body)["sub"]
    return sub


def _take(company: Company, sub: str, beat: Beat) -> None:
    body: dict[str, Any] = {
        "step": beat.step,
        "details": dict(beat.details),
        "note": beat.note,
        "unit": beat.unit,
    }
    if beat.photo:
        body["files"] = [_photo(company, beat.by)]
    company.door(beat.by.username).post(f"/events/{sub}/steps", body)


def _photo(company: Company, seat: Seat) -> Mapping[str, Any]:
    """Upload a picture and name it by its digests."""
    picture = truck_photo(spilled=12)
    stored = company.door(seat.username).put_file(sha256(picture).hexdigest(), picture)
    return {"name": "现场照片.png", **{name: stored[name] for name in ("sha256", "sm3", "size", "type")}}


def _go_to(company: Company, when: str) -> None:
    """As the story's clock; a few minutes go by without waiting for the chain."""
    target = company.stage.at(when)
    if target - company.stage.now() > _NEAR:
        company.stage.go_to(when)
    elif target > company.stage.now():
        company.stage.clock.set_to(target)


def _await_duty(company: Company, sub: str, beat: Beat) -> None:
    """Nobody dispatched it and nobody raised these orders: the platform's own duty process did."""
    count, level = beat.orders
    deadline = time.monotonic() + _DUTY_SECONDS
    while True:
        told = company.door(CHIEF.username).get(f"/events/{sub}/history")
        orders = told["orders"]
        reached = beat.state in (None, told["event"]["state"])
        if reached and len(orders) == count and (not count or orders[-1]["level"] == level):
            expect(all(order["automatic"] for order in orders), "order-by-hand", f"By a person: {orders}")
            return
        what = f"{told['event']['state']}, orders {orders}"
        expect(time.monotonic() < deadline, "duty-missing", f"Not {beat.state} {beat.orders}: {what}")
        time.sleep(0.1)


def _show(company: Company, told: Mapping[str, Any]) -> None:
    names = {company.accounts[seat.username]: seat.name for seat in SEATS}
    table = made("时间 when", "步骤 step", "轮次 round", "状态 state", "何人 who", "单位 unit")
    for step in told["steps"]:
        table.add_row(
            local(company, step["occurred_at"]), step["step"], str(step["round"]), step["state"],
            names.get(step["actor"], "系统 platform"), step["unit"] or "",
        )  # fmt: skip
    company.story.show(table)
    for clock in told["clocks"]:
        if clock["clock"] in ("handle", "reply", "checkin"):
            limit = f"{clock['amount']}+{clock['added']} {clock['measure']}"
            due = local(company, clock["due_at"])
            company.story.say(
                f"   {clock['zh']} {clock['clock']} · {clock['unit']} · {limit} · {clock['rule']} "
                f"· 到期 due {due} · {clock['state']}"
            )
