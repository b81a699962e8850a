"""What the cases of the bench are: steps and what each says, lawful within one day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_FACTS = "当事人在人行道上占道经营，现场摆放桌椅四套，影响行人通行。"
_PARTY = {
    "name": "张三",
    "document_type": "居民身份证",
    "document_number": "330102199001011234",
    "address": "杭州市上城区解放路1号",
    "phone": "13800000000",
    "representative": None,
}
_CLUE = {
    "details": {"source": "patrol", "matter": "占道经营", "article": "城市市容和环境卫生管理条例第十四条"},
    "facts": _FACTS,
}
_FINE = {"fine": "50", "penalty_kinds": ["fine"]}
_PAYMENT = {"amount": "50", "method": "bank", "receipt_no": "0123456789"}

SUMMARY_MILESTONES = 6


def summary_story(photo: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Summary procedure from clue to closure: eight steps, six of them milestones."""
    return [
        ("clue", _CLUE),
        ("card-shown", {"details": {"party_kind": "citizen"}, "party": _PARTY, "place": "解放路口"}),
        ("scene-record", {"details": {"kind": "scene-record"}, "facts": _FACTS, "files": [photo]}),
        ("notice-and-defence", {"details": _FINE, "outcome": "waived"}),
        ("decision", {"details": _FINE, "outcome": "penalty", "facts": _FACTS}),
        ("decision-service", {"details": {"receipt_signed": True}}),
        ("payment", {"details": _PAYMENT, "outcome": "full"}),
        ("closure", {"signer": "head"}),
    ]


def general_opening() -> list[tuple[str, dict[str, Any]]]:
    """General procedure up to the filing, its first milestone."""
    return [
        ("clue", _CLUE),
        ("verification", {"outcome": "file", "facts": _FACTS}),
        (
            "filing",
            {"details": {"party_kind": "citizen"}, "party": _PARTY, "facts": _FACTS, "signer": "head"},
        ),
    ]


def evidence(photo: Mapping[str, Any], number: int) -> tuple[str, dict[str, Any]]:
    """One more item of evidence."""
    details = {"kind": "scene-record", "title": f"现场照片 {number}"}
    return "evidence", {"details": details, "facts": _FACTS, "files": [photo]}


INQUIRY_ENDS: tuple[str, dict[str, Any]] = ("inquiry-report", {"facts": _FACTS})
"""The milestone up to which the case is proved complete."""
