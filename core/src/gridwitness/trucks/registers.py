"""What records of the registers change: trucks, permits, places, manifests (docs/format.md section 20)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gridwitness_evidence import Record
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, InvalidInput, NotFound
from gridwitness.members import check_registrar
from gridwitness.records import Log, RowChange, change, put_new
from gridwitness.trucks import kinds
from gridwitness.trucks.models import ManifestRow, PermitRow
from gridwitness.trucks.register_columns import (
    carrier_columns,
    check_number,
    check_plate,
    checkpoint_columns,
    issued_columns,
    permit_columns,
    received_columns,
    site_columns,
    terminal_columns,
    truck_columns,
)
from gridwitness.trucks.register_loading import NUMBERS, Loaded, Period, load

COLUMNS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    kinds.CARRIER: carrier_columns,
    kinds.TRUCK: truck_columns,
    kinds.SITE: site_columns,
    kinds.CHECKPOINT: checkpoint_columns,
    kinds.TERMINAL: terminal_columns,
}
"""What a record of a register of periods says, as columns of its row."""


class RegisterHandler:
    """`StepHandler` of every register; one for all, so that a batch may hold a carrier and its trucks."""

    def load(self, session: Session, records: Sequence[Record]) -> Loaded:
        """The registers as far as these records speak of them; held until the transaction ends."""
        return load(session, records)

    def decide(self, record: Record, log: Log, loaded: Loaded) -> list[RowChange]:
        """The register's row. Raises Conflict, Forbidden, InvalidInput, NotFound."""
        check_registrar(record, log, loaded.signers)
        kind = record.claims.kind
        if kind == kinds.PERMIT:
            return [_permit(record, log, loaded)]
        if kind in (kinds.MANIFEST_ISSUED, kinds.MANIFEST_RECEIVED):
            return [_manifest(record, log, loaded)]
        return [_entry(record, log, loaded)]


REGISTER_HANDLERS: dict[str, RegisterHandler] = dict.fromkeys(
    (*COLUMNS, kinds.PERMIT, kinds.MANIFEST_ISSUED, kinds.MANIFEST_RECEIVED), RegisterHandler()
)


def _entry(record: Record, log: Log, loaded: Loaded) -> RowChange:
    kind, fields, sub = record.claims.kind, record.fields, record.claims.sub
    model, column = NUMBERS[kind]
    number = check_plate(fields[column]) if column == "plate" else check_number(fields[column], column)
    _check_subject(record, (kind, number), loaded)
    columns = COLUMNS[kind](fields)
    if kind == kinds.TRUCK:
        _require(loaded, kinds.CARRIER, columns["carrier"], "carrier")
    period = Period(
        columns["valid_from"], columns["valid_to"], columns.get("device", columns.get("category"))
    )
    _check_free(kind, column, number, sub, period, loaded)
    known = sub in loaded.subjects
    loaded.add(kind, number, sub, period)
    if known:
        return change(model, {"sub": sub}, **columns)
    return put_new(model, sub=sub, agency=log.agency, **{column: number}, **columns)


def _permit(record: Record, log: Log, loaded: Loaded) -> RowChange:
    fields, sub = record.fields, record.claims.sub
    number, version = check_number(fields["permit"], "permit"), fields["version"]
    _check_subject(record, (kinds.PERMIT, number), loaded)
    home, newest = loaded.permits.get(number, (sub, 0))
    if home != sub:
        raise Conflict(
            "permit-registered", f"Permit {number} is subject {home}.", "continue that subject", sub=home
        )
    if version != newest + 1:
        raise Conflict(
            "permit-version",
            f"The next version of permit {number} is {newest + 1}, not {version}.",
            "versions count from 1 without gap",
            next_version=newest + 1,
        )
    columns = permit_columns(fields)
    _require(loaded, kinds.CARRIER, columns["carrier"], "carrier")
    _require(loaded, kinds.SITE, columns["site"], "site", "construction")
    for dump in columns["dumps"]:
        _require(loaded, kinds.SITE, dump, "dumps", "dump")
    for checkpoint in columns["checkpoints"] or ():
        _require(loaded, kinds.CHECKPOINT, checkpoint, "checkpoints")
    loaded.permits[number] = (sub, version)
    loaded.subjects[sub] = (kinds.PERMIT, number)
    return put_new(PermitRow, permit=number, version=version, sub=sub, agency=log.agency, **columns)


def _manifest(record: Record, log: Log, loaded: Loaded) -> RowChange:
    fields, sub = record.fields, record.claims.sub
    number = check_number(fields["manifest"], "manifest")
    _check_subject(record, (kinds.MANIFEST_ISSUED, number), loaded)
    home = loaded.manifests.get(number)
    if home is not None and home != sub:
        raise Conflict(
            "manifest-registered", f"Manifest {number} is subject {home}.", "continue that subject", sub=home
        )
    is_issue = record.claims.kind == kinds.MANIFEST_ISSUED
    columns = issued_columns(fields) if is_issue else received_columns(fields)
    loaded.manifests[number] = sub
    loaded.subjects[sub] = (kinds.MANIFEST_ISSUED, number)
    if home is not None:
        return change(ManifestRow, {"manifest": number}, **columns)
    return put_new(ManifestRow, manifest=number, sub=sub, agency=log.agency, **columns)


def _check_subject(record: Record, named: tuple[str, str], loaded: Loaded) -> None:
    """A subject is of one number of one register, from its first record on."""
    taken = loaded.subjects.get(record.claims.sub)
    if taken is not None and taken != named:
        raise Conflict(
            "subject-taken", f"Subject {record.claims.sub} is that of {taken[1]}.", "open a new subject"
        )
    if taken is None and record.claims.seq != 0:
        raise Conflict(
            "subject-taken",
            f"Subject {record.claims.sub} has records of something else.",
            "open a new subject",
        )


def _check_free(kind: str, column: str, number: str, sub: str, period: Period, loaded: Loaded) -> None:
    """No two entries of a number, and no two checkpoints of a device, at one time."""
    for other, taken in loaded.known(kind, number).items():
        if other != sub and taken.overlaps(period):
            raise Conflict(
                f"{column}-taken",
                f"{number} is registered already for some of that time, as subject {other}.",
                "continue that subject, or end its period first",
                sub=other,
            )
    if kind != kinds.CHECKPOINT:
        return
    for other, taken in loaded.devices.get(period.detail or "", {}).items():
        if other != sub and taken.overlaps(period):
            raise Conflict(
                "device-taken",
                f"Device {period.detail} stands at {loaded.subjects[other][1]} for some of that time.",
                "end that checkpoint's period first",
                sub=other,
            )


def _require(loaded: Loaded, kind: str, number: str, name: str, category: str | None = None) -> None:
    """What is referred to is registered, whenever. Raises NotFound; InvalidInput `site-category`."""
    column = NUMBERS[kind][1]
    entries = loaded.known(kind, number)
    if not entries:
        raise NotFound(f"{column}-unknown", f"`{name}`: {number} is not registered.", "register it first")
    if category is not None and all(entry.detail != category for entry in entries.values()):
        raise InvalidInput("site-category", f"`{name}`: {number} is no {category} site.", None)
