"""Personal fields of a case's records: shown only where the role allows it and asks, and then recorded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from gridwitness.cases import PARTY_MEMBERS, CaseRow
from gridwitness.members import Actor
from gridwitness.platform import Platform
from gridwitness.records.models import RecordRow
from gridwitness_evidence import Record
from sqlalchemy.orm import Session

from gridwitness_api.case_access import require_personal

_STEP = "case.step.v2"
_STEP_FIELDS = frozenset({"facts", "party", "place"})
_EFFECT = "state.effect.v1"
_PARTY_TABLE = "cases.party"


def personal_fields(record: Record) -> list[str]:
    """Names of the fields that are still there and name persons, or may: of a step, and of its effects."""
    fields = record.fields
    if record.claims.kind == _STEP:
        return sorted(_STEP_FIELDS & fields.keys())
    if record.claims.kind != _EFFECT:
        return []
    rows = [name for name, value in fields.items() if isinstance(value, dict) and _is_party(name, value)]
    return sorted(
        f"{row}.{column}" for row in rows for column in PARTY_MEMBERS if f"{row}.{column}" in fields
    )


def without_fields(record: Record, names: Collection[str]) -> Record:
    """The record with these fields withheld, as a bundle may withhold them (docs/format.md section 9)."""
    if not names:
        return record
    shown = (None if found is None or found.name in names else found for found in record.disclosures)
    return replace(record, disclosures=tuple(shown))


def note_personal_reading(platform: Platform, session: Session, actor: Actor, row: RecordRow) -> None:
    """Record that the actor reads a case record's personal fields. Raises Forbidden `role-missing`.

    What belongs to no case has no such fields, and nothing is recorded.
    """
    case = session.get(CaseRow, row.sub)
    if case is not None:
        require_personal(actor, case.agency)
        platform.cases.record_reading(session, row.sub, actor.account, f"record/{row.jti}", personal=True)


def _is_party(name: str, value: dict[str, object]) -> bool:
    return name.startswith("row.") and name.count(".") == 1 and value.get("table") == _PARTY_TABLE
