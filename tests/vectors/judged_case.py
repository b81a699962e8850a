"""The form of a judged case: a step tried in the middle of a lawful way.

A refusal is [kind, rule, what the judge has to know]: `roles` and `qualification` are known to the platform
alone, so the verifier leaves those out.
"""

from __future__ import annotations

from typing import Any

from procedure_stories import OFFICERS, ROLES, WAYS, before, fact, facts, of_way

_STANDING = {"steps", "reviews", "qualified", "roles", "files", "party", "place", "facts"}


def case(
    name: str,
    procedure: str,
    steps: list[dict[str, Any]],
    attempt: dict[str, Any],
    state: str,
    *refusals: tuple[str, ...],
    **given: Any,
) -> dict[str, Any]:
    """`state` = after the step where it is allowed, else before it; `given` overrides what stands by."""
    needs = {"role": "roles"}
    declared = {"files": 1, "party": False, "place": True, "facts": True}
    if attempt["step"] in {"filing", "card-shown"}:
        declared["party"] = True
    return {
        "name": name,
        "procedure": procedure,
        "steps": facts(steps),
        "device_reviews": given.pop("reviews", []),
        "qualified": given.pop("qualified", OFFICERS),
        "attempt": fact(attempt, len(steps)),
        "roles": given.pop("roles", [ROLES[attempt["signer"]]]),
        **{key: given.pop(key, value) for key, value in declared.items()},
        "state_after": state,
        "refusals": [[kind, rule, *(rest or [needs.get(kind)])] for kind, rule, *rest in refusals],
        **given,
    }


def depart(
    name: str, way: str, step: str, state: str, *refusals: tuple[str, ...], **changed: Any
) -> dict[str, Any]:
    """The way's own step, tried where the way has it, with changes (None takes a detail away)."""
    own = of_way(way, step)
    attempt = {**own, "details": dict(own["details"])}
    known = {key: changed.pop(key) for key in list(changed) if key in _STANDING}
    for key in ("day", "outcome", "signer", "officers", "time"):
        if key in changed:
            attempt[key] = changed.pop(key)
    attempt["details"] |= changed
    attempt["details"] = {key: value for key, value in attempt["details"].items() if value is not None}
    steps = known.pop("steps", before(way, step))
    return case(name, WAYS[way][0], steps, attempt, state, *refusals, **known)
