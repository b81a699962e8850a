"""Personal fields of records of cases and events: shown only where the role allows it and asks.

Who reads those of a case is recorded.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from gridwitness.cases import PARTY_MEMBERS, CaseRow
from gridwitness.events import EventRow
from gridwitness.events.kinds import STEP as EVENT_STEP
from gridwitness.members import Actor
from gridwitness.platform import Platform
from gridwitness.records import KINDS
from gridwitness.records.models import RecordRow
from gridwitness_evidence import Record
from sqlalchemy.orm import Session

from gridwitness_api.case_access import require_personal

_EFFECT = "state.effect.v1"
_OF_KIND = {
    "case.step.v2": frozenset({"facts", "party", "place"}),
    EVENT_STEP: KINDS[EVENT_STEP].erasable - {"files"},
}
_OF_TABLE: dict[str, Collection[str]] = {
    "cases.party": PARTY_MEMBERS,
    "events.event": ("title", "description", "address", "lat_e6", "lon_e6"),
    "events.step": ("note",),
    "events.reporter": ("name", "phone"),
}
EVENT_READERS = frozenset({"acceptor", "duty_chief", "dispatcher", "handler", "agency_head", "auditor"})
"""Roles that may see what an event's records say of persons, where they see the event."""


def personal_fields(record: Record) -> list[str]:
    """Names of the fields that are still there and name persons, or may: of a step, and of its effects."""
    fields = record.fields
    if record.claims.kind in _OF_KIND:
        return sorted(_OF_KIND[record.claims.kind] & fields.keys())
    if record.claims.kind != _EFFECT:
        return []
    found = []
    for row, value in fields.items():
        if isinstance(value, dict) and row.startswith("row.") and row.count(".") == 1:
            columns = _OF_TABLE.get(str(value.get("table")), ())
            found += [f"{row}.{column}" for column in columns if f"{row}.{column}" in fields]
    return sorted(found)


def without_fields(record: Record, names: Collection[str]) -> Record:
    """The record with these fields withheld, as a bundle may withhold them (docs/format.md section 9)."""
    if not names:
        return record
    shown = (None if found is None or found.name in names else found for found in record.disclosures)
    return replace(record, disclosures=tuple(shown))


def note_personal_reading(platform: Platform, session: Session, actor: Actor, row: RecordRow) -> None:
    """Record that the actor reads a case record's personal fields. Raises Forbidden `role-missing`.

    Of an event's record only who sees the event gets them: NotFound `event-unknown`. What belongs to neither
    has no such fields.
    """
    event = session.get(EventRow, row.sub)
    if event is not None:
        actor.require(EVENT_READERS, event.agency)
        platform.events.readable(session, event.sub, actor)
    case = session.get(CaseRow, row.sub)
    if case is not None:
        require_personal(actor, case.agency)
        platform.cases.record_reading(session, row.sub, actor.account, f"record/{row.jti}", personal=True)
