"""The milestones of a procedure and which may follow which (`docs/format.md` section 17)."""

from __future__ import annotations

from collections.abc import Iterable

from gridwitness.rules.document import Document

NUMBERS = {
    "start": 1,
    "inquiry": 2,
    "review": 3,
    "decision": 4,
    "service": 5,
    "execution": 6,
    "closure": 7,
}
"""启动 · 调查取证 · 审核 · 决定 · 送达 · 执行 · 结案, as the contract numbers them."""

Edges = frozenset[tuple[str, str]]


def milestone_edges(document: Document) -> Edges:
    """(a, b): from a state that a step with milestone a leads to, steps without milestone lead to a state
    that a step with b may be taken from.
    """
    found = set()
    for step in document.steps.values():
        if step.milestone is None:
            continue
        landed = {target for origin in step.origins for target in step.targets(origin)}
        reached = _without_milestone(document, landed)
        for follower in document.steps.values():
            if follower.milestone is not None and follower.origins & reached:
                found.add((step.milestone, follower.milestone))
    return frozenset(found)


def edge_bits(edges: Edges) -> int:
    """The graph as the contract keeps it: bit 8·(from − 1) + (to − 1)."""
    return sum(1 << (8 * (NUMBERS[a] - 1) + NUMBERS[b] - 1) for a, b in edges)


def _without_milestone(document: Document, states: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    waiting = list(states)
    while waiting:
        state = waiting.pop()
        if state in reached:
            continue
        reached.add(state)
        for step in document.steps.values():
            if step.milestone is None and state in step.origins:
                waiting.extend(step.targets(state))
    return reached
