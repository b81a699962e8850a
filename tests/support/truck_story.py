"""A small city on a real platform: its registers entered by an officer, its passages stored, detectors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl
from gridwitness.detector import Detector
from gridwitness.feeds import Feed, Message
from gridwitness.records import rfc3339
from gridwitness.trucks.book import Book
from gridwitness.trucks.detection.replay import differences
from gridwitness.trucks.detection.rules_document import CODES
from gridwitness.trucks.filing import filed
from gridwitness.trucks.frames import PASSAGE_COLUMNS
from gridwitness.trucks.sightings import Sightings, Stored
from sqlalchemy.orm import Session
from support.feeds import install_feed
from support.platform import Officer, RunningPlatform
from support.truck_registers import carrier, checkpoint, permit, site, truck
from support.truck_scene import LATER, LONG_AGO


@dataclass
class TruckStory:
    """One feed of a city and what is registered there."""

    running: RunningPlatform
    officer: Officer
    feed: Feed
    sightings: Sightings = field(default_factory=Sightings)

    @classmethod
    def begun(cls, running: RunningPlatform, officer: Officer, feed: str) -> TruckStory:
        """A story on a feed of its own."""
        return cls(running, officer, install_feed(running, officer, feed, door="file"))

    def enter(self, kind: str, *fields: dict[str, Any]) -> None:
        """Registers by the officer."""
        records = [self.officer.sign(kind, each) for each in fields]
        for outcome in self.running.accept(*records):
            assert outcome.error is None, outcome.error

    def enter_book(self, book: Book) -> None:
        """The registers of a made-up city (`truck_scene.city`)."""
        since, until = rfc3339(LONG_AGO), rfc3339(LATER)
        self.enter("carrier.registered.v1", carrier(valid_from=since))
        self.enter(
            "site.registered.v1",
            site("S1", valid_from=since),
            site("D1", "dump", valid_from=since),
        )
        self.enter(
            "checkpoint.registered.v1", *(self._checkpoint(row) for row in book.checkpoints.to_dicts())
        )
        self.enter("truck.registered.v1", *(self._truck(row) for row in book.trucks.to_dicts()))
        for row in book.permits.to_dicts():
            own = {"plates": row["plates"], "checkpoints": row["checkpoints"], **_period(row, until)}
            windows = book._windows[row["permit"], row["version"]]
            self.enter("permit.issued.v1", permit(row["permit"], **own, windows=windows))

    def store(self, rows: Sequence[dict[str, Any]], received_at: datetime) -> Stored:
        """Passages of one call, a message each, in the order given."""
        numbered = [
            {name: {**row, "message": number}.get(name) for name in PASSAGE_COLUMNS}
            for number, row in enumerate(rows)
        ]
        frame = pl.DataFrame(numbered, schema=PASSAGE_COLUMNS, orient="row")
        with self.running.platform.transaction() as session:
            first = self.sent(session, len(rows))
            return self.sightings.store(session, self.feed, first, received_at, passages=frame)

    def sent(self, session: Session, count: int) -> int:
        """So many messages of the feed; gives the first one's number."""
        messages = [Message(b"story")] * count
        return self.running.platform.intake.append(session, self.feed, messages, format="story")

    def filed(self) -> pl.DataFrame:
        """What stands now: anomalies whose newest record suspects."""
        with self.running.platform.transaction() as session:
            return filed(session, CODES, [], LONG_AGO, LATER).filter(pl.col("standing") == "suspected")

    def differences(self, detector: Detector) -> list[tuple[str, str]]:
        """What a replay of all that is stored would file, by standing and key."""
        with self.running.platform.transaction() as session:
            settled = detector.settled(session)
            assert settled is not None
            found = differences(session, detector.judge(session), settled)
            return found.select("standing", "key").rows()

    def _checkpoint(self, row: dict[str, Any]) -> dict[str, Any]:
        place = {"latitude": f"{row['lat_e6'] / 1e6:.6f}", "longitude": f"{row['lon_e6'] / 1e6:.6f}"}
        return checkpoint(row["checkpoint"], device=row["device"], **place, **_period(row, None))

    def _truck(self, row: dict[str, Any]) -> dict[str, Any]:
        told = {name: row[name] for name in ("plate_color", "vehicle_class", "brand", "color")}
        return truck(row["plate"], **told, **_period(row, None))


def _period(row: dict[str, Any], until: str | None) -> dict[str, Any]:
    ends = row["valid_to"]
    return {"valid_from": rfc3339(row["valid_from"]), "valid_to": until if ends is None else rfc3339(ends)}


def plain_json(text: str) -> str:
    """One form of a JSON object."""
    return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)
