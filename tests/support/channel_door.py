"""A platform with its cast and channels behind the HTTP door, and a target that can be away.

with channel_door() as door:
    door.put("/api/v1/channels/web", "admin", json={…})
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fastapi.testclient import TestClient
from gridwitness.channels.deliveries import Deliveries
from gridwitness.channels.posting import Reply
from gridwitness.channels.sealing import SIGNATURE_HEADER, Sealing, signature
from gridwitness_api import create_app
from support.event_desk import EventDesk
from support.platform import running_platform

MONDAY = datetime(2026, 5, 11, 1, tzinfo=UTC)


@dataclass
class Receiver:
    """Targets by address: what they took, and whether they answer. It is a `Post`."""

    taken: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    signatures: list[tuple[str, bytes]] = field(default_factory=list)
    tries: int = 0

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        self.tries += 1
        if url in self.away:
            return Reply(503, "busy")
        self.signatures.append((headers[SIGNATURE_HEADER], body))
        self.taken.setdefault(url, []).append(json.loads(body))
        return Reply(200, f"receipt {len(self.taken[url])}")

    def bodies(self, url: str) -> list[dict[str, Any]]:
        return self.taken.get(url, [])

    def signed_with(self, secret: str, place: int = -1) -> bool:
        header, body = self.signatures[place]
        return header == signature(secret, int(header.partition(",")[0][2:]), body)


@dataclass
class ChannelDoor:
    """The desk, an HTTP client, and tokens of accounts by their names at the desk."""

    desk: EventDesk
    client: TestClient
    receiver: Receiver = field(default_factory=Receiver)
    tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def auth(self, name: str | None) -> dict[str, str]:
        """The header of one of the cast; None: nobody's."""
        if name is None:
            return {}
        platform = self.desk.running.platform
        if name not in self.tokens or self.tokens[name][1] <= platform.clock.now():
            with platform.transaction() as session:
                self.tokens[name] = platform.accounts.open_session(session, self.desk.account(name))
        return {"Authorization": f"Bearer {self.tokens[name][0]}"}

    def get(self, path: str, by: str | None = None, **options: Any) -> Any:
        return self.client.get(path, headers=self.auth(by), **options)

    def post(self, path: str, by: str | None = None, **options: Any) -> Any:
        headers = {**self.auth(by), **options.pop("headers", {})}
        return self.client.post(path, headers=headers, **options)

    def channel(self, name: str, category: str, **settings: Any) -> None:
        """Register a channel."""
        body = {"category": category, "title": f"渠道{name}", "settings": settings, "state": "open"}
        answer = self.client.put(f"/api/v1/channels/{name}", headers=self.auth("admin"), json=body)
        assert answer.status_code == 200, answer.text

    def token(self, channel: str) -> str:
        """A new token of a channel."""
        answer = self.post(f"/api/v1/channels/{channel}/tokens", "admin", json={"title": "试验"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])

    def deliveries(self) -> Deliveries:
        """Deliveries that go to the receiver."""
        platform = self.desk.running.platform
        sealing = Sealing(platform.keystore.feed_sealing_key)
        return Deliveries(platform.transaction, platform.territories, sealing, platform.clock, self.receiver)


@contextmanager
def channel_door() -> Iterator[ChannelDoor]:
    """Opened and closed."""
    with running_platform(begin=MONDAY) as running:
        desk = EventDesk.open(running)
        desk.add("admin", "administrator")
        with TestClient(create_app(running.platform), raise_server_exceptions=False) as client:
            yield ChannelDoor(desk, client)
