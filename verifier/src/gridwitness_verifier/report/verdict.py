"""The words of a verdict: results of checks, which checks a profile requires (docs/format.md section 14)."""

from __future__ import annotations

from enum import StrEnum


class Result(StrEnum):
    """What one check came to."""

    PROVED = "proved"
    CLAIMED = "claimed"
    DISPUTED = "disputed"
    FAILED = "failed"
    NOT_EVALUATED = "not evaluated"


# What a case or event file may leave a claim, or say nothing of: a breach of these fails all the same.
_NEVER = frozenset({"officers", "procedure", "clocks", "loop", "approvals"})
_OPTIONAL = {
    "embedded": frozenset({"independence", "time", "vouching"}) | _NEVER,
    "server": frozenset({"independence", "time"}) | _NEVER,
    "consortium": _NEVER,
}


def is_required(profile: str, check: str) -> bool:
    """Whether `check` has to be proved for exit code 0 under `profile`."""
    return check not in _OPTIONAL[profile]


# From the least to the most serious: merging several checks of one name keeps the last.
SEVERITY = (Result.PROVED, Result.CLAIMED, Result.NOT_EVALUATED, Result.DISPUTED, Result.FAILED)
