"""Passages over real HTTP into the real database: stored before the answer, once, without faces."""

from __future__ import annotations

import hashlib
import json
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from gridwitness.feeds import Selection, note_seen
from gridwitness.trucks.sightings import Sightings
from gridwitness_ingest.decoders import DECODERS
from gridwitness_ingest.gat1400.storing import forget
from gridwitness_ingest.gat1400.told_time import compact
from sqlalchemy import text as text_query
from support.checkpoint_door import HOST, OpenDoor, account, kept, passing
from support.gat1400 import JPEG, picture, text, upload, with_driver
from support.platform import Officer, RunningPlatform
from support.sightings import put_checkpoint


def test_passages_are_stored_before_the_answer(
    running: RunningPlatform, officer: Officer, door: OpenDoor
) -> None:
    account(running, officer, "upload")
    client = door.registered("upload")
    objects = [with_driver(**passing(running, 1)), passing(running, 2), passing(running, 3, HasPlate="0")]
    answer = client.upload(objects)
    stored = kept(running, "upload")
    assert answer.status == 200
    assert [status["StatusCode"] for status in answer.statuses] == ["0", "0", "0"]
    assert [status["Id"] for status in answer.statuses] == [one["MotorVehicleID"] for one in objects]
    assert {status["RequestURL"] for status in answer.statuses} == {"/VIID/MotorVehicles"}
    assert all(len(status["LocalTime"]) == 14 for status in answer.statuses)
    assert answer.headers["content-type"].startswith("application/VIID+JSON")
    assert [row.plate for row in stored.passages] == ["浙A00001", "浙A00002", None]
    assert door.counted("gridwitness_feed_objects_total", feed="upload") == 3
    assert door.counted("gridwitness_feed_dropped_total", feed="upload") >= 16
    assert {row.checkpoint for row in stored.passages} == {"KK-1"}
    first = stored.passages[0]
    assert (first.lane, first.plate_color, first.vehicle_class, first.reliability) == (2, "yellow", "01", 98)
    (message,) = stored.messages
    assert b"SECRET" not in message and "浙A00001".encode() in message
    sent = json.dumps(
        {"MotorVehicleListObject": {"MotorVehicleObject": objects}}, ensure_ascii=False, separators=(",", ":")
    ).encode()
    assert stored.received == [hashlib.sha256(sent).digest()]
    sha256 = hashlib.sha256(JPEG).hexdigest()
    assert json.loads(first.images) == [{"sha256": sha256, "kind": "vehicle"}]
    assert b"".join(running.platform.files.open(sha256)) == JPEG
    assert not any(
        b"a face" in path.read_bytes() for path in running.settings.files_dir.rglob("*") if path.is_file()
    )


def test_what_is_sent_again_is_stored_once(
    running: RunningPlatform, officer: Officer, door: OpenDoor
) -> None:
    account(running, officer, "again")
    client = door.registered("again")
    one, two, three = (passing(running, number) for number in (1, 2, 3))
    for objects in ([one, two], [one, two], [two, three], [one, one]):
        answer = client.upload(objects)
        assert {status["StatusCode"] for status in answer.statuses} == {"0"}
    stored = kept(running, "again")
    assert [row.plate for row in stored.passages] == ["浙A00001", "浙A00002", "浙A00003"]
    assert len(stored.messages) == 2, "a body of which all had come before is not kept again"
    assert stored.repeated == 1
    # A device that numbers its objects alike loses nothing.
    client.upload([passing(running, 4, MotorVehicleID="1"), passing(running, 5, MotorVehicleID="1")])
    assert len(kept(running, "again").passages) == 5


