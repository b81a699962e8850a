"""Which milestone may follow which: it follows from a procedure's document (docs/format.md section 17)."""

from __future__ import annotations

from collections.abc import Iterable

from .document import MILESTONES, Procedure, Step


def milestone_edges(procedure: Procedure) -> frozenset[tuple[str, str]]:
    """Pairs (a, b): b may follow a, with steps without milestone between them."""
    steps = list(procedure.steps.values())
    edges: set[tuple[str, str]] = set()
    for step in steps:
        if step.milestone is None:
            continue
        reached = _reachable(_targets(step), steps)
        edges.update(
            (step.milestone, following.milestone)
            for following in steps
            if following.milestone is not None and following.sources & reached
        )
    return frozenset(edges)


def edge_bits(edges: Iterable[tuple[str, str]]) -> int:
    """The edges as `CaseRegistry` holds them: bit 8·(from − 1) + (to − 1)."""
    bits = 0
    for first, second in edges:
        bits |= 1 << (8 * MILESTONES.index(first) + MILESTONES.index(second))
    return bits


def _targets(step: Step) -> frozenset[str]:
    return frozenset(step.to.values()) or step.sources


def _reachable(states: frozenset[str], steps: list[Step]) -> frozenset[str]:
    """These states, and all that steps without milestone lead to from them."""
    found = set(states)
    while True:
        further = {
            state for step in steps if step.milestone is None and step.sources & found
            for state in _targets(step) if step.to
        } - found  # fmt: skip
        if not further:
            return frozenset(found)
        found |= further
