"""Reports without an account: taken, told by code, and nobody's words or names told to anybody."""

from __future__ import annotations

from typing import Any

import pytest
from support.channel_door import ChannelDoor
from support.event_desk import MATTER, SLOW, opening

SECRETS = ("王某某", "13900001111", "三单元七〇二室", "楼上天天吵")
REPORT: dict[str, Any] = {
    "channel": "web",
    "key": "web-1",
    "description": f"{SECRETS[3]}，门口堆垃圾",
    "matter": MATTER,
    "latitude": "30.295000",
    "longitude": "120.155000",
    "address": SECRETS[2],
    "name": SECRETS[0],
    "phone": SECRETS[1],
    "may_contact": True,
}


@pytest.fixture(scope="module", autouse=True)
def channels(door: ChannelDoor) -> None:
    door.channel("web", "web", public=True, matters=["01"])
    door.channel("hotline", "hotline")


def report(door: ChannelDoor, **changed: Any) -> Any:
    return door.post("/public/v1/reports", json={**REPORT, **changed})


def test_anybody_reports_and_asks_by_code(door: ChannelDoor) -> None:
    answer = report(door)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert report(door).json() == made
    status = door.get(f"/public/v1/reports/{made['code']}")
    assert status.status_code == 200, status.text
    told = status.json()
    assert (told["number"], told["state"], told["matter_zh"]) == (made["number"], "reported", "暴露垃圾")
    with door.desk.running.platform.transaction() as session:
        event = door.desk.running.platform.events.find(session, made["number"])
    door.desk.go(event.sub, *opening(), ("sign", "handler"))
    told = door.get(f"/public/v1/reports/{made['code'].lower()}").json()
    assert (told["state"], told["stage"], told["unit"]) == ("handling", 4, "单位WX")
    assert told["expected_at"] is not None
    assert [step["step"] for step in told["steps"]] == ["report", "accept", "file", "dispatch", "sign"]


def test_no_public_answer_names_a_person(door: ChannelDoor) -> None:
    code = report(door, key="web-2").json()["code"]
    answers = [
        report(door, key="web-2"),
        report(door, key="web-2", title="另一件"),
        door.get(f"/public/v1/reports/{code}"),
        door.post(f"/public/v1/reports/{code}/steps", json={"step": "urge", "note": "请快些"}),
        door.get("/public/v1/matters", params={"channel": "web"}),
    ]
    assert [answer.status_code for answer in answers] == [201, 409, 200, 200, 200]
    for answer in answers:
        for secret in (*SECRETS, "请快些", "30.29", "120.15"):
            assert secret not in answer.text


def test_who_reported_urges_and_rates(door: ChannelDoor) -> None:
    code = report(door, key="web-3").json()["code"]
    path = f"/public/v1/reports/{code}/steps"
    assert door.post(path, json={"step": "urge", "note": "请快些"}).status_code == 200
    early = door.post(path, json={"step": "callback", "satisfaction": "satisfied"})
    assert (early.status_code, early.json()["code"]) == (409, "event-state")
    assert door.post(path, json={"step": "close"}).status_code == 422
    with door.desk.running.platform.transaction() as session:
        sub = door.desk.running.platform.events.find(session, code.rsplit("-", 1)[0]).sub
    done = {"note": "已清理", "details": {"result": "done"}}
    door.desk.go(
        sub,
        *opening(),
        ("sign", "handler"),
        ("answer", "handler", done),
        ("check", "checker", {"details": {"result": "passed"}}),
        ("close", "acceptor", {"details": {"outcome": "solved"}}),
    )
    rated = door.post(path, json={"step": "callback", "satisfaction": "dissatisfied"})
    assert (rated.status_code, rated.json()["state"]) == (200, "assessed")
    again = door.post(path, json={"step": "reopen", "note": "又堆上了"})
    assert (again.status_code, again.json()["state"]) == (200, "filed")


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"channel": "hotline"}, 403, "channel-private"),
        ({"channel": "nobody"}, 404, "channel-unknown"),
        ({"key": "web-9", "matter": "0999"}, 422, "matter-unknown"),
        ({"key": "web-9", "matter": SLOW}, 422, "matter-not-offered"),
        ({"key": "web-9", "latitude": None}, 422, "fields"),
        ({"key": "web-9", "latitude": "99"}, 422, "fields"),
        ({"key": "web-9", "latitude": None, "longitude": None, "address": None}, 422, "place-missing"),
        ({"key": "web-9", "description": " "}, 422, "fields"),
        ({"channel": "x" * 65}, 422, "request-invalid"),
    ],
)
def test_what_is_not_taken_is_said(
    door: ChannelDoor, changed: dict[str, Any], status: int, code: str
) -> None:
    answer = report(door, **changed)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    for secret in SECRETS:
        assert secret not in answer.text


