"""A week of passages and anomalies around Hangzhou, some of which gather: what snapshots are made of."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import h3.api.basic_int as h3
from gridwitness.due_snapshots import make_due
from gridwitness.feeds import Feed
from gridwitness.hotspots import SnapshotRow
from gridwitness.records import change, current_log, put_new, rfc3339
from gridwitness.records.models import RecordRow
from gridwitness.trucks.models import CheckpointRow
from gridwitness.trucks.models_anomalies import AnomalyRow
from gridwitness_evidence import base64url, parse_presentation
from sqlalchemy import select, text
from support.devices import sign_for
from support.feeds import install_feed, send
from support.platform import CITY, Officer, RunningPlatform, running_platform

ZONE = ZoneInfo("Asia/Shanghai")
WEDNESDAY = datetime(2026, 11, 18, 10, tzinfo=ZONE)
MONDAY = datetime(2026, 11, 16, tzinfo=ZONE)
NEXT_MONDAY = datetime(2026, 11, 23, tzinfo=ZONE)
MIDDLE = h3.latlng_to_cell(30.25, 120.2, 8)
CELLS = sorted(h3.cell_to_children(h3.cell_to_parent(MIDDLE, 6), 8))
HOT, HIDDEN = CELLS[10], CELLS[30:32]
PASSAGES = 20
"""Counted passages of each checkpoint; one more follows within a minute."""
_PASSAGE = text("""
    INSERT INTO trucks.passage (feed, serial, item, captured_at, received_at, checkpoint, lane, plate)
    VALUES (:feed, :serial, :item, :at, :at, :checkpoint, 1, :plate)
