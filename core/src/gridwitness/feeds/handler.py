"""What `feed.registered.v1` and `feed.batch.v1` change."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from gridwitness_evidence import Record
from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound
from gridwitness.feeds.kinds import BATCH, REGISTERED
from gridwitness.feeds.models import BatchRow, FeedRow
from gridwitness.members import Person, key_holders, persons
from gridwitness.records import Log, RowChange, change, put_new

REGISTRARS = ("administrator", "officer")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST_TITLE = 200
_ENDS = text("""
    SELECT wanted.feed, newest.first + newest.count
    FROM unnest(CAST(:feeds AS text[])) AS wanted(feed),
        LATERAL (SELECT b.first, b.count FROM feeds.batch AS b
                 WHERE b.feed = wanted.feed ORDER BY b.first DESC LIMIT 1) AS newest
""")


@dataclass(slots=True)
class _Known:
    """One feed and the serial that its next batch begins with."""

    sub: str
    agency: str
    door: str
    end: int


@dataclass(slots=True)
class _Loaded:
    feeds: dict[str, _Known]
    subs: dict[str, str]
    holders: dict[tuple[str, str], UUID]
    persons: dict[UUID, Person]


class FeedHandler:
    """Decides what the records of feeds change."""

    def load(self, session: Session, records: Sequence[Record]) -> _Loaded:
        """The feeds these records speak of, where their batches end, and who signed."""
        names = {r.fields["feed"] for r in records if "\0" not in r.fields["feed"]}
        subs = {r.claims.sub for r in records}
        rows = session.scalars(
            select(FeedRow)
            .where(or_(FeedRow.feed.in_(names), FeedRow.sub.in_(subs)))
            .execution_options(populate_existing=True)
        ).all()
        ends = batch_ends(session, [row.feed for row in rows])
        feeds = {row.feed: _Known(row.sub, row.agency, row.door, ends.get(row.feed, 0)) for row in rows}
        holders = key_holders(session, ((r.claims.iss, r.kid) for r in records))
        return _Loaded(
            feeds, {row.sub: row.feed for row in rows}, holders, persons(session, holders.values())
        )

    def decide(self, record: Record, log: Log, loaded: _Loaded) -> list[RowChange]:
        """The feed's row or its batch's. Raises Conflict, Forbidden, InvalidInput, NotFound."""
        if record.claims.kind == BATCH:
            return [_batch(record, log, loaded)]
        return [_registered(record, log, loaded)]


def batch_ends(session: Session, feeds: Sequence[str]) -> Mapping[str, int]:
    """The serial after the last batch, by feed; feeds without a batch are left out."""
    return {feed: end for feed, end in session.execute(_ENDS, {"feeds": [*feeds]})} if feeds else {}


def _registered(record: Record, log: Log, loaded: _Loaded) -> RowChange:
    fields, sub = record.fields, record.claims.sub
    name = fields["feed"]
    signer = _registrar(record, log, loaded)
    _check_words(fields)
    known = loaded.feeds.get(name)
    if loaded.subs.get(sub, name) != name:
        raise Conflict("subject-taken", f"Subject {sub} is feed {loaded.subs[sub]}'s.", "open a new one")
    if known is not None and known.sub != sub:
        raise Conflict(
            "feed-registered", f"Feed {name} is subject {known.sub}.", "continue that subject", sub=known.sub
        )
    columns: dict[str, Any] = {
        "assurance": fields["assurance"],
        "datum": fields["datum"],
        "title": fields["title"],
        "state": fields["state"],
        "registered_by": signer,
    }
    if known is not None:
        if known.door != fields["door"]:
            raise Conflict("feed-door", f"Feed {name} comes in by {known.door}.", "register another feed")
        return change(FeedRow, {"feed": name}, **columns)
    if record.claims.seq != 0:
        raise Conflict("subject-taken", f"Subject {sub} has records of something else.", "open a new subject")
    loaded.feeds[name] = _Known(sub, log.agency, fields["door"], 0)
    loaded.subs[sub] = name
    return put_new(FeedRow, feed=name, sub=sub, agency=log.agency, door=fields["door"], **columns)


def _registrar(record: Record, log: Log, loaded: _Loaded) -> UUID:
    signer = loaded.holders.get((record.claims.iss, record.kid))
    if signer is None:
        raise Forbidden("signer-unknown", "Nobody's account holds the signing key.", "name its holder")
    if not loaded.persons[signer].roles_in(log.agency) & {*REGISTRARS}:
        raise Forbidden(
            "feed-role",
            f"A feed of {log.agency} is registered by one of its {' or '.join(REGISTRARS)}s.",
            "have one of them sign it",
        )
    return signer


def _check_words(fields: Mapping[str, Any]) -> None:
    if not _NAME.fullmatch(fields["feed"]):
        raise InvalidInput(
            "fields",
            "`feed` has 1 to 64 letters, digits, `.`, `_`, `-`, and begins with one of the first.",
            None,
        )
    title = fields["title"]
    if not title.strip() or not title.isprintable() or len(title) > _LONGEST_TITLE:
        raise InvalidInput("fields", f"`title` has 1 to {_LONGEST_TITLE} printable characters.", None)


def _batch(record: Record, log: Log, loaded: _Loaded) -> RowChange:
    fields = record.fields
    known = loaded.feeds.get(fields["feed"])
    if known is None:
        raise NotFound("feed-unknown", f"There is no feed {fields['feed'][:64]!r}.", "register it first")
    if record.claims.sub != known.sub or record.claims.iss != known.agency or log.agency != known.agency:
        raise InvalidInput("subject-wrong", f"Feed {fields['feed']} is subject {known.sub}.", None)
    if fields["first"] != known.end or fields["count"] < 1:
        raise Conflict("batch-place", f"The next batch begins with message {known.end}.", None)
    known.end += fields["count"]
    times = ("received_from", "received_to", "captured_from", "captured_to")
    same = ("feed", "first", "count", "head", "assurance", "serial_gaps", "repeated", "rejected")
    offset = fields["clock_offset"]
    return put_new(
        BatchRow,
        **{name: fields[name] for name in same},
        **{name: _instant(fields[name]) for name in times},
        clock_offset=None if offset is None else Decimal(offset),
        record=UUID(record.claims.jti),
    )


def _instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).astimezone(UTC)


FEED_HANDLERS = dict.fromkeys((REGISTERED, BATCH), FeedHandler())
