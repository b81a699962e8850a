"""Intake: what a feed sent is chained and kept before its sender gets an answer."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.database import driver_connection
from gridwitness.errors import TooLarge
from gridwitness.feeds.chain import MESSAGE_BYTES, Part, chain, first_link
from gridwitness.feeds.feed import Feed, Letter, Message

_PART = {
    "feed": "text",
    "serial": "int8",
    "count": "int4",
    "link": "bytea",
    "body": "bytea",
    "received": "bytea",
    "received_at": "timestamptz",
    "connection": "text",
    "format": "text",
    "captured_from": "timestamptz",
    "captured_to": "timestamptz",
    "serial_gaps": "int4",
    "repeated": "int4",
    "offsets": "bytea",
    "pending": "bool",
}
_LETTER = {
    "feed": "text",
    "serial": "int8",
    "item": "int4",
    "format": "text",
    "raw": "bytea",
    "code": "text",
    "detail": "text",
    "state": "text",
    "tries": "int4",
    "received_at": "timestamptz",
}
_HOLD = "SELECT next_serial, link FROM feeds.chain WHERE feed = %s FOR UPDATE"
_BEGIN = "INSERT INTO feeds.chain (feed, next_serial, link) VALUES (%s, 0, %s) ON CONFLICT DO NOTHING"
_END = "UPDATE feeds.chain SET next_serial = %s, link = %b WHERE feed = %s"
_FORMAT_OF = """
    SELECT format FROM feeds.part WHERE feed = %s AND serial <= %s ORDER BY serial DESC LIMIT 1
"""
_LONGEST_DETAIL = 500


class Intake:
    """Appends to the chains of feeds; the caller commits, and answers its sender only then."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def append(
        self,
        session: Session,
        feed: Feed,
        messages: Sequence[Message],
        *,
        format: str,
        connection: str | None = None,
        letters: Sequence[Letter] = (),
        repeated: int = 0,
        serial_gaps: int = 0,
        captured: tuple[datetime, datetime] | None = None,
        offsets: Sequence[float] = (),
        pending: bool = False,
    ) -> int:
        """Chain and keep messages; gives the serial of the first.

        Holds the feed's chain to the end of the transaction: bundle messages, and keep transactions short.
        `captured`: earliest and latest time told in them; `offsets`: seconds from each told time to its
        receipt; `pending`: kept and not read yet (`feeds.pending`). Raises TooLarge `message-too-large`.
        """
        if not messages:
            raise AssertionError("there is nothing to append")
        if max(len(message.kept) for message in messages) > MESSAGE_BYTES:
            raise TooLarge("message-too-large", f"A message has at most {MESSAGE_BYTES} bytes.", "divide it")
        connected = driver_connection(session)
        serial, link = _hold(connected, feed.name)
        now = self._clock.now().astimezone(UTC)
        parts = [*chain(link, serial, messages)]
        since, until = captured or (None, None)
        tallies = (
            since,
            until,
            serial_gaps,
            repeated,
            struct.pack(f"<{len(offsets)}f", *offsets),
        )
        rows = _part_rows(feed.name, parts, (now, connection, format), tallies, pending)
        _copy(connected, "feeds.part", _PART, rows)
        connected.execute(_END, (serial + len(messages), parts[-1].link, feed.name))
        if letters:
            _copy(connected, "feeds.letter", _LETTER, _letter_rows(feed.name, serial, letters, format, now))
        return serial

    def letters(self, session: Session, feed: Feed, first_serial: int, letters: Sequence[Letter]) -> None:
        """Keep what turned out unreadable after `append` gave `first_serial`, in the same transaction."""
        if not letters:
            return
        connected = driver_connection(session)
        found = connected.execute(_FORMAT_OF, (feed.name, first_serial)).fetchone()
        if found is None:
            raise AssertionError(f"feed {feed.name} has no message {first_serial}")
        now = self._clock.now().astimezone(UTC)
        _copy(
            connected, "feeds.letter", _LETTER, _letter_rows(feed.name, first_serial, letters, found[0], now)
        )


def _hold(connected: psycopg.Connection[Any], feed: str) -> tuple[int, bytes]:
    found = connected.execute(_HOLD, (feed,)).fetchone()
    if found is None:
        connected.execute(_BEGIN, (feed, first_link(feed)))
        found = connected.execute(_HOLD, (feed,)).fetchone()
        assert found is not None
    return found[0], bytes(found[1])


def _part_rows(
    feed: str,
    parts: Sequence[Part],
    told: tuple[datetime, str | None, str],
    tallies: tuple[datetime | None, datetime | None, int, int, bytes],
    pending: bool,
) -> Iterator[tuple[Any, ...]]:
    """The tallies are of all the messages: the first part has them."""
    for index, part in enumerate(parts):
        counted = tallies if index == 0 else (None, None, 0, 0, b"")
        yield (feed, part.serial, part.count, part.link, part.body, part.received, *told, *counted, pending)


def _letter_rows(
    feed: str,
    first: int,
    letters: Sequence[Letter],
    format: str,
    now: datetime,
) -> Iterator[tuple[Any, ...]]:
    for letter in letters:
        detail = letter.detail.replace("\0", "\ufffd")[:_LONGEST_DETAIL]
        serial = first + letter.message
        yield (feed, serial, letter.item, format, letter.raw, letter.code, detail, "open", 0, now)


def _copy(
    connected: psycopg.Connection[Any], table: str, columns: dict[str, str], rows: Iterator[tuple[Any, ...]]
) -> None:
    query = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with connected.cursor() as cursor, cursor.copy(query.encode()) as copy:
        copy.set_types([*columns.values()])
        for row in rows:
            copy.write_row(row)
