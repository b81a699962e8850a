"""Feeds through the door: who sees them, dead letters read again or dropped, secrets that never come out."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
from gridwitness.feeds import Decoded, Feed, Letter, Message
from gridwitness_api import create_app
from gridwitness_evidence import SigningKey
from support.api_client import FIRST, SECOND, Deployment
from support.feeds import feed_fields

ADMIN, STEWARD, OFFICER, STRANGER = "first.admin", "first.steward", "first.officer", "second.admin"


@pytest.fixture(scope="module")
def feed(door: Deployment) -> Feed:
    name = f"feed-{secrets.token_hex(4)}"
    key, me = SigningKey.generate("EdDSA"), door.get("/api/v1/me").json()
    offered = door.offer(key, holder=me["account"]).presentation
    kid = door.post("/api/v1/keys", content=offered, headers={"Content-Type": "application/sd-jwt"}).json()[
        "kid"
    ]
    vouched = door.post(f"/api/v1/keys/{FIRST}/{kid}/confirm", STRANGER, json={"confirmer": SECOND})
    assert vouched.status_code == 200, vouched.text
    record = door.sign(key=key, kind="feed.registered.v1", fields=feed_fields(name))
    assert (answer := door.submit(record)).status_code == 201, answer.text
    with door.platform.transaction() as session:
        return door.platform.feeds.find(session, name)


def append(door: Deployment, feed: Feed, *letters: Letter) -> None:
    with door.platform.transaction() as session:
        messages = [Message(b"m"), Message(b"n")]
        door.platform.intake.append(session, feed, messages, format="plain", letters=letters)


def decode(raw: bytes, feed: Feed, format: str, *, whole: bool) -> Decoded:
    """`?` can not be read; anything else holds nothing."""
    return Decoded(letters=[Letter(0, None, raw, "unreadable", "still")] if raw == b"?" else ())


def test_a_feed_and_its_batches_are_seen_by_readers(door: Deployment, feed: Feed) -> None:
    for _ in range(2):
        append(door, feed)
        with door.platform.transaction() as session:
            assert door.platform.batches.close(session, feed.name, now=True)
    assert door.get(f"/api/v1/feeds/{feed.name}").json() == {
        **feed_fields(feed.name), "sub": feed.sub, "agency": FIRST,
    }  # fmt: skip
    assert feed.name in {item["feed"] for item in door.get("/api/v1/feeds").json()["items"]}
    path = f"/api/v1/feeds/{feed.name}/batches"
    newest = door.get(path, params={"limit": 1}).json()
    assert [(item["first"], item["count"]) for item in newest["items"]] == [(2, 2)]
    older = door.get(path, params={"cursor": newest["next"]}).json()
    assert [item["first"] for item in older["items"]] == [0] and older["next"] is None
    assert door.get(f"/api/v1/feeds/{feed.name}", STRANGER).status_code == 403
    assert door.get("/api/v1/feeds/nobody").status_code == 404
    assert door.get(path, params={"cursor": "AAAA"}).json()["code"] == "cursor-invalid"


def test_letters_are_a_stewards(door: Deployment, feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = [Letter(0, None, raw, "device-unknown", "KK-1") for raw in (b"a", b"?", b"b", b"c", b"\xff")]
    append(door, feed, *letters)
    path = f"/api/v1/feeds/{feed.name}/letters"
    for stranger in (OFFICER, STRANGER):
        assert door.get(path, stranger).status_code == 403
        assert door.post(f"{path}/replay", stranger, json={}).status_code == 403
    page = door.get(path, STEWARD, params={"state": "open", "code": "device-unknown", "limit": 4}).json()
    ids = [item["id"] for item in page["items"]]
    last = door.get(path, STEWARD, params={"cursor": page["next"]}).json()["items"]
    assert [(item["size"], item["begins"]) for item in last] == [(1, "/w==")]
    alone = door.post(f"{path}/{ids[0]}/replay", STEWARD)
    assert (alone.status_code, alone.json()["code"]) == (422, "format-unknown"), alone.text
    monkeypatch.setitem(door.client.app.state._state, "decoders", lambda: {"plain": decode})
    assert door.post(f"{path}/{ids[0]}/replay", STEWARD).json()["state"] == "replayed"
    again = door.post(f"{path}/{ids[0]}/replay", STEWARD)
    assert (again.status_code, again.json()["code"]) == (409, "letter-settled")
    still = door.post(f"{path}/{ids[1]}/replay", STEWARD).json()
    assert (still["state"], still["code"], still["tries"]) == ("open", "unreadable", 1)
    dropped = door.post(f"{path}/{ids[2]}/drop", ADMIN).json()
    assert dropped["state"] == "dropped" and dropped["settled_by"] is not None
    shown = door.client.get("/metrics").text
    assert f'gridwitness_feed_letters_open{{code="device-unknown",feed="{feed.name}"}} 2.0' in shown
    done = door.post(f"{path}/replay", STEWARD, json={"code": "device-unknown"}).json()
    assert done == {"settled": 2, "still_open": 0, "last": last[0]["id"]}
    assert door.post(f"{path}/{ids[0] + 1_000_000}/drop", STEWARD).status_code == 404
    assert create_app(door.platform).state.decoders() == {}


def test_secrets_go_in_and_never_come_out(door: Deployment, feed: Feed) -> None:
    path = f"/api/v1/feeds/{feed.name}/credentials"
    account = f"user-{secrets.token_hex(4)}"
    digest: dict[str, Any] = {"kind": "digest", "name": account, "password": "a long password 1"}
    for stranger in (STEWARD, OFFICER, STRANGER):
        assert door.post(path, stranger, json=digest).status_code == 403
        assert door.get(path, stranger).status_code == 403
    assert door.post(path, ADMIN, json=digest).json() == {"kind": "digest", "token": None}
    token = door.post(path, ADMIN, json={"kind": "token"}).json()["token"]
    listed = door.get(path, ADMIN)
    assert {item["kind"] for item in listed.json()["items"]} == {"digest", "token"}
    assert listed.json()["realm"] == door.platform.credentials.realm
    assert token not in listed.text and digest["password"] not in listed.text
    with door.platform.transaction() as session:
        assert door.platform.credentials.feed_of_token(session, token) == feed
    for wrong in ({"kind": "digest", "name": account}, {"kind": "key"}, {**digest, "kind": "certificate"}):
        assert door.post(path, ADMIN, json=wrong).status_code == 422, json.dumps(wrong)
    taken_away = door.client.delete(f"{path}/digest/{account}", headers=door.auth(ADMIN))
    assert taken_away.status_code == 204
    with door.platform.transaction() as session:
        assert door.platform.credentials.digest_of(session, account) is None
