"""Trucks that checkpoints found suspect, and what human review made of it (疑似 → 成立 / 排除)."""

from __future__ import annotations

from dataclasses import dataclass

PLATE_SPILLING = "浙A·8K317"
PLATE_UNLICENSED = "浙A·3D906"
CHECKPOINT = "330106-K017"
"""The checkpoint whose record becomes evidence; it is announced, marked and reviewed (Art. 41)."""
SEEN_AT = "03-10 23:40"
"""When the checkpoints reported, local time of the story's year."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A suspected anomaly of one truck, and what its review decided."""

    rule: str
    plate: str
    checkpoint: str
    reason: str
    reviewed: str
    review_reason: str


RULE_VERSION = "2026.1"
PLATE_COLOUR = "yellow"
ANOMALIES = (
    Anomaly(
        "NO_PERMIT",
        PLATE_UNLICENSED,
        CHECKPOINT,
        "登记车辆，过车时段内无有效处置核准证",
        "upheld",
        "复核照片与核准台账：车牌识别正确，确无核准，成立",
    ),
    Anomaly(
        "ROUTE_DEV",
        "浙A·5F228",
        "330106-K021",
        "卡口不在核准路线上，偏离约 800 米",
        "excluded",
        "当日道路施工，公安交警临时改道，排除",
    ),
    Anomaly(
        "BLACK_CLONE_ST",
        "浙A·7H550",
        "330108-K003",
        "同一号牌 4 分钟内出现于相距 19 千米的两处卡口",
        "upheld",
        "两处照片车型不同，成立，移交公安交警",
    ),
    Anomaly(
        "TIME_WIN",
        PLATE_SPILLING,
        CHECKPOINT,
        "禁行时段 07:00–09:00 内通行",
        "excluded",
        "抢险应急运输，已事后备案，排除",
    ),
)
