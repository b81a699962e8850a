"""The check of signing time: an interval between two blocks (docs/format.md section 12)."""

from __future__ import annotations

from datetime import UTC, datetime

from ..errors import VerificationError
from ..report import Check, Phrase, Result
from .case import Case


def check_time(case: Case) -> Check:
    """`time`: not before the block of `seen`, not after the anchor, within the tolerance of the trust file."""
    entry, anchor = case.entry, case.anchor
    if entry is None or anchor is None or not case.included:
        return case.waiting("time", "anchor" if anchor is None else "inclusion")
    tolerance = case.trust.tolerance
    earliest = None if case.seen is None else case.seen.time
    # 1. not after the anchor
    if entry.iat > anchor.time + tolerance:
        return _backdated(case, f"says {moment(entry.iat)}, but was anchored at {moment(anchor.time)}")
    # 2. not before the block the signer had seen
    if earliest is not None and entry.iat < earliest - tolerance:
        return _backdated(case, f"says {moment(entry.iat)}, but names a head of {moment(earliest)}")
    if not case.seen_settled:
        return case.waiting("time", "seen")
    # 3. how good the interval is
    interval = _interval(earliest, anchor.time, case.log.maximum_merge_delay + tolerance if case.log else 0)
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


def _backdated(case: Case, detail: str) -> Check:
    return case.failed("time", VerificationError("backdated", detail))
