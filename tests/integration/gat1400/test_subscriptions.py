"""Subscriptions and notifications: vehicles only, under what was subscribed, each once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gridwitness_ingest.gat1400.told_time import compact
from support.checkpoint_door import OpenDoor, account, kept, passing
from support.gat1400 import text, with_driver
from support.platform import Officer, RunningPlatform

NOTIFICATIONS, SUBSCRIBES = "/VIID/SubscribeNotifications", "/VIID/Subscribes"


def words(answer: Any) -> list[str]:
    """The codes of an answer, by object."""
    return [str(status["StatusString"]).partition(":")[0] for status in answer.statuses]


def test_what_was_subscribed_is_notified_once(
    running: RunningPlatform, officer: Officer, door: OpenDoor
) -> None:
    account(running, officer, "library")
    client = door.registered("library")
    assert client.subscribe("S-1").status == 200
    first = [with_driver(**passing(running, 1)), passing(running, 2)]
    for _ in range(3):  # replayed
        answer = client.notify("N-1", "S-1", first)
        assert (answer.status, words(answer)) == (200, ["OK", "OK"])
    stored = kept(running, "library")
    assert [row.plate for row in stored.passages] == ["浙A00001", "浙A00002"]
    assert len(stored.messages) == 1
    assert b"SECRET" not in stored.messages[0]
    # Another body under a NotificationID that was there is a replay as well.
    client.notify("N-1", "S-1", [passing(running, 3)])
    assert len(kept(running, "library").messages) == 1
    # A notification without vehicles (a change of a checkpoint, say) is kept as it came.
    body = text({"SubscribeNotificationListObject": {"SubscribeNotificationObject": [
        {"NotificationID": "N-2", "SubscribeID": "S-1",
         "TollgateObjectList": {"TollgateObject": [{"TollgateID": "1"}]}}
    ]}})  # fmt: skip
    for _ in range(2):
        assert client.send(body, NOTIFICATIONS).status == 200
    stored = kept(running, "library")
    assert len(stored.messages) == 2 and len(stored.passages) == 2 and stored.letters == []


def test_forged_notifications_are_refused_and_not_kept(
    running: RunningPlatform, officer: Officer, door: OpenDoor
) -> None:
    account(running, officer, "victim")
    account(running, officer, "forger")
    victim, forger = door.registered("victim"), door.registered("forger")
    assert victim.subscribe("S-9").status == 200
    answer = forger.notify("N-1", "S-9", [passing(running, 1)])
    assert (answer.status, words(answer)) == (403, ["subscription-unknown"])
    answer = victim.notify("N-1", "S-8", [passing(running, 1)])
    assert (answer.status, words(answer)) == (403, ["subscription-unknown"])
    mixed = text({"SubscribeNotificationListObject": {"SubscribeNotificationObject": [
        {"NotificationID": "1", "SubscribeID": "S-9", "MotorVehicleObjectList": [passing(running, 1)]},
        {"NotificationID": "2", "SubscribeID": "S-8", "MotorVehicleObjectList": [passing(running, 2)]},
    ]}})  # fmt: skip
    assert victim.send(mixed, NOTIFICATIONS).status == 403, "what is forged in part is refused whole"
    for feed in ("victim", "forger"):
        assert kept(running, feed).messages == []
    assert victim.notify("N-1", "S-9", [passing(running, 1)]).status == 200, "a refusal notes nothing as seen"
    assert victim.send(text({"Nothing": 1}), NOTIFICATIONS).status == 400
    assert door.counted("gridwitness_door_refused_requests_total", code="subscription-unknown") >= 3


def test_people_and_faces_are_not_subscribed_to(
    running: RunningPlatform, officer: Officer, door: OpenDoor
) -> None:
    account(running, officer, "faces")
    client = door.registered("faces")
    refused: tuple[Any, ...] = ("12", "11", "13,12", 12, [13, 11], "012")
    for detail in refused:
        answer = client.subscribe("S-1", detail)
        assert (answer.status, words(answer)) == (403, ["subscription-people"]), detail
        assert answer.statuses[0]["StatusCode"] == "4"
    assert client.notify("N-1", "S-1", [passing(running, 1)]).status == 403


def test_only_what_is_known_here_is_subscribed_to(
    running: RunningPlatform, officer: Officer, door: OpenDoor
) -> None:
    account(running, officer, "details")
    client = door.registered("details")
    for detail in ("13", "7", "3", "13,7,3", 13, [7, 3]):
        assert client.subscribe("S-1", detail).status == 200, detail
    for detail in ("", "1", "99", "13,99", "x"):
        assert words(client.subscribe("S-2", detail)) == ["subscription-detail"], detail
    assert words(client.subscribe("S-2", "13", ResourceURI="/VIID/Faces")) == ["subscription-people"]
    assert words(client.subscribe("S 2")) == ["subscription-id"]
    assert words(client.subscribe("S-2", EndTime="soon")) == ["subscription-time"]
    both = text({"SubscribeListObject": {"SubscribeObject": [
        {"SubscribeID": "S-3", "SubscribeDetail": "13", "ApplicantName": "SECRET"},
        {"SubscribeID": "S-4", "SubscribeDetail": "12"},
    ]}})  # fmt: skip
    answer = client.send(both, SUBSCRIBES)
    assert (answer.status, words(answer)) == (200, ["OK", "subscription-people"])
    held = client.request("GET", SUBSCRIBES).told["SubscribeListObject"]["SubscribeObject"]
    assert [one["SubscribeID"] for one in held] == ["S-1", "S-3"]
    assert "SECRET" not in str(held)


def test_a_subscription_that_ended_or_was_cancelled_takes_nothing_more(
    running: RunningPlatform, officer: Officer, door: OpenDoor
) -> None:
    account(running, officer, "ending")
    client = door.registered("ending")
    now = running.clock.now()
    client.subscribe("S-1", EndTime=compact(now - timedelta(hours=1)))
    client.subscribe("S-2", BeginTime=compact(now + timedelta(hours=1)))
    client.subscribe(
        "S-3", BeginTime=compact(now - timedelta(hours=1)), EndTime=compact(now + timedelta(hours=1))
    )
    client.subscribe("S-4")
    assert [client.notify("N-1", f"S-{n}", [passing(running, n)]).status for n in (1, 2, 3, 4)] == [
        403,
        403,
        200,
        200,
    ]
    answer = client.request("DELETE", f"{SUBSCRIBES}?IDList=S-3,S-77")
    assert (answer.status, words(answer)) == (200, ["OK", "subscription-unknown"])
    update = text(
        {
            "SubscribeListObject": {
                "SubscribeObject": {"SubscribeID": "S-4", "SubscribeDetail": "13", "OperateType": 1}
            }
        }
    )
    assert client.request("PUT", SUBSCRIBES, update).status == 200
    assert [client.notify("N-2", f"S-{n}", [passing(running, n)]).status for n in (3, 4)] == [403, 403]
    assert client.request("DELETE", f"{SUBSCRIBES}?IDList=S-77").status == 404
    assert client.request("DELETE", SUBSCRIBES).status == 400
