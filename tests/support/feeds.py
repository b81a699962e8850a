"""A registered feed, and messages appended to it."""

from __future__ import annotations

import secrets
from typing import Any

from gridwitness.feeds import Feed, Message, registered_feed
from support.devices import sign_for
from support.platform import Officer, RunningPlatform

REGISTERED = "feed.registered.v1"


def feed_fields(feed: str, **changed: Any) -> dict[str, Any]:
    """Fields of a `feed.registered.v1`."""
    return {
        "feed": feed,
        "door": "gat1400",
        "assurance": "network",
        "datum": "WGS84",
        "title": "滨江区渣土车卡口",
        "state": "open",
        **changed,
    }


def install_feed(running: RunningPlatform, officer: Officer, feed: str, **changed: Any) -> Feed:
    """Register a feed and give it back."""
    sign_for(running, officer, secrets.token_hex(16), REGISTERED, feed_fields(feed, **changed))
    with running.platform.transaction() as session:
        return registered_feed(session, feed)


def send(running: RunningPlatform, feed: Feed, *bodies: bytes, **told: Any) -> int:
    """Append messages in one transaction; gives the serial of the first."""
    messages = [Message(body) for body in bodies]
    with running.platform.transaction() as session:
        return running.platform.intake.append(session, feed, messages, **({"format": "gat1400"} | told))
