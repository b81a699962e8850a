"""Events through the HTTP door: reported, stepped on, listed, counted, on the map; who sees what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from gridwitness_api import create_app
from gridwitness_evidence import parse_presentation
from support.event_desk import MATTER, EventDesk
from support.grid_registers import TOWNSHIP, UNIT_GRIDS
from support.platform import CITY, POLICE

BASE = "/api/v1/events"
REPORT: dict[str, Any] = {
    "channel": "worker-app",
    "title": "暴露垃圾",
    "description": "路边",
    "latitude": "30.295",
    "longitude": "120.155",
}


class Door:
    """The door as the cast uses it."""

    def __init__(self, desk: EventDesk, client: TestClient) -> None:
        self.desk = desk
        self.client = client
        self.tokens: dict[str, str] = {}

    def headers(self, who: str) -> dict[str, str]:
        if who not in self.tokens:
            platform = self.desk.running.platform
            with platform.transaction() as session:
                self.tokens[who], _ = platform.accounts.open_session(session, self.desk.account(who))
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    def get(self, path: str, who: str = "chief", **query: Any) -> Any:
        return self.client.get(f"{BASE}{path}", headers=self.headers(who), params=query)

    def post(self, path: str, body: dict[str, Any], who: str = "chief", **headers: str) -> Any:
        return self.client.post(f"{BASE}{path}", headers={**self.headers(who), **headers}, json=body)

    def step(self, sub: str, step: str, who: str, **given: Any) -> Any:
        return self.post(f"/{sub}/steps", {"step": step, **given}, who)


@pytest.fixture(scope="module")
def door(desk: EventDesk) -> Iterator[Door]:
    platform = desk.running.platform
    with platform.transaction() as session:
        for name in ("worker-app", "hotline"):
            category = "grid_worker" if name == "worker-app" else "hotline"
            platform.channels.register(
                *(session, CITY, name), category=category, title=name, settings={}, by=None
            )
    desk.add("citizen", "caller")
    desk.add("foreign", "duty_chief", agency=POLICE)
    desk.add("district", "acceptor", "330106")
    with TestClient(create_app(platform), raise_server_exceptions=False) as client:
        yield Door(desk, client)


def test_reported_stepped_and_seen_whole(door: Door) -> None:
    made = door.post("", REPORT, "worker", **{"Idempotency-Key": "report-1"})
    again = door.post("", REPORT, "worker", **{"Idempotency-Key": "report-1"})
    assert made.status_code == 201, made.text
    event = made.json()
    assert again.json() == event and made.headers["location"] == f"{BASE}/{event['sub']}"
    assert (event["state"], event["zh"], event["grid"]) == ("reported", "已上报", UNIT_GRIDS[0])
    sub = event["sub"]
    accepted = door.step(sub, "accept", "acceptor", details={"matter": MATTER}, round=1)
    assert accepted.status_code == 201 and accepted.json()["state"] == "accepted"
    refused = door.step(sub, "sign", "handler")
    assert refused.status_code == 409
    assert refused.json()["code"] == "event-state" and "file" in refused.json()["allowed"]
    assert door.step(sub, "file", "worker").json()["code"] == "event-role"
    assert door.step(sub, "file", "chief").status_code == 201
    whole = door.get(f"/{event['number']}/history").json()
    assert [step["step"] for step in whole["steps"]] == ["report", "accept", "file"]
    assert {clock["clock"]: clock["state"] for clock in whole["clocks"]}["dispatch"] == "running"
    options = {o["step"]: o["yours"] for o in door.get(f"/{sub}/options", "dispatcher").json()["options"]}
    assert options["dispatch"] is True and options["self_handle"] is False
    unknown = door.post("", {**REPORT, "channel": "nobody"}, "worker")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "channel-unknown")
    half = door.post("", {**REPORT, "longitude": None}, "worker")
    assert (half.status_code, half.json()["code"]) == (422, "event-place")


def test_who_sees_what(door: Door) -> None:
    desk = door.desk
    far = desk.report(None, channel="hotline", lat=30.285, lon=120.185)
    assert far.grid == UNIT_GRIDS[7]
    assert door.get(f"/{far.sub}", "worker").status_code == 404
    assert door.get(f"/{far.sub}", "district").status_code == 200
    assert door.get(f"/{far.sub}", "foreign").status_code == 404
    assert door.get("", "foreign", agency=CITY).status_code == 403
    seen = {item["sub"] for item in door.get("", "worker").json()["items"]}
    assert far.sub not in seen and seen
    assert door.get("", "citizen").json()["items"] == []
    nowhere = desk.report(None, channel="hotline", lat=1.0, lon=1.0)
    assert door.get(f"/{nowhere.sub}", "district").status_code == 404
    assert door.get(f"/{nowhere.sub}", "chief").status_code == 200
    assert door.get(f"/{far.sub}/reporter", "acceptor").json()["code"] == "reporter-unknown"
    assert door.get(f"/{far.sub}/reporter", "checker").status_code in (403, 404)


def test_lists_pages_and_filters(door: Door) -> None:
    desk = door.desk
    for key in range(5):
        desk.running.advance(60)
        desk.report(None, channel="hotline", channel_key=f"page-{key}", urgency="urgent")
    subs: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = door.get("", channel="hotline", urgency="urgent", limit=2, **cursor).json()
        subs += [item["sub"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert len(subs) == 5 == len(set(subs))
    assert door.get("", cursor="abc").json()["code"] == "cursor-invalid"
    inside = door.get("", grid="330106001001").json()["items"]
    assert {item["grid"] for item in inside} <= set(UNIT_GRIDS) and inside
    assert door.get("", state="reported", unit=TOWNSHIP).json()["items"] == []


def test_map_and_statistics(door: Door) -> None:
    found = door.get("/map", box="120.15,30.29,120.16,30.30").json()
    assert found["features"] and not found["truncated"]
    for feature in found["features"]:
        west, south = feature["geometry"]["coordinates"]
        assert 120.15 <= west <= 120.16 and 30.29 <= south <= 30.30
        assert "description" not in feature["properties"]
    assert door.get("/map", box="120.15,30.29,120.16,30.30", limit=1).json()["truncated"]
    assert door.get("/map", box="120.2,30.29,120.1,30.30").json()["code"] == "box"
    counted = door.get("/statistics", by=["state", "channel", "grid"]).json()
    listed = door.get("", limit=500).json()["items"]
    assert counted["total"] == len(listed)
    for cut in ("state", "channel", "grid"):
        counts = {line["value"]: line["events"] for line in counted["counts"][cut]}
        assert counts == {v: sum(i[cut] == v for i in listed) for v in {item[cut] for item in listed}}


def test_what_waits_for_whom(door: Door) -> None:
    desk = door.desk
    event = desk.dispatched()
    waiting = {item["event"]["sub"]: item for item in door.get("/todo", "handler").json()["items"]}
    assert (waiting[event.sub]["step"], waiting[event.sub]["clock"]) == ("sign", "sign")
    desk.go(
        event.sub, ("sign", "handler"), ("extend_ask", "handler", {"note": "雨", "details": {"amount": 1}})
    )
    lines = [i for i in door.get("/todo", "chief").json()["items"] if i["event"]["sub"] == event.sub]
    assert [line["step"] for line in lines] == ["extend_grant"]
    assert door.get("/todo", "stranger").json()["items"] == []
    assert event.sub not in {i["event"]["sub"] for i in door.get("/todo", "mender").json()["items"]}


def test_its_whole_history_leaves_as_one_file(door: Door) -> None:
    sub = door.post("", REPORT, "worker").json()["sub"]
    assert door.get(f"/{sub}/file").json()["code"] == "not-anchored-yet"
    door.desk.running.drain()
    answer = door.get(f"/{sub}/file")
    assert answer.headers["content-disposition"] == f'attachment; filename="{sub}.event.json"'
    file = answer.json()
    assert (file["format"], file["sub"], len(file["records"])) == ("gridwitness-event/v1", sub, 2)
    assert "暴露垃圾" not in parse_presentation(file["records"][0]["record"]).fields.values()
    assert door.get(f"/{sub}/file", "worker", personal=True).status_code == 403
    shown = door.get(f"/{sub}/file", personal=True).json()
    assert "暴露垃圾" in parse_presentation(shown["records"][0]["record"]).fields.values()
    assert door.get(f"/{sub}/file", "foreign").status_code == 404
