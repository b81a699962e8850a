"""News of steps: signed, in order, tried until taken; nothing of a person in them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from gridwitness.channels.models import WebhookRow
from support.channel_door import ChannelDoor
from support.event_desk import opening
from support.grid_registers import TOWNSHIP, UNIT_GRIDS
from support.platform import CITY

HOOK, OTHER, UPPER = "https://hook.test/a", "https://hook.test/b", "https://upper.test/push"
MEMBERS = {
    "id",
    "event",
    "number",
    "step",
    "state",
    "stage",
    "unit",
    "grid",
    "matter",
    "occurred_at",
    "record",
}


def webhook(door: ChannelDoor, url: str, **changed: Any) -> tuple[str, str]:
    body = {"agency": CITY, "url": url, "scope": None, "steps": [], **changed}
    answer = door.post("/api/v1/webhooks", "admin", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["webhook"]["id"], answer.json()["secret"]


@pytest.fixture(name="closing")
def closing_fixture(door: ChannelDoor) -> Any:
    """Targets of one test are closed behind it."""
    yield
    for item in door.get("/api/v1/webhooks", "admin").json()["items"]:
        door.post(f"/api/v1/webhooks/{item['id']}/close", "admin")
    for item in door.get("/api/v1/upstreams", "admin").json()["items"]:
        door.post(f"/api/v1/upstreams/{item['upstream']}/close", "admin")
    door.receiver.taken.clear()
    door.receiver.away.clear()
    door.receiver.signatures.clear()


def drain(door: ChannelDoor) -> None:
    deliveries = door.deliveries()
    for _ in range(20):
        if not deliveries.round():
            return
    raise AssertionError("deliveries do not come to an end")


@pytest.mark.usefixtures("closing")
def test_every_step_is_told_once_signed_and_without_a_person(door: ChannelDoor) -> None:
    identifier, secret = webhook(door, HOOK)
    event = door.desk.report(description="楼上王某某天天吵", address="七〇二室")
    door.desk.go(event.sub, *opening(), ("sign", "handler"))
    drain(door)
    bodies = door.receiver.bodies(HOOK)
    assert [body["step"] for body in bodies] == ["report", "accept", "file", "dispatch", "sign"]
    assert all(body.keys() == MEMBERS and body["event"] == event.sub for body in bodies)
    assert (bodies[-1]["state"], bodies[-1]["stage"], bodies[-1]["unit"]) == ("handling", 3, TOWNSHIP)
    assert len({body["id"] for body in bodies}) == 5
    assert door.receiver.signed_with(secret)
    assert not any(word in str(bodies) for word in ("王某某", "七〇二", "30.28"))
    drain(door)
    assert len(door.receiver.bodies(HOOK)) == 5
    log = door.get(f"/api/v1/webhooks/{identifier}/deliveries", "admin").json()["items"]
    assert {(item["state"], item["tries"], item["status"]) for item in log} == {("delivered", 1, 200)}
    with door.desk.running.platform.transaction() as session:
        row = session.get(WebhookRow, UUID(identifier))
        assert row is not None and row.secret is not None and secret.encode() not in row.secret


@pytest.mark.usefixtures("closing")
def test_a_target_that_is_away_holds_up_nobody_and_loses_nothing(door: ChannelDoor) -> None:
    identifier, _ = webhook(door, HOOK)
    webhook(door, OTHER)
    door.receiver.away.add(HOOK)
    event = door.desk.report()
    door.desk.go(event.sub, *opening())
    drain(door)
    assert len(door.receiver.bodies(OTHER)) == 4 and door.receiver.bodies(HOOK) == []
    log = door.get(f"/api/v1/webhooks/{identifier}/deliveries", "admin").json()["items"]
    assert [(item["state"], item["tries"]) for item in log] == [("waiting", 0)] * 3 + [("waiting", 1)]
    assert log[-1]["answer"] == "busy"
    before = door.receiver.tries
    drain(door)
    assert door.receiver.tries == before  # not before its time
    door.receiver.away.clear()
    door.desk.running.advance(11)
    drain(door)
    assert [body["step"] for body in door.receiver.bodies(HOOK)] == ["report", "accept", "file", "dispatch"]


@pytest.mark.usefixtures("closing")
def test_what_is_never_taken_is_given_up_and_can_be_sent_again(door: ChannelDoor) -> None:
    identifier, _ = webhook(door, HOOK)
    door.receiver.away.add(HOOK)
    door.desk.report()
    deliveries = door.deliveries()
    for _ in range(14):
        deliveries.round()
        door.desk.running.advance(3601)
    [item] = door.get(f"/api/v1/webhooks/{identifier}/deliveries", "admin").json()["items"]
    assert (item["state"], item["tries"]) == ("failed", 12)
    door.receiver.away.clear()
    path = f"/api/v1/webhooks/{identifier}/deliveries/{item['id']}/again"
    assert door.post(path, "admin").json()["state"] == "waiting"
    drain(door)
    assert len(door.receiver.bodies(HOOK)) == 1
    assert door.post(path.replace(identifier, str(UUID(int=0))), "admin").status_code == 404


@pytest.mark.usefixtures("closing")
def test_a_target_gets_its_grids_and_steps_only(door: ChannelDoor) -> None:
    webhook(door, HOOK, scope=UNIT_GRIDS[1])
    webhook(door, OTHER, scope="330106001", steps=["report"])
    event = door.desk.report()
    door.desk.go(event.sub, *opening())
    drain(door)
    assert door.receiver.bodies(HOOK) == []
    assert [body["step"] for body in door.receiver.bodies(OTHER)] == ["report"]
    unknown = {"agency": CITY, "url": HOOK, "scope": "999", "steps": []}
    answer = door.post("/api/v1/webhooks", "admin", json=unknown)
    assert (answer.status_code, answer.json()["code"]) == (404, "grid-unknown")


@pytest.mark.usefixtures("closing")
def test_a_closed_webhook_goes_on_where_it_was(door: ChannelDoor) -> None:
    identifier, old = webhook(door, HOOK)
    door.post(f"/api/v1/webhooks/{identifier}/close", "admin")
    event = door.desk.report()
    drain(door)
    assert door.receiver.bodies(HOOK) == []
    new = door.post(f"/api/v1/webhooks/{identifier}/secret", "admin").json()["secret"]
    assert door.post(f"/api/v1/webhooks/{identifier}/open", "admin").json()["state"] == "open"
    drain(door)
    assert [body["event"] for body in door.receiver.bodies(HOOK)] == [event.sub]
    assert door.receiver.signed_with(new) and not door.receiver.signed_with(old)


@pytest.mark.usefixtures("closing")
def test_an_upper_platform_gets_all_in_order_and_its_receipts_are_kept(door: ChannelDoor) -> None:
    body = {
        "upstream": "city",
        "agency": CITY,
        "title": "市级平台",
        "url": UPPER,
        "scope": None,
        "from_start": True,
    }
    made = door.post("/api/v1/upstreams", "admin", json=body)
    assert made.status_code == 201, made.text
    again = door.post("/api/v1/upstreams", "admin", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "upstream-taken")
    door.receiver.away.add(UPPER)
    door.deliveries().round()
    event = door.desk.report()
    for _ in range(14):  # never given up
        door.deliveries().round()
        door.desk.running.advance(3601)
    assert len(door.get("/api/v1/upstreams/city/deliveries", "admin").json()["items"]) == 1
    door.receiver.away.clear()
    drain(door)
    batches = door.receiver.bodies(UPPER)
    assert [batch["batch"] for batch in batches] == [*range(1, len(batches) + 1)]
    items = [item for batch in batches for item in batch["items"]]
    places = [tuple(map(int, item["id"].split("."))) for item in items]
    assert places == sorted(set(places))
    assert items[-1]["event"] == event.sub
    with door.desk.running.platform.transaction() as session:
        history = door.desk.running.platform.events.history(session, event.sub)
    last = items[-1]
    assert last["record"] == str(history.steps[-1].jti)
    assert (
        last["entry"].count(".") == 2
        and "~" not in last["entry"]
        and last["receipt"].startswith("gridwitness")
    )
    assert door.receiver.signed_with(made.json()["secret"])
    log = door.get("/api/v1/upstreams/city/deliveries", "admin").json()["items"]
    assert [item["answer"] for item in log][::-1] == [f"receipt {n + 1}" for n in range(len(log))]
    assert door.get("/api/v1/upstreams/city", "admin").json()["reached"] is not None


def test_only_administrators_keep_targets(door: ChannelDoor) -> None:
    body = {"agency": CITY, "url": HOOK, "scope": None, "steps": []}
    for path in ("/api/v1/webhooks", "/api/v1/upstreams"):
        assert door.get(path, "chief").status_code == 403
    assert door.post("/api/v1/webhooks", "chief", json=body).status_code == 403
    for url in ("https://user:pw@hook.test/", "ftp://hook.test/"):
        assert door.post("/api/v1/webhooks", "admin", json={**body, "url": url}).status_code == 422


def test_all_of_it_is_proved(door: ChannelDoor) -> None:
    door.desk.running.drain()
    door.desk.running.audit().require_proved()