def test_what_was_seen_long_ago_is_forgotten(
    running: RunningPlatform, officer: Officer, door: OpenDoor
) -> None:
    feed = account(running, officer, "old")
    client, one = door.registered("old"), passing(running, 1)
    client.upload([one])
    seen = text_query("SELECT count(*) FROM feeds.seen WHERE feed = 'old'")
    forget(running.platform)
    with running.platform.transaction() as session:
        assert session.scalar(seen) == 1, "seven days are not over"
        note_seen(session, feed, "file", ["a piece"], running.clock.now() - timedelta(days=30))
        session.execute(
            text_query("UPDATE feeds.seen SET seen_at = seen_at - interval '8 days' WHERE feed = 'old'")
        )
    forget(running.platform)
    with running.platform.transaction() as session:
        assert session.scalar(seen) == 1, "another door's stay"


def test_a_lost_answer_doubles_nothing(running: RunningPlatform, officer: Officer, door: OpenDoor) -> None:
    account(running, officer, "lost")
    client = door.registered("lost")
    body = upload(passing(running, 1), passing(running, 2))
    head = f"POST /VIID/MotorVehicles HTTP/1.1\r\nHost: x\r\nUser-Identify: {client.device}\r\n"
    with socket.create_connection((HOST, door.port), timeout=10) as hung_up:
        hung_up.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    assert client.send(body).status == 200
    stored = kept(running, "lost")
    assert len(stored.passages) == 2


def test_many_senders_of_one_feed_at_once(running: RunningPlatform, officer: Officer, door: OpenDoor) -> None:
    account(running, officer, "crowd")
    clients = [door.registered("crowd", device=f"{number:020}") for number in range(8)]

    def send(number: int) -> list[int]:
        return [
            clients[number].upload([passing(running, number * 100 + turn * 10 + n) for n in range(5)]).status
            for turn in range(4)
        ]

    with ThreadPoolExecutor(8) as pool:
        assert {status for found in pool.map(send, range(8)) for status in found} == {200}
    stored = kept(running, "crowd")
    assert len({row.plate for row in stored.passages}) == len(stored.passages) == 160
    assert len(stored.messages) == 32


def test_what_can_not_be_stored_is_not_answered(
    running: RunningPlatform, officer: Officer, door: OpenDoor
) -> None:
    account(running, officer, "away")
    client = door.registered("away")
    one = [passing(running, 1)]
    with psycopg.connect(running.urls.owner, autocommit=True) as owner:
        owner.execute("ALTER TABLE trucks.passage RENAME TO away")  # the last table that is written
        try:
            answer = client.upload(one)
        finally:
            owner.execute("ALTER TABLE trucks.away RENAME TO passage")
    assert (answer.status, answer.statuses[0]["StatusCode"]) == (503, "2")
    assert answer.statuses[0]["StatusString"].startswith("database-unavailable")
    assert kept(running, "away").messages == []
    assert client.upload(one).status == 200, "nothing was noted as seen"
    assert len(kept(running, "away").passages) == 1


def test_bad_objects_become_letters_one_by_one_and_can_be_replayed(
    running: RunningPlatform, officer: Officer, door: OpenDoor
) -> None:
    feed = account(running, officer, "letters")
    client = door.registered("letters")
    ahead = compact(running.clock.now() + timedelta(hours=30))
    later = "33010000001190000777"
    objects = [
        passing(running, 1),
        passing(running, 2, PlateNo="浙AO1234"),
        passing(running, 3, PassTime="20261399000000"),
        passing(running, 4, PassTime=ahead),
        passing(running, 5, Longitude=30.1, Latitude=120.2),
        passing(running, 6, DeviceID=later),
        "no object",
        passing(running, 7),
    ]
    for _ in range(2):  # sent again: no letter twice
        answer = client.upload(objects)
    stored = kept(running, "letters")
    assert [row.plate for row in stored.passages] == ["浙A00001", "浙A00007"]
    codes = [
        "plate-invalid",
        "time-invalid",
        "time-future",
        "coordinate-range",
        "object-malformed",
        "device-unknown",
    ]
    assert [letter.code for letter in stored.letters] == codes
    assert "swapped" in stored.letters[3].detail
    assert {status["StatusCode"] for status in answer.statuses} == {"0"}, "what came before is not told again"

    put_checkpoint(running, "KK-7", later)
    platform = running.platform
    with platform.transaction() as session:
        found = platform.letters.replay(
            session, feed, Selection(), decoders=DECODERS, store=Sightings().store, by=None
        )
    assert (found.replayed, found.still_open) == (1, 5)
    (back,) = [row for row in kept(running, "letters").passages if row.checkpoint == "KK-7"]
    assert (back.plate, back.item) == ("浙A00006", 5)


