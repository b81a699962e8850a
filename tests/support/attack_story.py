"""What the platform held before it was attacked: three officers, two cases, a file, a revoked key, a feed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from gridwitness.feeds import Feed
from gridwitness.records import add_file
from gridwitness_evidence import Record
from support.feeds import install_feed, send
from support.platform import CITY, PASSWORD, POLICE, Officer, RunningPlatform
from support.sightings import archive, put_passages

PHOTO = "现场照片".encode()


@dataclass(frozen=True)
class Story:
    """What attacks name. `case` is three steps by `zhang`, `other` two by `li`; all are anchored."""

    zhang: Officer
    li: Officer
    revoked: Officer
    case: tuple[Record, ...]
    other: tuple[Record, ...]
    photo: dict[str, Any]
    token: str
    """Of an account that may read both agencies' entries."""
    feed: Feed
    """Six messages in five parts; batches of the first four and the last two. Twelve passages of message 2,
    of a day that is archived.
    """
    archived: datetime
    """When the first of them was captured; each a second after the other."""


def tell(running: RunningPlatform, agencies: int) -> Story:
    """Have the platform accept, sequence and anchor all of it."""
    officers = [running.officer(name, confirmed=agencies > 1) for name in ("zhang", "li", "gone")]
    zhang, li, revoked = officers
    token = _reader(running, [CITY, POLICE][:agencies])
    running.drain()
    _revoke(running, revoked)
    feed = _fed(running, zhang)
    archived = _archived(running, feed)
    # The cases come last: attacks take the log's newest records away.
    photo = store_file(running, PHOTO)
    first = zhang.step(fields={"step": "立案", "files": [photo]})
    other = li.step(fields={"step": "立案"})
    running.accept(first, other)
    running.drain()
    second = zhang.step(after=first, fields={"step": "调查取证"})
    third = zhang.step(after=second, fields={"step": "处理决定", "outcome": "罚款200元"})
    later = li.step(after=other, fields={"step": "调查取证"})
    running.accept(second, later, third)
    running.drain()
    return Story(zhang, li, revoked, (first, second, third), (other, later), photo, token, feed, archived)


def _fed(running: RunningPlatform, officer: Officer) -> Feed:
    feed = install_feed(running, officer, "binjiang")
    for sent in ([b"one", b"two"], [b"three"], [b"four"], None, [b"five"], [b"six"], None):
        if sent is not None:
            send(running, feed, *sent)
            continue
        with running.platform.transaction() as session:
            running.platform.batches.close(session, feed.name, now=True)
    running.drain()
    return feed


def _archived(running: RunningPlatform, feed: Feed) -> datetime:
    noon = running.clock.now().replace(hour=4, minute=0, second=0, microsecond=0) - timedelta(days=2)
    put_passages(running, feed, 2, noon, 12)
    archive(running, feed)
    running.drain()
    return noon


def store_file(running: RunningPlatform, content: bytes) -> dict[str, Any]:
    """Put a file; gives the value that names it in a record."""
    sha256 = hashlib.sha256(content).hexdigest()
    with running.platform.transaction() as session:
        found = add_file(session, running.platform.files, sha256, [content], running.clock.now())
    return {"name": "现场.jpg", "sha256": sha256, "sm3": found.sm3, "size": found.size, "type": "text/plain"}


def file_path(home: Path, sha256: str) -> Path:
    """Where a file lies below a home."""
    return home / "files" / sha256[:2] / sha256


def _reader(running: RunningPlatform, agencies: list[str]) -> str:
    accounts = running.platform.accounts
    with running.platform.transaction() as session:
        row = accounts.create(
            session, agency=CITY, username="inspector", display_name=None, password=PASSWORD,
            roles=["auditor"], by=None,
        )  # fmt: skip
        for agency in agencies[1:]:
            accounts.grant(session, UUID(str(row.id)), "auditor", agency, None, by=None)
        return accounts.open_session(session, row.id)[0]


def _revoke(running: RunningPlatform, officer: Officer) -> None:
    """Lawfully, and only then is it misused."""
    running.advance(60)
    with running.platform.transaction() as session:
        running.platform.keys.revoke(
            session, officer.agency, officer.key.kid, running.clock.now(), "设备遗失", by=None
        )
    running.drain()
