"""Trucks that checkpoints saw, and what human review makes of what detection finds (疑似 → 成立 / 排除)."""

from __future__ import annotations

from dataclasses import dataclass

PLATE_SPILLING = "浙A·8K317"
PLATE_UNLICENSED = "浙A·3D906"
CHECKPOINT = "330106-K017"
"""The device whose record becomes evidence; it is announced, marked and reviewed (Art. 41)."""
SEEN_AT = "03-10 23:40"
"""When it saw the truck of the general case, local time of the story's year."""
DETECTED_AT = "03-11 00:30"
"""When the night's files come in."""


@dataclass(frozen=True, slots=True)
class Review:
    """What a reviewer makes of the first anomaly of a rule and a plate."""

    rule: str
    plate: str
    outcome: str
    reason: str
    second_source: str | None = None


REVIEWS = (
    Review(
        "NO_PERMIT",
        PLATE_UNLICENSED,
        "upheld",
        "复核照片与核准台账：车牌识别正确，确无核准，成立",
        "核准台账",
    ),
    Review("ROUTE_DEV", "浙A·5F228", "excluded", "当日道路施工，公安交警临时改道，排除"),
    Review("BLACK_CLONE_ST", "浙A·7H550", "upheld", "两处照片车型不同，成立，移交公安交警", "两处卡口原图"),
    Review("TIME_WIN", PLATE_SPILLING, "excluded", "抢险应急运输，已事后备案，排除"),
)
"""The first becomes the clue of a case."""
