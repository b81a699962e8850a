"""Many entries of a register at once, signed by the agency: new, changed, and those known already."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.errors import GridWitnessError
from gridwitness.keystore import Keystore
from gridwitness.records import (
    Acceptance,
    Log,
    Outcome,
    Submission,
    check_fields,
    current_log,
    heads_of,
    kind_named,
    lock_subjects,
)
from gridwitness.trucks import kinds
from gridwitness.trucks.models import PermitRow
from gridwitness.trucks.register_columns import instant, permit_columns
from gridwitness.trucks.register_loading import NUMBERS
from gridwitness.trucks.registers import COLUMNS

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of one entry: `recorded`, `changed`, `unchanged`, or refused by `error`."""

    state: str
    error: GridWitnessError | None = None


class RegisterImport:
    """Takes entries as they stand in a register system. Taking them again changes nothing."""

    def __init__(self, acceptance: Acceptance, keystore: Keystore) -> None:
        self._acceptance = acceptance
        self._keystore = keystore

    def take(self, session: Session, agency: str, kind: str, entries: Sequence[Fields]) -> list[Entered]:
        """Sign and accept entries of one kind, in order; a bad one never harms a good one.

        An entry is known again by its number and the beginning of its period (a permit: by its version). The
        caller commits.
        """
        log = current_log(session, agency)
        known = _Known.of(session, kind, entries)
        results = [_checked(kind, fields, known) for fields in entries]
        waves: list[dict[str, int]] = []
        for index, result in enumerate(results):
            if result.state in ("recorded", "changed"):
                sub = known.subject(kind, entries[index])
                wave = next((wave for wave in waves if sub not in wave), None)
                if wave is None:
                    waves.append(wave := {})
                wave[sub] = index
        for wave in waves:
            for index, outcome in zip(
                wave.values(), self._accept(session, log, kind, entries, wave), strict=True
            ):
                if outcome.error is not None:
                    results[index] = Entered("bad", outcome.error)
        return results

    def _accept(
        self, session: Session, log: Log, kind: str, entries: Sequence[Fields], wave: Mapping[str, int]
    ) -> list[Outcome]:
        """One entry of each subject."""
        places = [(log.name, sub) for sub in wave]
        lock_subjects(session, places)
        heads = heads_of(session, places)
        writer, key = self._acceptance.writer(session), self._keystore.service_key(log.agency)
        batch = []
        for sub, index in wave.items():
            head, fields = heads.get((log.name, sub)), entries[index]
            record = writer.sign(log, kind, sub, head, fields, key=key, iss=log.agency, src="import")
            batch.append(Submission(record.presentation))
        return self._acceptance.accept(session, batch)


@dataclass(slots=True)
class _Known:
    """Entries that are registered, by what they are known again by; and the subjects that go on."""

    rows: dict[tuple[Any, ...], Any]
    subjects: dict[tuple[Any, ...], str]

    @classmethod
    def of(cls, session: Session, kind: str, entries: Sequence[Fields]) -> _Known:
        model: Any
        model, column = (PermitRow, "permit") if kind == kinds.PERMIT else NUMBERS[kind]
        numbers = [n for e in entries if isinstance(n := e.get(column), str) and "\0" not in n]
        rows = session.scalars(select(model).where(getattr(model, column).in_(numbers))).all()
        known = cls({}, {})
        for row in rows:
            mark = row.version if kind == kinds.PERMIT else row.valid_from
            known.rows[getattr(row, column), mark] = row
            known.subjects[(row.permit,) if kind == kinds.PERMIT else (getattr(row, column), mark)] = row.sub
        return known

    def subject(self, kind: str, fields: Fields) -> str:
        """Where an entry goes on, or a new subject; the same one for the next entry like it."""
        key = (fields["permit"],) if kind == kinds.PERMIT else _identity(kind, fields)
        return self.subjects.setdefault(key, secrets.token_hex(16))


def _identity(kind: str, fields: Fields) -> tuple[Any, ...]:
    if kind == kinds.PERMIT:
        return fields["permit"], fields["version"]
    return fields[NUMBERS[kind][1]], instant(fields["valid_from"])


def _checked(kind: str, fields: Fields, known: _Known) -> Entered:
    """What the entry is to what is registered, before it is signed."""
    try:
        check_fields(kind_named(kind), fields)
        columns = permit_columns(fields) if kind == kinds.PERMIT else COLUMNS[kind](fields)
    except GridWitnessError as error:
        return Entered("bad", error)
    row = known.rows.get(_identity(kind, fields))
    if row is None:
        return Entered("recorded")
    same = all(getattr(row, name) == value for name, value in columns.items())
    return Entered("unchanged" if same else "changed")
