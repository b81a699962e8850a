"""One report about several bundles: each check with its worst result and all its places."""

from __future__ import annotations

from ..report import Check, Phrase, Result
from ..report.phrase import chinese
from ..report.verdict import SEVERITY


def merge_checks(checks: tuple[Check, ...]) -> Check:
    """One check out of those of several files: the worst result, all locations."""
    if len(checks) == 1:
        return checks[0]
    worst = max(checks, key=lambda check: SEVERITY.index(check.result))
    same = sum(check.result is worst.result for check in checks)
    english, share = f"{same} of {len(checks)}", f"{len(checks)} 份中 {same} 份"
    if worst.result is Result.PROVED:
        reason = Phrase(f"{english} bundles", f"{share}证据包")
    else:
        first = chinese(worst.reason)
        reason = Phrase(f"{english} bundles, first: {worst.reason}", f"{share}证据包，首例：{first}")
    locations = tuple(location for check in checks for location in check.locations)
    return Check(worst.name, worst.result, reason, len(checks), locations)
