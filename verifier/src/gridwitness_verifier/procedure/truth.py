"""Three-valued truth (Kleene): what is not shown is unknown, and an unknown is never a pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Why something can not be known from a case file (docs/format.md section 15).
REDACTED = "redacted"
CALENDAR = "calendar"
QUALIFICATION = "qualification"
HOLDER = "holder"


@dataclass(frozen=True, slots=True)
class Truth:
    """`value` True, False, or None where it is unknown; then `reasons` say why."""

    value: bool | None
    reasons: frozenset[str] = frozenset()

    @property
    def is_true(self) -> bool:
        return self.value is True

    @property
    def is_false(self) -> bool:
        return self.value is False

    def negated(self) -> Truth:
        """Not: an unknown stays one."""
        return self if self.value is None else Truth(not self.value)


TRUE = Truth(True)
FALSE = Truth(False)


def known(value: bool) -> Truth:
    """A truth that is known."""
    return TRUE if value else FALSE


def unknown(*reasons: str) -> Truth:
    """Neither, and why."""
    return Truth(None, frozenset(reasons))


def every(truths: Iterable[Truth]) -> Truth:
    """And: false where one is false, else unknown where one is unknown."""
    found = list(truths)
    if any(truth.is_false for truth in found):
        return FALSE
    return _unless_unknown(found, TRUE)


def some(truths: Iterable[Truth]) -> Truth:
    """Or: true where one is true, else unknown where one is unknown."""
    found = list(truths)
    if any(truth.is_true for truth in found):
        return TRUE
    return _unless_unknown(found, FALSE)


def _unless_unknown(truths: list[Truth], otherwise: Truth) -> Truth:
    open_ones = [truth.reasons for truth in truths if truth.value is None]
    return Truth(None, frozenset().union(*open_ones)) if open_ones else otherwise
