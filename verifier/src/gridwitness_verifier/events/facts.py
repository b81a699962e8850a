"""The steps of one event, as far as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..procedure.facts import HIDDEN, Hidden, parse_moment


@dataclass(frozen=True, slots=True)
class StepFact:
    """One `event.step.v1`; a member is HIDDEN where its field is not shown.

    `actor`: the account on whose word it was taken, None for a machine's; `where` is its place in the log,
    `anchored` the time of the block that anchored it (Unix seconds), None where that is not known.
    """

    jti: str
    seq: int
    iat: int | None
    loop: str | Hidden
    step: str | Hidden
    round: int | Hidden
    occurred_at: datetime | Hidden
    actor: str | Hidden | None = None
    unit: str | Hidden | None = None
    details: Mapping[str, Any] | Hidden = field(default_factory=dict)
    has_note: bool | Hidden = False
    files: int | Hidden = 0
    where: Mapping[str, Any] = field(default_factory=dict)
    anchored: int | None = None
    posing: bool = False
    """It says that it is another account's than holds the key."""
    imported: bool = False
    """Taken over from elsewhere: it happened before it was recorded here."""

    def said(self, name: str) -> Any:
        """A detail of it, None where nothing is said or shown."""
        return None if isinstance(self.details, Hidden) else self.details.get(name)


def step_fact(
    fields: Mapping[str, Any],
    *,
    jti: str,
    seq: int,
    iat: int | None,
    signer: str | Hidden | None,
    where: Mapping[str, Any],
    anchored: int | None = None,
    imported: bool = False,
) -> StepFact:
    """A step from the fields it shows; `signer`: the account that holds the officer key it is signed with
    (HIDDEN: not known; None: it is signed with no officer key).
    """
    occurred, details, files = fields.get("occurred_at"), fields.get("details", HIDDEN), fields.get("files")
    number, claimed = fields.get("round", HIDDEN), _text(fields, "actor")
    return StepFact(
        jti=jti,
        seq=seq,
        iat=iat,
        loop=_text(fields, "loop") or HIDDEN,
        step=_text(fields, "step") or HIDDEN,
        round=number if isinstance(number, int) else HIDDEN,
        occurred_at=parse_moment(occurred) if isinstance(occurred, str) else HIDDEN,
        actor=claimed if signer is None else signer,
        unit=_text(fields, "unit"),
        details=details if isinstance(details, dict) else HIDDEN,
        has_note=fields["note"] is not None if "note" in fields else HIDDEN,
        files=len(files) if isinstance(files, list) else HIDDEN,
        where=where,
        anchored=anchored,
        posing=isinstance(signer, str) and isinstance(claimed, str) and claimed != signer,
        imported=imported,
    )


def _text(fields: Mapping[str, Any], name: str) -> str | Hidden | None:
    value = fields.get(name, HIDDEN)
    return value if value is None or isinstance(value, str | Hidden) else HIDDEN
