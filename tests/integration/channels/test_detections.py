"""What machines claim waits for a person; nothing of it is dispatched unseen."""

from __future__ import annotations

from typing import Any

import pytest
from gridwitness.channels.models import DetectionRow
from gridwitness.events.models import EventRow
from sqlalchemy import func, select
from support.channel_door import ChannelDoor
from support.event_desk import MATTER, SLOW
from support.grid_registers import UNIT_GRIDS

CLAIM: dict[str, Any] = {
    "key": "cam-1/1",
    "device": "330106-K017",
    "matter": MATTER,
    "confidence": 87,
    "image": "9f" * 32,
    "latitude": "30.295000",
    "longitude": "120.155000",
    "captured_at": "2026-05-11T00:59:00Z",
}


@pytest.fixture(scope="module")
def token(door: ChannelDoor) -> dict[str, str]:
    door.channel("video", "video")
    return {"Authorization": f"Bearer {door.token('video')}"}


def offer(door: ChannelDoor, token: dict[str, str], *claims: dict[str, Any]) -> Any:
    items = [{**CLAIM, **claim} for claim in claims]
    return door.post("/api/v1/channels/video/detections", headers=token, json={"items": items})


def queued(door: ChannelDoor, token: dict[str, str], key: str, **changed: Any) -> str:
    answer = offer(door, token, {"key": key, **changed})
    assert answer.status_code == 200, answer.text
    [item] = answer.json()["items"]
    assert item["result"] == "queued"
    return str(item["detection"])


def events(door: ChannelDoor) -> int:
    with door.desk.running.platform.transaction() as session:
        return session.scalar(select(func.count()).select_from(EventRow)) or 0


def test_claims_are_queued_once_and_become_nothing_by_themselves(
    door: ChannelDoor, token: dict[str, str]
) -> None:
    before = events(door)
    answer = offer(door, token, {"key": "a"}, {"key": "b", "confidence": 59}, {"key": "a"})
    assert [item["result"] for item in answer.json()["items"]] == ["queued", "ignored", "known"]
    assert offer(door, token, {"key": "a"}).json()["items"][0]["result"] == "known"
    assert events(door) == before
    shown = door.get("/api/v1/detections", "acceptor").json()["items"]
    assert [item["key"] for item in shown if item["key"] in "ab"] == ["a"]


def test_a_person_makes_it_an_event(door: ChannelDoor, token: dict[str, str]) -> None:
    sub = queued(door, token, "to-confirm", matter=None)
    path = f"/api/v1/detections/{sub}/confirm"
    body = {"matter": SLOW, "grid": None, "note": "看图属实"}
    refused = door.post(path, "handler", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "role-missing")
    made = door.post(path, "dispatcher", json=body)
    assert made.status_code == 200, made.text
    told = made.json()
    assert (told["state"], told["decided_by"]) == ("confirmed", str(door.desk.account("dispatcher")))
    with door.desk.running.platform.transaction() as session:
        event = door.desk.running.platform.events.find(session, told["event"])
        assert (event.detection, event.channel, event.channel_key) == (sub, "video", "to-confirm")
        assert (event.matter, event.grid, event.state) == (SLOW, UNIT_GRIDS[0], "reported")
        assert event.reported_by == door.desk.account("dispatcher")
    again = door.post(path, "dispatcher", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "detection-decided")


def test_a_person_dismisses_it_and_says_why(door: ChannelDoor, token: dict[str, str]) -> None:
    sub = queued(door, token, "to-dismiss")
    before = events(door)
    done = door.post(f"/api/v1/detections/{sub}/dismiss", "acceptor", json={"reason": "光影误识"})
    assert (done.status_code, done.json()["state"], done.json()["reason"]) == (200, "dismissed", "光影误识")
    late = door.post(
        f"/api/v1/detections/{sub}/confirm", "acceptor", json={"matter": None, "grid": None, "note": None}
    )
    assert (late.status_code, late.json()["code"]) == (409, "detection-decided")
    assert events(door) == before
    assert door.get(f"/api/v1/detections/{sub}", "acceptor").json()["event"] is None


def test_a_reviewer_decides_in_its_own_grids(door: ChannelDoor, token: dict[str, str]) -> None:
    door.desk.add("eastern", "acceptor", UNIT_GRIDS[3])
    sub = queued(door, token, "west")
    answer = door.post(f"/api/v1/detections/{sub}/dismiss", "eastern", json={"reason": "误识"})
    assert (answer.status_code, answer.json()["code"]) == (403, "event-scope")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"key": "bad", "confidence": 101}, "request-invalid"),
        ({"key": "bad", "image": "9F" * 32}, "request-invalid"),
        ({"key": "bad", "matter": "0999"}, "matter-unknown"),
        ({"key": "bad", "captured_at": "2027-01-01T00:00:00Z"}, "detection-time"),
    ],
)
def test_a_bad_claim_takes_the_others_with_it(
    door: ChannelDoor, token: dict[str, str], changed: dict[str, Any], code: str
) -> None:
    answer = offer(door, token, {"key": "good"}, changed)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    with door.desk.running.platform.transaction() as session:
        found = session.scalar(select(DetectionRow.sub).where(DetectionRow.channel_key == "good"))
    assert found is None


def test_people_do_not_claim_and_machines_do_not_report(door: ChannelDoor, token: dict[str, str]) -> None:
    door.channel("people", "hotline")
    people = {"Authorization": f"Bearer {door.token('people')}"}
    answer = door.post("/api/v1/channels/people/detections", headers=people, json={"items": [CLAIM]})
    assert (answer.status_code, answer.json()["code"]) == (403, "channel-kind")
    report = {"description": "有垃圾", "address": "文三路"}
    answer = door.post("/api/v1/channels/video/reports", headers=token, json=report)
    assert (answer.status_code, answer.json()["code"]) == (403, "channel-kind")
    rows = door.post(
        "/api/v1/channels/video/import",
        "acceptor",
        content=b'{"key": "1", "description": "x", "address": "y"}',
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert (rows.json()["refused"], rows.json()["rows"][0]["code"]) == (1, "channel-kind")