""")


@dataclass
class HotspotStory:
    """A platform with a feed, a checkpoint in each cell, passages, and anomalies by `sub`."""

    running: RunningPlatform
    officer: Officer
    feed: Feed
    anomalies: dict[str, dict[str, Any]] = field(default_factory=dict)
    cells: Sequence[int] = ()
    _serial: int = 0

    def checkpoints(self, cells: Sequence[int] = CELLS) -> None:
        """One in each cell, with its passages on Wednesday morning."""
        rows = []
        for cell in cells:
            lat, lon = (round(part * 1e6) for part in h3.cell_to_latlng(cell))
            number = f"{cell:x}"
            rows.append(
                put_new(
                    CheckpointRow,
                    sub=secrets.token_hex(16),
                    checkpoint=number,
                    agency=CITY,
                    name=f"卡口 {number}",
                    device=number,
                    latitude=Decimal(lat) / 10**6,
                    longitude=Decimal(lon) / 10**6,
                    datum="WGS84",
                    lat_e6=lat,
                    lon_e6=lon,
                    valid_from=MONDAY - timedelta(days=99),
                )
            )
        platform = self.running.platform
        with platform.transaction() as session:
            log = current_log(session, CITY)
            platform.acceptance.machine_step(session, log, secrets.token_hex(16), rows, by=None)
        self.cells = cells
        self.passages(WEDNESDAY)

    def passages(self, until: datetime) -> None:
        """At every checkpoint, in the three hours before; the last one is seen twice."""
        self._serial += 1
        passages = []
        for cell in self.cells:
            for item in range(PASSAGES + 1):
                at = until - timedelta(hours=3) + timedelta(minutes=2 * min(item, PASSAGES - 1))
                at += timedelta(seconds=30 * (item // PASSAGES))
                place = {"feed": self.feed.name, "serial": cell % 10**9 + self._serial, "item": item}
                passages.append({**place, "at": at, "checkpoint": f"{cell:x}", "plate": "浙A00001"})
        with self.running.platform.transaction() as session:
            session.execute(_PASSAGE, passages)

    def gathering(self, cell: int, trucks: int, **changed: Any) -> list[str]:
        """An anomaly of each of so many trucks of three carriers; their subjects."""
        return [
            self.anomaly(cell, plate=f"浙A{cell % 97:02}{n:03}", carrier=f"运输 {n % 3}", **changed)
            for n in range(trucks)
        ]

    def anomaly(self, cell: int, sub: str | None = None, **changed: Any) -> str:
        """File one, as detection does, or its next record."""
        sub = sub or secrets.token_hex(16)
        fields = {**_anomaly(cell), **self.anomalies.get(sub, {}), **changed}
        self.anomalies[sub] = fields
        platform = self.running.platform
        with platform.transaction() as session:
            log = current_log(session, CITY)
            statement = platform.acceptance.sign_own(
                session,
                log,
                "truck.anomaly.v2",
                sub,
                fields,
                key=platform.keystore.service_key(CITY),
                iss=CITY,
            )
            platform.acceptance.accept_one(session, statement, internal=True)
            entry = base64url.encode(parse_presentation(statement.presentation).digest)
            if session.get(AnomalyRow, sub) is None:
                row = put_new(AnomalyRow, sub=sub, **_row(fields), entry=entry)
            else:
                row = change(AnomalyRow, {"sub": sub}, entry=entry)
            platform.acceptance.machine_step(session, log, sub, [row], by=None)
        return sub

    def review(self, sub: str, outcome: str) -> None:
        """An officer signs what becomes of an anomaly."""
        with self.running.platform.sessions() as session:
            entry = session.scalars(
                select(RecordRow.entry)
                .where(RecordRow.sub == sub, RecordRow.kind == "truck.anomaly.v2")
                .order_by(RecordRow.seq.desc())
            ).first()
        assert entry is not None
        fields = {
            "entry": base64url.encode(hashlib.sha256(entry.encode()).digest()),
            "outcome": outcome,
            "reason": "图像核对",
            "second_source": "现场检查",
            "files": [],
        }
        sign_for(self.running, self.officer, sub, "truck.review.v1", fields)

    def batch(self) -> None:
        """Two messages of the feed and the batch that holds them."""
        platform, when = self.running.platform, self.running.clock.now()
        send(self.running, self.feed, b"{}", b"{ }", captured=(when - timedelta(hours=3), when))
        with platform.transaction() as session:
            assert platform.batches.close(session, self.feed.name, now=True)

    def until_due(self) -> None:
        """The week is over, and half an hour more; everything is anchored."""
        self.running.drain()
        seconds = (NEXT_MONDAY + timedelta(minutes=31) - self.running.clock.now()).total_seconds()
        self.running.advance(seconds)
        self.running.drain()

    def make(self) -> list[SnapshotRow]:
        """What is due, made and published."""
        made = make_due(self.running.platform)
        self.running.drain()
        return made


@contextmanager
def hotspot_story(**settings: Any) -> Iterator[HotspotStory]:
    """The feed and its officer; nothing has passed yet."""
    with running_platform(begin=WEDNESDAY, **settings) as running:
        officer = running.officer()
        yield HotspotStory(running, officer, install_feed(running, officer, "bayonets"))


@contextmanager
def snapshot_week(**settings: Any) -> Iterator[HotspotStory]:
    """A week of which everything was seen; its snapshots are due."""
    with hotspot_story(**settings) as story:
        story.checkpoints()
        story.gathering(HOT, 9)
        story.gathering(HOT, 9, rule="ROUTE_DEV", occurred_at=rfc3339(WEDNESDAY - timedelta(hours=8)))
        for cell in HIDDEN:
            story.gathering(cell, 2)
        story.batch()
        story.until_due()
        yield story


def _anomaly(cell: int) -> dict[str, Any]:
    return {
        "rule": "TIME_WIN",
        "rules": "5e" * 32,
        "key": f"TIME_WIN/{secrets.token_hex(8)}",
        "state": "suspected",
        "level": "event",
        "plate": "浙A00001",
        "plate_color": "yellow",
        "carrier": "运输 0",
        "checkpoint": f"{cell:x}",
        "latitude": None,
        "longitude": None,
        "cell": f"{h3.cell_to_center_child(cell, 10):x}",
        "occurred_at": rfc3339(WEDNESDAY - timedelta(hours=1)),
        "until": None,
        "permit": None,
        "assurance": "mutual-tls",
        "device_standing": None,
        "reason": {"zh": "超时段行驶", "en": "outside its hours"},
        "measured": {},
        "inputs": [],
        "files": [],
    }


def _row(fields: dict[str, Any]) -> dict[str, Any]:
    taken = {name: value for name, value in fields.items() if name in AnomalyRow.__table__.columns}
    return {
        **taken,
        "agency": CITY,
        "grounds": fields["state"],
        "occurred_at": datetime.fromisoformat(fields["occurred_at"]),
    }
