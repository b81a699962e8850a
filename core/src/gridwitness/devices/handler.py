"""What `device.*` statements change: a device becomes known, and is reviewed by two different people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from gridwitness_evidence import Record
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gridwitness.devices.models import DeviceReviewRow, DeviceRow
from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound
from gridwitness.members import Person, key_holders, persons
from gridwitness.records import Log, RowChange, change, put_new, register

REGISTERED = "device.registered.v1"
REVIEWED = "device.review.v1"
REVIEWS = {"legal": "法制审核", "technical": "技术审核"}
"""行政处罚法 2021 Art. 41 asks for both."""
OUTCOMES = {"passed": "通过", "failed": "不通过"}
_ARTICLE = "行政处罚法第四十一条"

register(
    REGISTERED,
    "设备登记",
    purposes="officer",
    fields="device:text! category:text! place:text! datum:text! latitude:decimal longitude:decimal "
    "announced_at:time marked:text!",
)
register(
    REVIEWED,
    "设备审核",
    purposes="officer",
    fields="device:text! review:text! outcome:text! reviewed_at:time! valid_from:time! valid_to:time! "
    "standard:text report:text files:files!",
)


@dataclass(slots=True)
class _Known:
    """One device with who reviewed it, by kind of review."""

    sub: str
    agency: str
    reviewers: dict[str, set[UUID]] = field(default_factory=dict)


@dataclass(slots=True)
class _Loaded:
    devices: dict[str, _Known]
    subs: dict[str, str]
    holders: dict[tuple[str, str], UUID]
    persons: dict[UUID, Person]


class DeviceHandler:
    """Decides what `device.registered.v1` and `device.review.v1` change."""

    def load(self, session: Session, records: Sequence[Record]) -> _Loaded:
        """The devices these records speak of, and who signed them."""
        names = {record.fields["device"] for record in records if "\0" not in record.fields["device"]}
        subs = {record.claims.sub for record in records}
        rows = session.scalars(
            select(DeviceRow)
            .where(or_(DeviceRow.device.in_(names), DeviceRow.sub.in_(subs)))
            .execution_options(populate_existing=True)
        ).all()
        devices = {row.device: _Known(row.sub, row.agency) for row in rows}
        reviews = session.execute(
            select(DeviceReviewRow.device, DeviceReviewRow.review, DeviceReviewRow.signer).where(
                DeviceReviewRow.device.in_(devices)
            )
        )
        for device, review, signer in reviews:
            devices[device].reviewers.setdefault(review, set()).add(signer)
        holders = key_holders(session, ((r.claims.iss, r.kid) for r in records))
        return _Loaded(
            devices, {row.sub: row.device for row in rows}, holders, persons(session, holders.values())
        )

    def decide(self, record: Record, log: Log, loaded: _Loaded) -> list[RowChange]:
        """The device's row or its review's. Raises Conflict, Forbidden, InvalidInput, NotFound."""
        signer = loaded.holders.get((record.claims.iss, record.kid))
        if signer is None:
            raise Forbidden("signer-unknown", "Nobody's account holds the signing key.", "name its holder")
        if not record.fields["device"].strip() or not record.fields["device"].isprintable():
            raise InvalidInput("fields", "`device` is a printable number.", None)
        if record.claims.kind == REGISTERED:
            return [_registered(record, log, loaded, signer)]
        return [_reviewed(record, log, loaded, loaded.persons[signer])]


def _registered(record: Record, log: Log, loaded: _Loaded, signer: UUID) -> RowChange:
    fields, sub = record.fields, record.claims.sub
    device = fields["device"]
    known = loaded.devices.get(device)
    if loaded.subs.get(sub, device) != device:
        raise Conflict(
            "subject-taken", f"Subject {sub} is that of device {loaded.subs[sub]}.", "open a new one"
        )
    if known is not None and known.sub != sub:
        raise Conflict(
            "device-registered",
            f"Device {device} is subject {known.sub}.",
            "continue that subject",
            sub=known.sub,
        )
    columns: dict[str, Any] = {
        "category": fields["category"],
        "place": fields["place"],
        "datum": fields["datum"],
        "latitude": _decimal(fields["latitude"]),
        "longitude": _decimal(fields["longitude"]),
        "announced_at": None if fields["announced_at"] is None else _instant(fields["announced_at"]),
        "marked": fields["marked"],
        "registered_by": signer,
    }
    if known is not None:
        return change(DeviceRow, {"device": device}, **columns)
    if record.claims.seq != 0:
        raise Conflict("subject-taken", f"Subject {sub} has records of something else.", "open a new subject")
    loaded.devices[device], loaded.subs[sub] = _Known(sub, log.agency), device
    return put_new(DeviceRow, device=device, sub=sub, agency=log.agency, **columns)


def _reviewed(record: Record, log: Log, loaded: _Loaded, signer: Person) -> RowChange:
    fields = record.fields
    device, review = fields["device"], fields["review"]
    known = loaded.devices.get(device)
    if known is None:
        raise NotFound("device-unknown", f"There is no device {device}.", "register it first")
    if record.claims.sub != known.sub:
        raise InvalidInput(
            "subject-wrong", f"Device {device} is subject {known.sub}.", "sign at that subject's head"
        )
    if review not in REVIEWS or fields["outcome"] not in OUTCOMES:
        raise InvalidInput(
            "fields", f"`review` is one of {[*REVIEWS]}, `outcome` one of {[*OUTCOMES]}.", None
        )
    if _instant(fields["valid_to"]) <= _instant(fields["valid_from"]):
        raise InvalidInput("fields", "The review is valid for no time.", "give valid_from before valid_to")
    _check_reviewer(review, known, log, signer)
    known.reviewers.setdefault(review, set()).add(signer.account)
    return put_new(
        DeviceReviewRow,
        jti=UUID(record.claims.jti),
        device=device,
        review=review,
        outcome=fields["outcome"],
        reviewed_at=_instant(fields["reviewed_at"]),
        valid_from=_instant(fields["valid_from"]),
        valid_to=_instant(fields["valid_to"]),
        standard=fields["standard"],
        report=fields["report"],
        signer=signer.account,
    )


def _check_reviewer(review: str, known: _Known, log: Log, signer: Person) -> None:
    if review == "legal" and "legal_reviewer" not in signer.roles_in(log.agency):
        raise Forbidden(
            "review-role",
            f"{_ARTICLE}: the legal review of a device is a legal reviewer's.",
            "have a 法制审核人员 sign it",
        )
    others = {account for kind, accounts in known.reviewers.items() if kind != review for account in accounts}
    if signer.account in others:
        raise Forbidden(
            "review-signer",
            f"{_ARTICLE}: legal and technical review of a device are signed by two different people.",
            "have another person sign it",
        )


def _instant(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC)


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


DEVICE_HANDLERS = dict.fromkeys((REGISTERED, REVIEWED), DeviceHandler())
