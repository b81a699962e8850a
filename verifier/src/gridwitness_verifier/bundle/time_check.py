"""The check of signing time: an interval between two blocks (docs/format.md section 12)."""

from __future__ import annotations

from datetime import UTC, datetime

from ..errors import VerificationError
from ..report import Check, Phrase, Result
from .case import Case


def check_time(case: Case) -> Check:
    """`time`: not before the block of `seen`, not after the anchor, within the trust file's tolerance."""
    entry, anchor = case.entry, case.anchor
    if entry is None or anchor is None or not case.included:
        return case.waiting("time", "anchor" if anchor is None else "inclusion")
    earliest = None if case.seen is None else case.seen.time
    # 1. the claimed time lies between the blocks
    contradiction = _contradiction(entry.iat, earliest, anchor.time, case.trust.tolerance)
    if contradiction is not None:
        return case.failed("time", VerificationError("backdated", contradiction))
    if not case.seen_settled:
        return case.waiting("time", "seen")
    # 2. how good the interval is
    return _grade(case, _interval(earliest, anchor.time, _usual_delay(case)))


def _grade(case: Case, interval: Phrase) -> Check:
    if case.trust.clock == "simulated":
        reason = Phrase(f"{interval}; simulated clock", f"{interval.zh}；模拟时钟")
        return case.unsettled("time", Result.CLAIMED, "clock-simulated", reason)
    if not case.independent:
        reason = Phrase(
            f"{interval}; block times are those of a single operator",
            f"{interval.zh}；区块时间由单一运行方决定",
        )
        return case.unsettled("time", Result.CLAIMED, "single-operator", reason)
    return case.proved("time", interval)


def moment(seconds: int) -> str:
    """Unix seconds as RFC 3339 UTC; plain seconds when no calendar holds them."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return f"{seconds} s"


def _interval(earliest: int | None, latest: int, usual: int) -> Phrase:
    if earliest is None:
        end = moment(latest)
        return Phrase(f"signed not after {end}, no lower bound", f"签名不晚于 {end}，没有下限")
    late = latest - earliest > usual
    begin, end = moment(earliest), moment(latest)
    return Phrase(
        f"signed between {begin} and {end}" + (", late" if late else ""),
        f"签名在 {begin} 与 {end} 之间" + ("，间隔过长（迟）" if late else ""),
    )


def _contradiction(claimed: int, earliest: int | None, latest: int, tolerance: int) -> str | None:
    if claimed > latest + tolerance:
        return f"says {moment(claimed)}, but was anchored at {moment(latest)}"
    if earliest is not None and claimed < earliest - tolerance:
        return f"says {moment(claimed)}, but names a head of {moment(earliest)}"
    return None


def _usual_delay(case: Case) -> int:
    """Seconds within which a record signed and sent at once is anchored."""
    return case.trust.tolerance + (0 if case.log is None else case.log.maximum_merge_delay)
