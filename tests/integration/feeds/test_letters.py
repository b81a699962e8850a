"""Dead letters: read again after a fix, exactly once; dropped; named by id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from gridwitness.errors import Conflict, InvalidInput, NotFound
from gridwitness.feeds import Decoded, Feed, Letter, LetterRow, Message, Selection, note_seen
from gridwitness.feeds.seen import forget_seen
from gridwitness.trucks.frames import empty_passages
from sqlalchemy import select
from sqlalchemy.orm import Session
from support.feeds import install_feed
from support.platform import Officer, RunningPlatform


@dataclass
class Register:
    """Stands in for the trucks feature: stores what it is given, but for devices it does not know."""

    known: set[str]
    kept: list[tuple[int, int, str]] = field(default_factory=list)

    def __call__(
        self, session: Session, feed: Feed, first_serial: int, received_at: datetime, **frames: Any
    ) -> Register:
        rows = frames["passages"].select("message", "item", "device").rows()
        good = [row for row in rows if row[2] in self.known]
        self.kept += [(first_serial + message, item, device) for message, item, device in good]
        return Register(set(), [row for row in rows if row not in good])

    @property
    def letters(self) -> Sequence[Letter]:
        return [Letter(m, item, name.encode(), "device-unknown", name) for m, item, name in self.kept]


def decode(raw: bytes, feed: Feed, format: str, *, whole: bool) -> Decoded:
    """A message is names with commas between; one with a `?` can not be read."""
    names = raw.decode().split(",") if whole else [raw.decode()]
    if "?" in names:
        return Decoded(letters=[Letter(0, None if whole else 0, raw, "unreadable", "still")])
    rows = [{"message": 0, "item": item, "device": name} for item, name in enumerate(names)]
    return Decoded(
        passages=pl.concat(
            [empty_passages(), pl.DataFrame(rows).cast({"message": pl.UInt32, "item": pl.UInt32})],
            how="diagonal",
        )
    )


def letters_of(running: RunningPlatform, feed: str) -> list[tuple[Any, ...]]:
    with running.platform.transaction() as session:
        rows = session.scalars(select(LetterRow).where(LetterRow.feed == feed).order_by(LetterRow.id)).all()
    return [(row.serial, row.item, row.state, row.code, row.tries) for row in rows]


def test_letters_are_read_again_once(running: RunningPlatform, officer: Officer) -> None:
    feed = install_feed(running, officer, "letters")
    given = [
        Letter(0, 7, b"KK-1", "device-unknown", "KK-1"),
        Letter(0, None, b"KK-1,KK-2", "message-unreadable", "who knows"),
        Letter(1, 3, b"?", "unreadable", "so far"),
        Letter(1, 2, b"", "device-unknown", "the second of the message as it is kept"),
    ]
    with running.platform.transaction() as session:
        running.platform.intake.append(
            session, feed, [Message(b"m"), Message(b"a,b,KK-1")], format="names;1", letters=given
        )
    register, letters = Register({"KK-1"}), running.platform.letters
    told: dict[str, Any] = {"decoders": {"names": decode}, "store": register, "by": None}
    with running.platform.transaction() as session:
        replayed = letters.replay(session, feed, Selection(), **told)
    assert (replayed.replayed, replayed.still_open) == (3, 1)
    assert register.kept == [(0, 7, "KK-1"), (0, 0, "KK-1"), (1, 2, "KK-1")]
    assert letters_of(running, "letters") == [
        (0, 7, "replayed", "device-unknown", 0),
        (0, None, "replayed", "message-unreadable", 0),
        (1, 3, "open", "unreadable", 1),
        (1, 2, "replayed", "device-unknown", 0),
        (0, 1, "open", "device-unknown", 0),
    ]
    register.known.add("KK-2")
    with running.platform.transaction() as session:
        assert letters.replay(session, feed, Selection(code="device-unknown"), **told).replayed == 1
        assert letters.counts(session)["letters", "unreadable"] == 1
        assert ("letters", "device-unknown") not in letters.counts(session)
    assert register.kept[3:] == [(0, 1, "KK-2")]
    with running.platform.transaction() as session:
        first, *_, last = [row.id for row in letters.page(session, feed)]
        with pytest.raises(Conflict):
            letters.replay(session, feed, Selection(ids=[first]), **told)
        with pytest.raises(NotFound):
            letters.drop(session, feed, Selection(ids=[last + 100]), by=None)
        with pytest.raises(InvalidInput):
            letters.replay(session, feed, Selection(), decoders={}, store=register, by=None)
        assert letters.drop(session, feed, Selection(), by=None) == 1
        assert [row.id for row in letters.page(session, feed, state="dropped")] == [first + 2]
        assert len(letters.page(session, feed, after=first, limit=2)) == 2


def test_the_replay_guard_knows_each_identifier_once(running: RunningPlatform, officer: Officer) -> None:
    feed, now = install_feed(running, officer, "guarded"), running.clock.now()
    with running.platform.transaction() as session:
        assert note_seen(session, feed, "nonce", ["a", "b", "a"], now) == {"a", "b"}
        assert note_seen(session, feed, "nonce", ["b", "c", "\0"], now) == {"c"}
        assert note_seen(session, feed, "other", ["b"], now) == {"b"}
        forget_seen(session, now, ["nonce", "other"])
        assert note_seen(session, feed, "nonce", ["a"], now) == set()
