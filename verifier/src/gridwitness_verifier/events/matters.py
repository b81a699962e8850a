"""Entries of the responsibility list, as far as two people stand for them (docs/format.md section 23)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..procedure.facts import parse_moment

PROPOSED, DECIDED = "matter.proposed.v1", "matter.decided.v1"


@dataclass(frozen=True, slots=True)
class Entry:
    """An approved version of a matter: its limits, and from when on (with approval) it counts."""

    limits: frozenset[tuple[Any, Any]]
    approved: int
    """When its approval was signed (Unix seconds)."""
    effective_from: datetime

    def allows(self, amount: int, measure: str) -> bool:
        """Whether it lists such a limit."""
        return (amount, measure) in self.limits


@dataclass(frozen=True, slots=True)
class MatterRecord:
    """A `matter.proposed.v1` or `matter.decided.v1`; `digest` is that of its entry (b64u)."""

    kind: str
    jti: str
    digest: str
    iat: int
    fields: Mapping[str, Any]


def approved_entries(records: Iterable[MatterRecord]) -> dict[str, Entry]:
    """By `<matter>@<version>`: proposals whose approval names just these bytes."""
    proposed: dict[tuple[str, str], MatterRecord] = {}
    decided: list[MatterRecord] = []
    for record in records:
        if record.kind == PROPOSED:
            proposed[record.jti, record.digest] = record
        else:
            decided.append(record)
    entries = {}
    for decision in decided:
        fields = decision.fields
        proposal = proposed.get((str(fields.get("statement")), str(fields.get("entry"))))
        if proposal is None or fields.get("outcome") != "approved":
            continue
        name = f"{proposal.fields.get('matter')}@{proposal.fields.get('version')}"
        since = proposal.fields.get("effective_from")
        if isinstance(since, str):
            entries[name] = Entry(_limits(proposal.fields.get("entry")), decision.iat, parse_moment(since))
    return entries


def _limits(entry: Any) -> frozenset[tuple[Any, Any]]:
    duties = entry.get("duties") if isinstance(entry, dict) else None
    if not isinstance(duties, list):
        return frozenset()
    return frozenset(
        (duty["amount"], duty["measure"])
        for duty in duties
        if isinstance(duty, dict)
        and isinstance(duty.get("amount"), int)
        and isinstance(duty.get("measure"), str)
    )
