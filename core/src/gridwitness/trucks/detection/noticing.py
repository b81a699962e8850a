"""Noticing that a register or the rules changed: what was judged by the old ones is looked at again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import polars as pl
from sqlalchemy import delete, or_, select, text
from sqlalchemy.orm import Session

from gridwitness.trucks.book import Book
from gridwitness.trucks.detection.facts import manifests_of
from gridwitness.trucks.detection.findings import Family
from gridwitness.trucks.detection.passages.look_alikes import look_alike
from gridwitness.trucks.detection.rules_document import RulesInForce
from gridwitness.trucks.detection.work import note, told_between
from gridwitness.trucks.models_sightings import NoticedRow

_LOCK = 0x47_57_6E_6F_74
"""Of those who notice: any constant that never changes."""
_STEP = timedelta(days=2)
"""Work over a longer time is cut into pieces of this, so that a round stays small."""
_DAY = timedelta(days=1)
_OVERLAP = timedelta(hours=1)
"""A transaction that changed a manifest may commit so much later than it began."""
_EDGE = timedelta(minutes=5)
"""A device's clock moves what a period's edge decides; more than any allowed skew."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a register; `plates`, `since`, `until`: None for all, and for open ends."""

    register: str
    key: str
    digest: int
    plates: tuple[str, ...] | None
    checkpoint: str | None
    since: datetime | None
    until: datetime | None


def notice(session: Session, book: Book, revision: int, in_force: RulesInForce, now: datetime) -> int:
    """Note work for everything that changed since it was last noticed; gives how many entries changed.

    One notices at a time, the others go on. What was stored with older registers is chosen again from its
    work rows, so between the two nothing is missed.
    """
    state = Entry("state", "", _digest((revision, _versions(in_force))), (), None, now, None)
    known = session.get(NoticedRow, ("state", ""))
    if known is not None and known.digest == state.digest:
        return 0
    if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}):
        return 0
    looked = None if known is None or known.since is None else known.since - _OVERLAP
    entries = {(e.register, e.key): e for e in (state, *_entries(session, book, in_force, looked))}
    before = _before(session, [key for register, key in entries if register == "manifest"])
    changed = [entry for place, entry in entries.items() if _is_new(entry, before.get(place))]
    gone = [row for place, row in before.items() if place not in entries]
    replaced = [before[e.register, e.key] for e in changed if (e.register, e.key) in before]
    _note(session, [*changed, *(_entry(row) for row in (*gone, *replaced))], revision, now)
    for row in (*gone, *replaced):
        session.execute(
            delete(NoticedRow).where(NoticedRow.register == row.register, NoticedRow.key == row.key)
        )
    for entry in changed:
        plates = None if entry.plates is None else [*entry.plates]
        session.add(
            NoticedRow(
                register=entry.register,
                key=entry.key,
                digest=entry.digest,
                plates=plates,
                checkpoint=entry.checkpoint,
                since=entry.since,
                until=entry.until,
            )
        )
    session.flush()
    return len(changed) + len(gone)


def _before(session: Session, manifests: list[str]) -> dict[tuple[str, str], NoticedRow]:
    """What was noticed: every entry of a register, and these e-manifests."""
    among = or_(NoticedRow.register != "manifest", NoticedRow.key.in_(manifests))
    return {(row.register, row.key): row for row in session.scalars(select(NoticedRow).where(among))}


def _entries(
    session: Session, book: Book, in_force: RulesInForce, looked: datetime | None
) -> Iterator[Entry]:
    """Registers whole; e-manifests, which grow with every load, where they changed after `looked`."""
    for row in book.trucks.iter_rows(named=True):
        yield _of("truck", row["sub"], row, (row["plate"],), row["valid_from"], row["valid_to"])
    for row in book.permits.iter_rows(named=True):  # without an end: a permit that ended is EXPIRED
        shapes = (book.windows(row["permit"], row["version"]), book.corridor(row["permit"], row["version"]))
        key = f"{row['permit']}@{row['version']}"
        yield _of(
            "permit", key, {**row, "shapes": str(shapes)}, tuple(row["plates"]), row["valid_from"], None
        )
    for row in book.checkpoints.iter_rows(named=True):
        place = {name: row[name] for name in ("checkpoint", "lat_e6", "lon_e6", "valid_from", "valid_to")}
        found = _of("checkpoint", row["sub"], place, (), row["valid_from"], row["valid_to"])
        yield Entry("checkpoint", found.key, found.digest, (), row["checkpoint"], found.since, found.until)
    for row in book.sites.iter_rows(named=True):
        area = str(book.area(row["site"], row["valid_from"]))
        yield _of("site", row["sub"], {**row, "area": area}, None, row["valid_from"], row["valid_to"])
    for row in manifests_of(session, None, changed_since=looked).iter_rows(named=True):
        yield _of("manifest", row["manifest"], row, (row["plate"],), row["left_at"], row["left_at"])
    for since, until, rules in in_force.versions:
        begin = datetime(since.year, since.month, since.day, tzinfo=UTC) - _DAY
        end = None if until is None else datetime(until.year, until.month, until.day, tzinfo=UTC) + 2 * _DAY
        yield _of("rules", rules.version, {"since": since, "until": until}, None, begin, end)


