"""Refusals of steps that break procedure: who is told what, by which article, and that it is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridwitness.errors import Conflict, Forbidden, GridWitnessError, InvalidInput
from gridwitness.rules import Procedure, Refusal

PROCEDURAL = frozenset(
    {"procedure-refused", "procedure-role", "procedure-version", "step-before-predecessor"}
)
"""Codes of refusals that are recorded: a step was tried that the procedure forbids."""


class ProcedureRefused(Conflict):
    """The procedure does not allow the step where the case stands.

    `context`: rule, article, reasons, step, state.
    """


def is_procedural(error: GridWitnessError) -> bool:
    """Whether the refusal is one to be recorded, and no mere malformed input."""
    return error.code in PROCEDURAL


def own_refusal(procedure: Procedure, rule: str, zh: str, en: str) -> Refusal:
    """A reason of the platform's own, with the rule's article (its id where the procedure lacks it)."""
    law = procedure.document.laws.get(rule)
    return Refusal("requirement", rule, rule if law is None else law.article, zh, en)


def reasons(refusals: Sequence[Refusal]) -> list[dict[str, Any]]:
    """JSON form: kind, rule, article, zh, en."""
    return [{"kind": r.kind, "rule": r.rule, "article": r.article, "zh": r.zh, "en": r.en} for r in refusals]


def refuse(step: str, state: str | None, refusals: Sequence[Refusal]) -> GridWitnessError:
    """The error of a step that was not allowed.

    A missing role is 403 whatever else lacks. Where state and role would allow it and fields lack, the input
    is malformed and nothing is recorded: the requirements read those fields.
    """
    kinds = {r.kind for r in refusals}
    first = next((r for kind in ("role", "state", "fields") for r in refusals if r.kind == kind), refusals[0])
    context = {
        "rule": first.rule,
        "article": first.article,
        "reasons": reasons(refusals),
        "step": step,
        "state": state,
    }
    message = f"{first.article}：{first.zh} / {first.en}"
    if "role" in kinds:
        return Forbidden("procedure-role", message, "have it signed by who holds the role", **context)
    if "fields" in kinds and "state" not in kinds:
        return InvalidInput("step-fields", message, "see the step's details in the procedure", **context)
    return ProcedureRefused("procedure-refused", message, "see `reasons` for what lacks", **context)
