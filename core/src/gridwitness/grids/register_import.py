"""Whole registers and lists at once, signed by the agency: new, changed, and those known already."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.errors import GridWitnessError
from gridwitness.grids import kinds
from gridwitness.grids.matter import Matter
from gridwitness.grids.models import MatterRow
from gridwitness.grids.register_columns import Fields, instant
from gridwitness.grids.register_loading import REGISTERS
from gridwitness.grids.registers import COLUMNS
from gridwitness.keystore import Keystore
from gridwitness.records import (
    Acceptance,
    Log,
    Submission,
    check_fields,
    current_log,
    heads_of,
    kind_named,
    lock_subjects,
)

_MOST_AT_ONCE = 500
"""Records of one acceptance; registers are held meanwhile."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of one entry: `recorded`, `changed`, `unchanged`, or `bad`: refused by `error`."""

    state: str
    error: GridWitnessError | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry that is registered: its subject and its columns."""

    sub: str
    columns: Mapping[str, Any]


class GridImport:
    """Takes entries as they stand in another system. Taking them again changes nothing."""

    def __init__(self, acceptance: Acceptance, keystore: Keystore) -> None:
        self._acceptance = acceptance
        self._keystore = keystore

    def take(self, session: Session, agency: str, kind: str, entries: Sequence[Fields]) -> list[Entered]:
        """Sign and accept entries of one kind, in order; a bad one never harms a good one. The caller
        commits.

        An entry is known again by its number and the beginning of its period, a proposal for a matter by its
        version. A parent stands before what lies below it.
        """
        log = current_log(session, agency)
        results: list[Entered] = []
        for begin in range(0, len(entries), _MOST_AT_ONCE):
            part = entries[begin : begin + _MOST_AT_ONCE]
            while part:  # a second entry of a subject waits for the first
                now = _first_of_each(kind, part)
                results += self._take(session, log, kind, part[:now])
                part = part[now:]
        return results

    def _take(self, session: Session, log: Log, kind: str, entries: Sequence[Fields]) -> list[Entered]:
        known = _known(session, kind, entries)
        results = [_checked(kind, fields, known) for fields in entries]
        wanted = [i for i, result in enumerate(results) if result.state in ("recorded", "changed")]
        subs = [_subject(kind, entries[i], known) for i in wanted]
        places = [(log.name, sub) for sub in subs]
        lock_subjects(session, places)
        heads = heads_of(session, places)
        writer, key = self._acceptance.writer(session), self._keystore.service_key(log.agency)
        batch = []
        for i, place in zip(wanted, places, strict=True):
            head = heads.get(place)
            record = writer.sign(log, kind, place[1], head, entries[i], key=key, iss=log.agency, src="import")
            batch.append(Submission(record.presentation))
        for i, outcome in zip(wanted, self._acceptance.accept(session, batch), strict=True):
            if outcome.error is not None:
                results[i] = Entered("bad", outcome.error)
        return results


def _number(kind: str, fields: Fields) -> Any:
    return fields.get("matter" if kind == kinds.PROPOSED else REGISTERS[kind][1])


def _first_of_each(kind: str, entries: Sequence[Fields]) -> int:
    """How many entries from the first one on are of different numbers."""
    seen: set[str] = set()
    for count, fields in enumerate(entries):
        number = str(_number(kind, fields))
        if number in seen:
            return count
        seen.add(number)
    return len(entries)


def _known(session: Session, kind: str, entries: Sequence[Fields]) -> dict[tuple[str, Any], _Row]:
    """Entries that are registered, by number and what tells them apart; (number, None): a matter's newest."""
    model: Any
    model, column = (MatterRow, "matter") if kind == kinds.PROPOSED else REGISTERS[kind]
    numbers = [n for e in entries if isinstance(n := _number(kind, e), str) and "\0" not in n]
    table = model.__table__
    found: dict[tuple[str, Any], _Row] = {}
    for row in session.execute(select(*table.columns).where(table.columns[column].in_(numbers))).mappings():
        mark = row["version"] if kind == kinds.PROPOSED else row["valid_from"]
        found[row[column], mark] = _Row(row["sub"], dict(row))
        if kind == kinds.PROPOSED:
            found[row[column], None] = found[row[column], mark]
    return found


def _mark(kind: str, fields: Fields) -> Any:
    return fields["version"] if kind == kinds.PROPOSED else instant(fields["valid_from"])


def _subject(kind: str, fields: Fields, known: Mapping[tuple[str, Any], _Row]) -> str:
    number = _number(kind, fields)
    row = known.get((number, _mark(kind, fields))) or known.get((number, None))
    return secrets.token_hex(16) if row is None else row.sub


def _checked(kind: str, fields: Fields, known: Mapping[tuple[str, Any], _Row]) -> Entered:
    """What the entry is to what is registered, before it is signed."""
    try:
        check_fields(kind_named(kind), fields)
        columns = _matter_columns(fields) if kind == kinds.PROPOSED else COLUMNS[kind](fields)
    except GridWitnessError as error:
        return Entered("bad", error)
    row = known.get((_number(kind, fields), _mark(kind, fields)))
    if row is None:
        return Entered("recorded")
    same = all(row.columns[name] == value for name, value in columns.items())
    return Entered("unchanged" if same else "changed")


def _matter_columns(fields: Fields) -> dict[str, Any]:
    if fields["entry"] is not None:
        Matter.parse(fields["matter"], fields["version"], "", fields["entry"])
    return {
        "change": fields["change"],
        "entry": fields["entry"],
        "effective_from": instant(fields["effective_from"]),
    }