def _of(
    register: str,
    key: str,
    row: Any,
    plates: tuple[str, ...] | None,
    since: datetime | None,
    until: datetime | None,
) -> Entry:
    return Entry(register, key, _digest(sorted(row.items())), plates, None, since, until)


def _entry(row: NoticedRow) -> Entry:
    plates = None if row.plates is None else tuple(row.plates)
    return Entry(row.register, row.key, row.digest, plates, row.checkpoint, row.since, row.until)


def _is_new(entry: Entry, known: NoticedRow | None) -> bool:
    return known is None or known.digest != entry.digest


def _note(session: Session, entries: list[Entry], revision: int, now: datetime) -> None:
    told = told_between(session)
    if told is None:
        return
    asked: dict[tuple[Family, datetime, datetime], set[str]] = {}
    for entry in entries:
        since = max(told[0], (entry.since or told[0]) - _EDGE)
        until = min(told[1], (entry.until or told[1]) + _EDGE)
        if since > until and entry.register != "manifest":
            continue
        for family in _families(entry):
            if family == "manifests":
                since = until = entry.since or told[0]
            asked.setdefault((family, since, until), set()).update(_plates(session, entry, since, until))
    for (family, since, until), plates in asked.items():
        for begin, end in _steps(since, until):
            note(session, family, plates, begin, end, revision, now)


def _families(entry: Entry) -> tuple[Family, ...]:
    named: dict[str, tuple[Family, ...]] = {
        "state": (),
        "manifest": ("manifests",),
        "site": ("positions", "manifests"),
        "checkpoint": ("passages",),
        "rules": ("passages", "positions", "manifests"),
    }
    return named.get(entry.register, ("passages", "positions"))


def _plates(session: Session, entry: Entry, since: datetime, until: datetime) -> set[str]:
    """The plates named; of a checkpoint and of what concerns all, those seen then."""
    time = {"since": since, "until": until}
    if entry.checkpoint is not None:
        return set(session.scalars(_AT_CHECKPOINT, {**time, "checkpoint": entry.checkpoint}))
    if entry.plates is None:
        return set(session.scalars(_SEEN, time))
    if entry.register != "truck":
        return set(entry.plates)
    # An unregistered plate that is like a registered one asks for more support.
    others = pl.Series("plate", session.scalars(_CANDIDATES).all(), dtype=pl.String)
    like = look_alike(others, pl.Series("plate", [*entry.plates], dtype=pl.String))
    return {*entry.plates, *others.filter(pl.Series(like))}


def _steps(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    begin = since
    while begin + _STEP < until:
        yield begin, begin + _STEP
        begin += _STEP
    yield begin, until


def _versions(in_force: RulesInForce) -> list[Any]:
    return [(since, until, rules.version) for since, until, rules in in_force.versions]


def _digest(value: Any) -> int:
    return int.from_bytes(blake2b(repr(value).encode(), digest_size=8).digest(), "big", signed=True)


_AT_CHECKPOINT = text(
    "SELECT DISTINCT plate FROM trucks.passage WHERE checkpoint = :checkpoint"
    " AND captured_at BETWEEN :since AND :until AND plate IS NOT NULL"
)
_SEEN = text(
    "SELECT plate FROM trucks.passage WHERE captured_at BETWEEN :since AND :until AND plate IS NOT NULL"
    " UNION SELECT plate FROM trucks.position WHERE fixed_at BETWEEN :since AND :until"
)
_CANDIDATES = text("SELECT DISTINCT plate FROM trucks.candidate WHERE rule = 'BLACK_UNREG'")