def test_the_answer_says_what_is_wrong(running: RunningPlatform, officer: Officer, door: OpenDoor) -> None:
    account(running, officer, "told")
    client = door.registered("told")
    answer = client.upload([passing(running, 1), passing(running, 2, PlateNo="浙AO1234")])
    assert answer.status == 200
    assert [status["StatusCode"] for status in answer.statuses] == ["0", "8"]
    assert answer.statuses[1]["StatusString"].startswith("plate-invalid: ")


def test_clocks_that_are_hours_off_are_measured(
    running: RunningPlatform, officer: Officer, door: OpenDoor
) -> None:
    account(running, officer, "clocks")
    client = door.registered("clocks")
    client.upload([passing(running, 1, ago=3 * 3600), passing(running, 2, ago=-2 * 3600)])
    stored = kept(running, "clocks")
    assert len(stored.passages) == 2
    offsets = struct.unpack("<2f", stored.offsets[0])
    assert offsets == pytest.approx((10_800, -7_200), abs=2)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"MotorVehicleListObject": {"MotorVehicleObject": [{"DriverFaceID": "SECRET"', "body-json"),
        (b"\xff\xff", "body-charset"),
        (text({"FaceListObject": {"FaceObject": [{"FaceID": "SECRET"}]}}), "objects-missing"),
    ],
)
def test_unreadable_bodies_are_named_and_only_their_digest_is_kept(
    running: RunningPlatform, officer: Officer, door: OpenDoor, body: bytes, code: str
) -> None:
    account(running, officer, code)
    client = door.registered(code)
    answer = client.send(body)
    assert (answer.status, answer.statuses[0]["StatusCode"]) == (400, "7")
    stored = kept(running, code)
    assert [letter.code for letter in stored.letters] == [code]
    assert stored.received == [hashlib.sha256(body).digest()]
    assert b"SECRET" not in stored.messages[0] + bytes(stored.letters[0].raw)
    assert client.upload([passing(running)]).status == 200, "the next one is read"


def test_gbk_bodies_and_vendor_shapes_come_through(
    running: RunningPlatform, officer: Officer, door: OpenDoor
) -> None:
    account(running, officer, "shapes")
    client = door.registered("shapes")
    gbk = upload(passing(running, 1)).decode().encode("gbk")
    headers = {"Content-Type": "application/VIID+JSON;charset=GBK"}
    assert client.request("POST", "/VIID/MotorVehicles", gbk, headers).status == 200
    client.send(text({"MotorVehicleObjectList": passing(running, 2)}))
    client.send(text(passing(running, 3, SubImageList={"SubImageInfoObject": picture(2)})))
    stored = kept(running, "shapes")
    assert [row.plate for row in stored.passages] == ["浙A00001", "浙A00002", "浙A00003"]
    assert '"kind":"plate"' in stored.passages[2].images
    assert stored.messages[0].decode("utf-8").count("浙A00001") == 1


def test_people_are_refused(running: RunningPlatform, officer: Officer, door: OpenDoor) -> None:
    account(running, officer, "people")
    client = door.registered("people")
    for path in ("/VIID/Faces", "/VIID/Persons"):
        answer = client.send(text({"FaceListObject": {"FaceObject": []}}), path)
        assert answer.status == 403
        assert answer.statuses[0]["StatusString"].startswith("people-refused")
    assert kept(running, "people").messages == []
