"""Events through the HTTP door: reported, stepped on, listed, counted, on the map; who sees what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from fastapi.testclient import TestClient
from gridwitness.errors import InvalidInput
from gridwitness.events import Reporter
from gridwitness.records import record_row, stored_record
from gridwitness.records.models import RecordRow
from gridwitness_api import create_app
from gridwitness_cli.event import app
from gridwitness_evidence import parse_presentation
from sqlalchemy import select
from support.case_device import PASSPHRASE, CaseDevice
from support.event_desk import MATTER, EventDesk
from support.grid_registers import TOWNSHIP, UNIT_GRIDS
from support.platform import CITY, POLICE
from support.submit_door import served
from typer.testing import CliRunner

BASE = "/api/v1/events"
REPORT: dict[str, Any] = {
    "channel": "worker-app",
    "title": "暴露垃圾",
    "description": "路边",
    "latitude": "30.295",
    "longitude": "120.155",
}


VOID: dict[str, Any] = {"note": "误报", "details": {"reason": "unreal"}}


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


def test_what_records_say_of_persons_needs_the_event(door: Door) -> None:
    event = door.desk.report(None, channel="hotline", reporter=Reporter("王某", "13800000000"))
    platform = door.desk.running.platform
    with platform.transaction() as session:
        rows = session.execute(select(RecordRow.jti, RecordRow.kind).where(RecordRow.sub == event.sub)).all()
    words = {"王某", "13800000000", event.description}

    def shown(jti: object, who: str, **query: str) -> tuple[int, str]:
        address = f"/api/v1/records/{jti}"
        answer = door.client.get(address, headers=door.headers(who), params=query)
        return answer.status_code, answer.text

    seen = set[str | None]()
    for jti, _ in rows:
        status, text = shown(jti, "checker")
        assert status == 200 and not any(word and word in text for word in words)
        assert shown(jti, "worker", personal="true")[0] == 403
        status, text = shown(jti, "acceptor", personal="true")
        seen |= {word for word in words if word and word in text}
    assert seen == words
    assert door.get(f"/{event.sub}/reporter", "acceptor").json()["phone"] == "13800000000"


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
    desk = door.desk
    found = door.get("/map", bbox="120.15,30.29,120.16,30.30").json()
    assert found["features"] and not found["truncated"]
    for feature in found["features"]:
        west, south = feature["geometry"]["coordinates"]
        assert 120.15 <= west <= 120.16 and 30.29 <= south <= 30.30
        assert "description" not in feature["properties"]
    inside = {"bbox": "120.15,30.29,120.16,30.30"}
    ended = desk.go(desk.report().sub, ("void", "acceptor", VOID))
    assert ended.sub not in {feature["id"] for feature in door.get("/map", **inside).json()["features"]}
    voided = door.get("/map", state="void", **inside).json()["features"]
    assert [feature["id"] for feature in voided] == [ended.sub]
    assert door.get("/map", bbox="120.15,30.29,120.16,30.30", limit=1).json()["truncated"]
    assert door.get("/map", bbox="120.2,30.29,120.1,30.30").json()["code"] == "box"
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


def test_the_command_line_reports_offline_and_takes_steps(door: Door, tmp_path: Path) -> None:
    running = door.desk.running
    worker = running.officer("cli-worker", roles=["grid_worker"])
    chief = running.officer("cli-chief", roles=["duty_chief", "acceptor"])
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9")
    place = ["--place", "30.295,120.155", "--channel", "worker-app"]
    with served(running.platform) as url:
        device = CaseDevice.hand_out(tmp_path / "worker", worker, url)
        office = CaseDevice.hand_out(tmp_path / "chief", chief, url)
        unprepared = run(device, "report", "井盖", *place, "--draft").exception
        assert isinstance(unprepared, InvalidInput) and unprepared.code == "not-fetched"
        assert run(device, "fetch").exit_code == 0
        away = run(
            device,
            "report",
            "井盖破损",
            *place,
            "--file",
            str(photo),
            "--draft",
            "--json",
            url="http://127.0.0.1:9",
        )
        assert away.exit_code == 0, away.output
        sub = json.loads(away.output)["sub"]
        assert sub in run(device, "send").output
        taken = ("step", sub, "accept", "-d", f"matter={MATTER}")
        assert "已受理" in run(office, *taken, "--sign").output
        refused = run(office, "step", sub, "sign", "--json")
        assert refused.exit_code == 2 and json.loads(refused.output)["error"]["code"] == "event-state"
        assert run(office, "step", sub, "accept", "-d", "colour=red").exit_code != 0
        assert "已立案" in run(office, "step", sub, "file").output
        number = json.loads(run(office, "show", sub, "--json").output)["event"]["number"]
        shown = run(office, "show", number).output
        assert "受理" in shown and "井盖破损" in shown
        assert number in run(office, "list", "--state", "filed").output
        assert "dispatch" in run(office, "next", sub).output and run(office, "todo").exit_code == 0
    with running.platform.transaction() as session:
        record = stored_record(record_row(session, door.desk.history(sub).steps[1].jti))
    assert (record.kid, record.fields["actor"]) == (chief.key.kid, None)


def run(device: CaseDevice, *arguments: str, url: str | None = None) -> Result:
    """`gridwitness event` on a device; `url`: where the platform is said to be."""
    environment = {
        "GRIDWITNESS_PASSPHRASE": PASSPHRASE,
        "GRIDWITNESS_HOME": str(device.owner.running.home),
        "GRIDWITNESS_URL": url or device.url,
        "GRIDWITNESS_DEVICE_FOLDER": str(device.folder),
        "COLUMNS": "200",
    }
    return CliRunner().invoke(app, [*arguments], env=environment)
