"""One step as its record says it, read before it is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from gridwitness_evidence import Record

from gridwitness.errors import InvalidInput
from gridwitness.events.loop import Detail, Loop, Step
from gridwitness.members import Grant
from gridwitness.records import is_time
from gridwitness.text_form import canonical_json

LONGEST_TEXT = 512
LONGEST_NOTE = 4_000
LONGEST_DESCRIPTION = 8_000
MOST_TEXTS = 64
MAXIMUM_DETAILS = 16_384
"""Bytes of a step's details: they stand again in its effect."""
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Member:
    """An account as an event sees it: grants with their scopes, and the units it works for."""

    account: UUID
    agency: str
    username: str
    active: bool
    grants: tuple[Grant, ...]
    units: frozenset[str]

    def holds(self, roles: frozenset[str] | set[str], agency: str) -> bool:
        """Whether it has one of the roles in an agency, wherever."""
        return any(grant.role in roles and grant.agency == agency for grant in self.grants)


@dataclass(frozen=True, slots=True)
class Statement:
    """A step to be judged. `actor`: None where the platform itself acts; `unit`: for whom the actor acts."""

    sub: str
    seq: int
    jti: UUID
    agency: str
    loop: Loop
    step: Step
    round: int
    at: datetime
    iat: datetime
    actor: Member | None
    unit: str | None
    details: Mapping[str, Any]
    note: str | None
    files: int
    title: str | None
    description: str | None
    address: str | None
    place: tuple[int, int] | None
    """Millionths of a degree: latitude, longitude."""

    def given(self, name: str) -> Any:
        """A detail; None where it is absent."""
        return self.details.get(name)


def read_statement(record: Record, agency: str, loop: Loop, actor: Member | None) -> Statement:
    """Check the form of a step. Raises InvalidInput `event-step`, `event-details`, `event-note`,
    `event-files`, `event-place`, `event-fields`.
    """
    fields, claims = record.fields, record.claims
    step = loop.steps.get(fields["step"])
    if step is None:
        raise InvalidInput("event-step", f"The loop has no step {fields['step'][:64]!r}.", None)
    _check_details(step, fields["details"])
    _check_words(step, fields)
    if len(fields["files"]) < step.files:
        raise InvalidInput(
            "event-files",
            f"Step {step.name} needs at least {step.files} file(s). 此环节须附 {step.files} 个文件。",
            "attach a photo or a paper",
        )
    return Statement(
        sub=claims.sub,
        seq=claims.seq,
        jti=UUID(claims.jti),
        agency=agency,
        loop=loop,
        step=step,
        round=fields["round"],
        at=instant(fields["occurred_at"]),
        iat=datetime.fromtimestamp(claims.iat, UTC),
        actor=actor,
        unit=fields["unit"],
        details=fields["details"],
        note=fields["note"],
        files=len(fields["files"]),
        title=fields["title"],
        description=fields["description"],
        address=fields["address"],
        place=_place(fields),
    )


def instant(value: str) -> datetime:
    """A `time` of the format."""
    return datetime.fromisoformat(value).astimezone(UTC)


def as_account(value: str | None) -> UUID | None:
    """An account id; None where the text is none."""
    try:
        return None if value is None else UUID(value)
    except ValueError:
        return None


def _check_details(step: Step, details: Mapping[str, Any]) -> None:
    unknown = sorted(set(details) - set(step.details))
    if unknown:
        raise _bad_details(f"step {step.name} has no detail {', '.join(unknown)[:200]}")
    for name, detail in step.details.items():
        value = details.get(name)
        if value is None:
            if detail.required:
                raise _bad_details(f"step {step.name} needs {name} ({detail.zh})")
        elif not _is_of(detail, value):
            wanted = " · ".join(detail.values) if detail.values else detail.type
            raise _bad_details(f"{name} ({detail.zh}) of step {step.name} is no {wanted}")
    if len(canonical_json(dict(details)).encode()) > MAXIMUM_DETAILS:
        raise _bad_details(f"they have more than {MAXIMUM_DETAILS} bytes")


def _bad_details(what: str) -> InvalidInput:
    return InvalidInput("event-details", f"Details: {what}.", "see the loop for what each step states")


def _is_of(detail: Detail, value: Any) -> bool:
    match detail.type:
        case "text":
            return _is_text(value, LONGEST_TEXT) and (detail.values is None or value in detail.values)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST
        case "boolean":
            return isinstance(value, bool)
        case "time":
            return isinstance(value, str) and is_time(value)
        case _:
            return (
                isinstance(value, list)
                and 0 < len(value) <= MOST_TEXTS
                and all(_is_text(item, LONGEST_TEXT) for item in value)
                and len(set(value)) == len(value)
            )


def _is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= longest and "\0" not in value


def _check_words(step: Step, fields: Mapping[str, Any]) -> None:
    if step.note and fields["note"] is None:
        raise InvalidInput(
            "event-note",
            f"Step {step.name} needs a note. 须写明说明（理由、经过）。",
            "say why, or what was done",
        )
    lengths = {
        "note": LONGEST_NOTE,
        "title": LONGEST_TEXT,
        "description": LONGEST_DESCRIPTION,
        "address": LONGEST_TEXT,
        "unit": LONGEST_TEXT,
    }
    for name, longest in lengths.items():
        if fields[name] is not None and not _is_text(fields[name], longest):
            code = "event-note" if name == "note" else "event-fields"
            raise InvalidInput(code, f"`{name}` says something, in at most {longest} characters.", None)
    if step.opens:
        return
    for name in ("title", "description", "address", "latitude", "longitude"):
        if fields[name] is not None:
            raise InvalidInput("event-fields", f"`{name}` belongs to the report alone.", "say it in the note")


def _place(fields: Mapping[str, Any]) -> tuple[int, int] | None:
    """Millionths of a degree. Raises InvalidInput `event-place`."""
    latitude, longitude = fields["latitude"], fields["longitude"]
    if latitude is None and longitude is None:
        return None
    found = []
    for value, most in ((latitude, 90), (longitude, 180)):
        degrees = None if value is None or len(value) > 32 else Decimal(value)
        if degrees is None or abs(degrees) > most:
            raise InvalidInput(
                "event-place", "A place has a latitude and a longitude, WGS 84.", "give both, or neither"
            )
        found.append(round(degrees * 1_000_000))
    return found[0], found[1]
