"""What the registers hold of the numbers a batch of records speaks of, asked at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gridwitness_evidence import Record
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridwitness.database import Base, among
from gridwitness.members import Signer, signers_of
from gridwitness.trucks import kinds
from gridwitness.trucks.models import (
    CarrierRow,
    CheckpointRow,
    ManifestRow,
    PermitRow,
    SiteRow,
    TerminalRow,
    TruckRow,
)

NUMBERS: dict[str, tuple[type[Base], str]] = {
    kinds.CARRIER: (CarrierRow, "carrier"),
    kinds.TRUCK: (TruckRow, "plate"),
    kinds.SITE: (SiteRow, "site"),
    kinds.CHECKPOINT: (CheckpointRow, "checkpoint"),
    kinds.TERMINAL: (TerminalRow, "terminal"),
}
"""Registers of periods: table and column of the number."""

_COUNT_ON = text("UPDATE trucks.register_revision SET revision = revision + 1 WHERE name = 'registers'")


@dataclass(slots=True)
class Period:
    """When an entry holds, and what else others have to know of it: a site's category, the device."""

    since: datetime
    until: datetime | None
    detail: str | None = None

    def overlaps(self, other: Period) -> bool:
        """Whether both hold at some time."""
        return (self.until is None or other.since < self.until) and (
            other.until is None or self.since < other.until
        )


@dataclass(slots=True)
class Loaded:
    """Registers as far as a batch needs them; `decide` notes in them what the batch itself adds."""

    signers: dict[tuple[str, str], Signer] = field(default_factory=dict)
    entries: dict[str, dict[str, dict[str, Period]]] = field(default_factory=dict)
    """kind → number → subject → period"""
    devices: dict[str, dict[str, Period]] = field(default_factory=dict)
    """device → subject of its checkpoint → period"""
    subjects: dict[str, tuple[str, str]] = field(default_factory=dict)
    """subject → (kind, number)"""
    permits: dict[str, tuple[str, int]] = field(default_factory=dict)
    """permit → (subject, newest version)"""
    manifests: dict[str, str] = field(default_factory=dict)
    """manifest → subject"""

    def known(self, kind: str, number: str) -> dict[str, Period]:
        """Entries of a number, by subject."""
        return self.entries.setdefault(kind, {}).setdefault(number, {})

    def add(self, kind: str, number: str, sub: str, period: Period) -> None:
        """Note an entry, in the place of the subject's former one."""
        before = self.known(kind, number).get(sub)
        if kind == kinds.CHECKPOINT and period.detail is not None:
            if before is not None and before.detail is not None:
                self.devices[before.detail].pop(sub, None)
            self.devices.setdefault(period.detail, {})[sub] = period
        self.known(kind, number)[sub] = period
        self.subjects[sub] = (kind, number)


def load(session: Session, records: Sequence[Record]) -> Loaded:
    """Hold the registers and read what the records need: registers change one transaction at a time."""
    session.execute(_COUNT_ON)
    found = Loaded(signers=signers_of(session, records))
    subs = {record.claims.sub for record in records}
    for kind, numbers in _wanted(records).items():
        devices = _all(records, kinds.CHECKPOINT, "device") if kind == kinds.CHECKPOINT else set()
        _read_entries(session, found, kind, numbers, subs, devices)
    permits = select(PermitRow.permit, PermitRow.sub, PermitRow.version).where(
        among(PermitRow.permit, _all(records, kinds.PERMIT, "permit")) | among(PermitRow.sub, subs)
    )
    for permit, sub, version in session.execute(permits.order_by(PermitRow.version)):
        found.permits[permit] = (sub, version)
        found.subjects[sub] = (kinds.PERMIT, permit)
    issued, received = (
        _all(records, kind, "manifest") for kind in (kinds.MANIFEST_ISSUED, kinds.MANIFEST_RECEIVED)
    )
    manifests = select(ManifestRow.manifest, ManifestRow.sub).where(
        among(ManifestRow.manifest, issued | received) | among(ManifestRow.sub, subs)
    )
    for manifest, sub in session.execute(manifests):
        found.manifests[manifest] = sub
        found.subjects[sub] = (kinds.MANIFEST_ISSUED, manifest)
    return found


def _wanted(records: Sequence[Record]) -> dict[str, set[str]]:
    """Numbers by register, the records' own and those they refer to."""
    wanted = {kind: _all(records, kind, column) for kind, (_, column) in NUMBERS.items()}
    wanted[kinds.CARRIER] |= _all(records, kinds.TRUCK, "carrier") | _all(records, kinds.PERMIT, "carrier")
    wanted[kinds.SITE] |= _all(records, kinds.PERMIT, "site") | _all(records, kinds.PERMIT, "dumps")
    wanted[kinds.CHECKPOINT] |= _all(records, kinds.PERMIT, "checkpoints")
    return wanted


def _all(records: Sequence[Record], kind: str, name: str) -> set[str]:
    """Values of a field, or of a list in it, in all records of a kind."""
    found: set[str] = set()
    for record in records:
        if record.claims.kind == kind:
            value = record.fields[name]
            found |= {value} if isinstance(value, str) else set(value or ())
    return found


def _read_entries(
    session: Session,
    found: Loaded,
    kind: str,
    numbers: Collection[str],
    subs: Collection[str],
    devices: Collection[str],
) -> None:
    model: Any
    model, column = NUMBERS[kind]
    detail = {kinds.SITE: "category", kinds.CHECKPOINT: "device"}.get(kind)
    number = getattr(model, column)
    columns = [model.sub, number, model.valid_from, model.valid_to]
    where = among(number, numbers) | among(model.sub, subs)
    if devices:
        where |= among(model.device, devices)
    query = select(*columns, *([] if detail is None else [getattr(model, detail)])).where(where)
    for sub, named, since, until, *more in session.execute(query):
        found.add(kind, named, sub, Period(since, until, *more))