def test_a_code_is_not_used_without_end(door: ChannelDoor) -> None:
    code = report(door, key="web-urged").json()["code"]
    path = f"/public/v1/reports/{code}/steps"
    answers = [door.post(path, json={"step": "urge", "note": "快"}).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_a_report_outside_all_grids_is_not_lost(door: ChannelDoor) -> None:
    answer = report(door, key="web-far", latitude="10.5", longitude="20.5")
    assert answer.status_code == 201
    assert door.get(f"/public/v1/reports/{answer.json()['code']}").json()["state"] == "reported"


def test_codes_that_nobody_gave_are_unknown(door: ChannelDoor) -> None:
    answer = door.get("/public/v1/reports/330100CG-2026-000001-AAAAAAAAAAAA")
    assert (answer.status_code, answer.json()["code"]) == (404, "receipt-unknown")


def test_a_full_hour_is_said(door: ChannelDoor) -> None:
    door.channel("small", "wechat", public=True, hourly=1)
    assert report(door, channel="small", key="s-1").status_code == 201
    answer = report(door, channel="small", key="s-2")
    assert (answer.status_code, answer.json()["code"]) == (429, "channel-busy")
    assert answer.headers["retry-after"]


def test_a_sender_with_a_token_reports(door: ChannelDoor) -> None:
    token = {"Authorization": f"Bearer {door.token('hotline')}"}
    body = {"key": "12345-1", "description": "路灯不亮", "address": "文三路", "name": "李某"}
    made = door.post("/api/v1/channels/hotline/reports", headers=token, json=body)
    assert made.status_code == 201, made.text
    other = door.post("/api/v1/channels/web/reports", headers=token, json=body)
    assert (other.status_code, other.json()["code"]) == (403, "channel-foreign")
    for wrong in ({}, {"Authorization": "Bearer gwc_" + "x" * 43}, {"Authorization": "Bearer x"}):
        answer = door.post("/api/v1/channels/hotline/reports", headers=wrong, json=body)
        assert answer.status_code == 401, answer.text
    [kept] = door.get("/api/v1/channels/hotline/tokens", "admin").json()["items"]
    gone = door.client.delete(f"/api/v1/channels/hotline/tokens/{kept['digest']}", headers=door.auth("admin"))
    assert gone.status_code == 204
    answer = door.post("/api/v1/channels/hotline/reports", headers=token, json=body)
    assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")


def test_only_keepers_register_and_a_category_stays(door: ChannelDoor) -> None:
    body = {"category": "hotline", "title": "热线", "settings": {}, "state": "closed"}
    refused = door.client.put("/api/v1/channels/hotline", headers=door.auth("handler"), json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "role-missing")
    closed = door.client.put("/api/v1/channels/hotline", headers=door.auth("chief"), json=body)
    assert closed.json()["state"] == "closed"
    other = {**body, "category": "web"}
    moved = door.client.put("/api/v1/channels/hotline", headers=door.auth("admin"), json=other)
    assert (moved.status_code, moved.json()["code"]) == (409, "channel-category")
    listed = door.get("/api/v1/channels", "chief").json()["items"]
    assert {"hotline", "web"} <= {item["channel"] for item in listed}
