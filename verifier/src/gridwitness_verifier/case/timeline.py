"""The timeline of a case: one line for every step, cosignature and document."""

from __future__ import annotations

from typing import Any

from ..bundle.time_check import moment
from ..kinds import COSIGN, ISSUED, STEP, kind_of
from ..procedure import Hidden, Procedure
from .dossier import Dossier, Sheet


def timeline(dossier: Dossier, procedure: Procedure | None) -> list[dict[str, Any]]:
    """Rows for the report; a member is None where it is not shown or not proved."""
    return [
        _row(dossier, sheet, procedure)
        for sheet in dossier.records
        if sheet.entry.kind in (STEP, COSIGN, ISSUED)
    ]


def _row(dossier: Dossier, sheet: Sheet, procedure: Procedure | None) -> dict[str, Any]:
    name = _shown(sheet, "step")
    step = None if procedure is None or name is None else procedure.steps.get(name)
    label = kind_of(sheet.entry.kind)
    row = {
        "seq": sheet.entry.seq,
        "jti": sheet.entry.jti,
        "kind": sheet.entry.kind,
        "step": name,
        "zh": step.zh if step else label.label,
        "en": step.en if step else label.name,
        "outcome": _shown(sheet, "outcome"),
        "milestone": step.milestone if step else None,
        "rule": step.rule if step else None,
        "article": procedure.law(step.rule).article if step and procedure else None,
        "occurred_at": _shown(sheet, "occurred_at"),
        "anchored": None if sheet.anchored is None else moment(sheet.anchored),
        "signer": dossier.holders.get(sheet.entry.kid, sheet.entry.kid),
    }
    if sheet.entry.kind == ISSUED:
        row["document"] = _shown(sheet, "document")
    if sheet.entry.kind in (COSIGN, ISSUED):
        row["statement"] = _shown(sheet, "statement")
    return row


def _shown(sheet: Sheet, name: str) -> str | None:
    value = sheet.text(name)
    return None if isinstance(value, Hidden) else value
