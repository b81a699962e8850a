"""Whether a procedure document makes sense as a whole: no dead state, no dead end, no empty name."""

from __future__ import annotations

from collections.abc import Iterable

from gridwitness.rules.document import Document, Step
from gridwitness.rules.node import Node

ENDS = frozenset({"archived"})
"""States after which nothing need follow."""


def check_soundness(document: Document, node: Node) -> None:
    """Refuse the document, with the place, where it contradicts itself."""
    _check_opener(document, node)
    _check_reachable(document, node)
    _check_closable(document, node)
    _check_clock_names(document, node)


def _check_opener(document: Document, node: Node) -> None:
    openers = [step for step in document.steps.values() if not step.origins]
    if len(openers) != 1 or not isinstance(openers[0].to, str):
        Node(None, f"{node.path}.steps", node.code).fail("exactly one step, to one state, opens the case")


def _check_reachable(document: Document, node: Node) -> None:
    reached: set[str] = set()
    waiting = [step.to for step in document.steps.values() if not step.origins and isinstance(step.to, str)]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting.extend(_onward(document, state))
    for state in document.states:
        if state not in reached:
            Node(state, f"{node.path}.states", node.code).fail(f"no way leads to the state {state!r}")


def _check_closable(document: Document, node: Node) -> None:
    """From every state a way leads to an end."""
    if not ENDS & set(document.states):
        Node(None, f"{node.path}.states", node.code).fail("there is no state 'archived'")
    ending = set(ENDS)
    grown = True
    while grown:
        more = {s for s in document.states if s not in ending and ending & set(_onward(document, s))}
        ending |= more
        grown = bool(more)
    for state in document.states:
        if state not in ending:
            Node(state, f"{node.path}.states", node.code).fail(
                f"no way leads on from {state!r} to the archive"
            )


def _onward(document: Document, state: str) -> Iterable[str]:
    for step in document.steps.values():
        if state in step.origins:
            yield from step.targets(state)


def _check_clock_names(document: Document, node: Node) -> None:
    for i, clock in enumerate(document.clocks.values()):
        path = f"{node.path}.clocks[{i}]"
        for part, steps in (("start", clock.start), ("end", clock.end), ("suspended_by", clock.suspended_by)):
            for step in steps or ():
                if step not in document.steps:
                    Node(step, f"{path}.{part}", node.code).fail(f"there is no step {step!r}")
        if clock.extended_by is not None:
            extending = document.steps.get(clock.extended_by)
            if extending is None or not _adds_days(extending):
                Node(None, f"{path}.extended_by", node.code).fail("is no step with a required integer `days`")
        known = {outcome for step in clock.end for outcome in document.steps[step].outcomes}
        for outcome in clock.end_outcome:
            if outcome not in known:
                Node(None, f"{path}.end_outcome", node.code).fail(f"no end step has the outcome {outcome!r}")


def _adds_days(step: Step) -> bool:
    days = step.details.get("days")
    return days is not None and days.type == "integer" and days.required
