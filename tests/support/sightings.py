"""Passages and positions put into their tables directly, and an archive of them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from gridwitness.feeds import Feed
from gridwitness.records import RowChange, current_log, put_new
from gridwitness.trucks.archive.archiving import Written
from gridwitness.trucks.models import CheckpointRow, TerminalRow
from sqlalchemy import text
from support.platform import CITY, RunningPlatform

_PASSAGE = text(
    "INSERT INTO trucks.passage (feed, serial, item, captured_at, received_at, device, checkpoint, lane,"
    " plate, plate_color, brand, reliability)"
    " VALUES (:feed, :serial, :item, :at, :at, :device, 'KK-1', :lane, :plate, 'yellow', '', 95)"
)
_POSITION = text(
    "INSERT INTO trucks.position (feed, serial, item, fixed_at, received_at, terminal, plate, lat_e6, lon_e6,"
    " backfill) VALUES (:feed, :serial, :item, :at, :at, '013800138000', :plate, 30250000, 120160000, true)"
)


def put_passages(
    running: RunningPlatform, feed: Feed, serial: int, begin: datetime, count: int, **changed: Any
) -> None:
    """`count` passages of one message, a second apart."""
    rows = [
        {
            "feed": feed.name,
            "serial": serial,
            "item": item,
            "at": begin + timedelta(seconds=item, microseconds=7),
            "device": f'设备"{item}\\',
            "lane": None if item % 2 else 1,
            "plate": f"浙A{item:05}",
            **changed,
        }
        for item in range(count)
    ]
    with running.platform.transaction() as session:
        session.execute(_PASSAGE, rows)


def put_positions(running: RunningPlatform, feed: Feed, serial: int, begin: datetime, count: int) -> None:
    """`count` fixes of one message, a second apart."""
    rows = [
        {
            "feed": feed.name,
            "serial": serial,
            "item": item,
            "at": begin + timedelta(seconds=item),
            "plate": "浙A12345",
        }
        for item in range(count)
    ]
    with running.platform.transaction() as session:
        session.execute(_POSITION, rows)


def archive(running: RunningPlatform, feed: Feed, **options: Any) -> Sequence[Written]:
    """Archive what is due of a feed."""
    platform = running.platform
    return [*platform.archive.run(platform.transaction, feed, **options)]


def put_checkpoint(running: RunningPlatform, number: str, device: str) -> None:
    """A checkpoint of the register, stated by the platform itself."""
    row = put_new(
        CheckpointRow,
        sub=secrets.token_hex(16),
        checkpoint=number,
        agency=CITY,
        name=number,
        device=device,
        latitude=Decimal("30.25"),
        longitude=Decimal("120.16"),
        datum="WGS84",
        lat_e6=30_250_000,
        lon_e6=120_160_000,
        valid_from=datetime(2020, 1, 1, tzinfo=UTC),
    )
    _put(running, row)


def put_terminal(running: RunningPlatform, terminal: str, plate: str) -> None:
    """A terminal bound to a truck, stated by the platform itself."""
    row = put_new(
        TerminalRow,
        sub=secrets.token_hex(16),
        terminal=terminal,
        agency=CITY,
        plate=plate,
        valid_from=datetime(2020, 1, 1, tzinfo=UTC),
    )
    _put(running, row)


def _put(running: RunningPlatform, row: RowChange) -> None:
    platform = running.platform
    with platform.transaction() as session:
        log = current_log(session, CITY)
        platform.acceptance.machine_step(session, log, row.key["sub"], [row], by=None)
        session.execute(text("UPDATE trucks.register_revision SET revision = revision + 1"))
