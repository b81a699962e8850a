"""Filing what detection found: new, changed and withdrawn anomalies as signed records, many at once."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from gridwitness_evidence import base64url
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.keystore import Keystore
from gridwitness.records import (
    Acceptance,
    Log,
    RowChange,
    change,
    check_fields,
    current_log,
    heads_of,
    kind_named,
    lock_subjects,
    put_new,
)
from gridwitness.records.writing import Accepted
from gridwitness.trucks.anomaly_fields import Surroundings, columns_of, fields_of, surroundings_of
from gridwitness.trucks.frames import INSTANT
from gridwitness.trucks.kept_book import KeptBook
from gridwitness.trucks.kinds import ANOMALY
from gridwitness.trucks.models_anomalies import AnomalyRow

FILED_COLUMNS: dict[str, Any] = {
    "sub": pl.String,
    "key": pl.String,
    "rule": pl.String,
    "plate": pl.String,
    "checkpoint": pl.String,
    "at": INSTANT,
    "until": INSTANT,
    "level": pl.String,
    "permit": pl.String,
    "measured": pl.String,
    "rules": pl.String,
    "standing": pl.String,
    "state": pl.String,
}
_REVIEWED = frozenset({"upheld", "excluded"})
_SAME = ("grounds", "level", "rules", "permit", "measured", "occurred_at", "until", "plate", "checkpoint")
"""What a further record would say anew; where none of it differs there is nothing to file."""


def filed(
    session: Session, rules: Collection[str], plates: Collection[str], since: datetime, until: datetime
) -> pl.DataFrame:
    """Anomalies of rules and plates (none named: all plates) that occurred in [since, until].

    `standing`: what the newest record says, `suspected` or `withdrawn`; `measured`: JSON, names ascending.
    """
    row = AnomalyRow
    query = select(
        row.sub, row.key, row.rule, row.plate, row.checkpoint, row.occurred_at, row.until, row.level,
        row.permit, row.measured, row.rules, row.grounds, row.state,
    ).where(row.rule.in_([*rules]), row.occurred_at.between(since, until))  # fmt: skip
    if plates:
        query = query.where(row.plate.in_([*plates]))
    rows = [
        (*found[:9], _json(found.measured), *found[10:]) for found in session.execute(query.order_by(row.key))
    ]
    return pl.DataFrame(rows, schema=FILED_COLUMNS, orient="row")


@dataclass(frozen=True, slots=True)
class _Change:
    """One finding on its way: the row of the frame, the row that is filed, the agency whose it is."""

    finding: Mapping[str, Any]
    before: AnomalyRow | None
    sub: str
    agency: str


class Filing:
    """Writes one `truck.anomaly.v2` for each finding that says something new. One in a process."""

    def __init__(self, acceptance: Acceptance, keystore: Keystore) -> None:
        """The service keys of the feeds' agencies sign."""
        self._acceptance = acceptance
        self._keystore = keystore
        self._book = KeptBook()

    def file(self, session: Session, changes: pl.DataFrame) -> int:
        """File findings (FINDING_COLUMNS with `key`, `sub` or null, `rules`, `standing`); gives how many.

        A key that is filed goes on in its subject, whatever `sub` says; the same again changes nothing. A
        reviewed anomaly keeps its state. Raises NotFound `input-unknown`, `feed-unknown`.
        """
        findings = changes.to_dicts()
        if not findings:
            return 0
        _, book = self._book.of(session)
        known = _held(session, [finding["key"] for finding in findings])
        around = surroundings_of(session, book, findings)
        pending = [_change(finding, known.get(finding["key"]), around) for finding in findings]
        logs = {agency: current_log(session, agency) for agency in {each.agency for each in pending}}
        places = [(logs[each.agency].name, each.sub) for each in pending]
        heads = heads_of(session, places)
        writer = self._acceptance.writer(session)
        written = 0
        for each in pending:
            log = logs[each.agency]
            written += self._write(writer, log, heads.get((log.name, each.sub)), each, around)
        writer.finish()
        return written

    def _write(self, writer: Any, log: Log, head: Any, each: _Change, around: Surroundings) -> int:
        fields = fields_of(each.finding, around)
        columns = columns_of(each.finding, fields)
        if each.before is not None and all(getattr(each.before, n) == columns[n] for n in _SAME):
            return 0
        check_fields(kind_named(ANOMALY), fields)
        key = self._keystore.service_key(log.agency)
        record = writer.sign(log, ANOMALY, each.sub, head, fields, key=key, iss=log.agency)
        columns["entry"] = base64url.encode(record.digest)
        writer.add_step(Accepted(record, log, {}), [_row(each, log, columns)], by=None, owner=None)
        return 1


def _change(finding: dict[str, Any], before: AnomalyRow | None, around: Surroundings) -> _Change:
    if before is None:
        return _Change(finding, None, secrets.token_hex(16), around.agency_of(finding))
    if before.plate is None:  # erased: what is found again does not bring it back
        finding = {**finding, "plate": None}
    return _Change(finding, before, before.sub, around.agency_of(finding))


def _row(each: _Change, log: Log, columns: dict[str, Any]) -> RowChange:
    before = each.before
    if before is None:
        return put_new(AnomalyRow, sub=each.sub, agency=log.agency, state=columns["grounds"], **columns)
    if before.state not in _REVIEWED:
        columns["state"] = columns["grounds"]
    changed = {name: value for name, value in columns.items() if getattr(before, name) != value}
    return change(AnomalyRow, {"sub": each.sub}, **changed)


def _held(session: Session, keys: Sequence[str]) -> dict[str, AnomalyRow]:
    """What is filed under these keys; no review changes it until the transaction ends."""
    among = AnomalyRow.key.in_(keys)
    lock_subjects(session, [("", sub) for sub in session.scalars(select(AnomalyRow.sub).where(among))])
    rows = session.scalars(select(AnomalyRow).where(among).execution_options(populate_existing=True))
    return {row.key: row for row in rows}


def _json(measured: Mapping[str, str]) -> str:
    return json.dumps(measured, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
