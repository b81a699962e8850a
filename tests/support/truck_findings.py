"""Passages that are stored, and findings that rest on them, as detection hands them in."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from gridwitness.feeds import feed_named
from gridwitness.platform import Platform
from gridwitness.trucks.detection.findings import FINDING_COLUMNS
from gridwitness.trucks.frames import PASSAGE_COLUMNS
from gridwitness.trucks.sightings import Sightings
from support.platform import Officer
from support.truck_registers import PLACE

FEED = "kakou"
RULES = "ab" * 32


def feed_fields(name: str = FEED, assurance: str = "network") -> dict[str, Any]:
    return {
        "feed": name,
        "door": "file",
        "assurance": assurance,
        "datum": "WGS84",
        "title": "文三路卡口",
        "state": "open",
    }


def register_feed(officer: Officer, name: str = FEED, assurance: str = "network") -> None:
    outcome = officer.running.accept(officer.sign("feed.registered.v1", feed_fields(name, assurance)))[0]
    assert outcome.error is None, outcome.error


def store_passages(platform: Platform, at: datetime, count: int, feed: str = FEED, **changed: Any) -> None:
    """`count` passages of one plate at checkpoint K1, a second apart; message n has serial n."""
    rows = [
        {
            "message": number,
            "item": 0,
            "device": "33010000001190" + "0000K1",
            "plate": "浙A12345",
            "captured_at": at + timedelta(seconds=number),
            **changed,
        }
        for number in range(count)
    ]
    passages = pl.DataFrame(rows, schema=PASSAGE_COLUMNS)
    with platform.transaction() as session:
        stored = Sightings().store(session, feed_named(session, feed), 0, at, passages=passages)
        assert stored.passages == count, stored


def finding(serial: int, at: datetime, feed: str = FEED, **changed: Any) -> dict[str, Any]:
    """One finding of TIME_WIN that rests on the passage of this message."""
    reference = f"{feed}:{serial}:0"
    return {
        "rule": "TIME_WIN",
        "plate": "浙A12345",
        "plate_color": "yellow",
        "checkpoint": "K1",
        "at": at,
        "until": None,
        "lat_e6": PLACE[1],
        "lon_e6": PLACE[0],
        "level": "event",
        "permit": "P1@1",
        "refs": [reference],
        "inputs": [reference],
        "measured": json.dumps({"local_time": "12:00"}),
        "settles_at": None,
        "key": f"TIME_WIN/{reference}",
        "sub": None,
        "rules": RULES,
        "standing": "suspected",
        **changed,
    }


def changes(*findings: dict[str, Any]) -> pl.DataFrame:
    """The frame that is filed."""
    more = dict.fromkeys(("key", "sub", "rules", "standing"), pl.String)
    return pl.DataFrame([*findings], schema={**FINDING_COLUMNS, **more})
