"""A small procedure with one of everything that a case file is checked for, and a calendar (no real law)."""

from __future__ import annotations

import copy
from typing import Any

_RULES = {
    "APL-42": ("行政处罚法第四十二条", "执法人员不少于二人", "at least two officers"),
    "APL-47": ("行政处罚法第四十七条", "全过程记录", "record of the whole procedure"),
    "APL-51": ("行政处罚法第五十一条", "当场处罚的罚款限额", "limit of fines on the spot"),
    "APL-54": ("行政处罚法第五十四条", "立案与调查", "filing and inquiry"),
    "APL-58": ("行政处罚法第五十八条", "法制审核", "legal review"),
    "APL-60": ("行政处罚法第六十条", "九十日内作出决定", "decision within ninety days"),
    "APL-61": ("行政处罚法第六十一条", "七日内送达", "service within seven days"),
    "APL-67": ("行政处罚法第六十七条", "十五日内缴纳", "payment within fifteen days"),
    "MOH-15": ("办法第十五条", "十五日内核查线索", "clue verified within fifteen days"),
}
_TWO = {
    "rule": "APL-42", "that": {"all": [{"officers": 2}, {"qualified": True}]},
    "zh": "执法人员不足二人", "en": "fewer than two officers",
}  # fmt: skip
_REVIEWED = {
    "rule": "APL-58",
    "if": {"holds": "major"},
    "that": {"done": "legal-review", "outcome": ["passed"], "after": "inquiry-report"},
    "zh": "未经法制审核", "en": "no legal review was passed",
}  # fmt: skip
_LIMIT = {
    "rule": "APL-51",
    "if": {"given": "fine"},
    "that": {"compare": [{"detail": "fine"}, "<=", {"threshold": "fine.limit"}]},
    "zh": "罚款超过限额", "en": "the fine is over the limit",
}  # fmt: skip
_NOT_INVESTIGATOR = {
    "rule": "APL-58", "that": {"not": {"signer-in": ["filing", "inquiry-report"]}},
    "zh": "审核人参与了调查", "en": "the reviewer took part in the inquiry",
}  # fmt: skip


def _step(step: str, zh: str, rule: str, sources: list[str], to: Any = None, **more: Any) -> dict[str, Any]:
    found = {"step": step, "zh": zh, "en": step.replace("-", " "), "rule": rule, "roles": ["officer"]}
    found |= {"from": sources, "requires": [], **more}
    return found if to is None else {**found, "to": to}


def _clock(
    clock: str, zh: str, rule: str, duty: str, start: str, end: str, days: int, kind: str
) -> dict[str, Any]:
    return {
        "clock": clock, "zh": zh, "en": clock, "rule": rule, "duty": duty, "start": [start], "end": [end],
        "days": days, "kind": kind, "roll": False,
    }  # fmt: skip


def procedure() -> dict[str, Any]:
    """A fresh copy of the document, to be changed at will."""
    party_kind = {"type": "text", "required": True, "values": ["citizen", "organisation"]}
    fine, flag = {"type": "decimal", "required": False}, {"type": "boolean", "required": True}
    return copy.deepcopy({
        "format": "gridwitness-procedure/1", "procedure": "general", "jurisdiction": "national",
        "title": {"zh": "一般程序", "en": "General procedure"},
        "rules": {
            rule: {
                "article": article, "zh": zh, "en": en, "source": "test", "effective_from": "2021-07-15",
                "confidence": "sure",
            }
            for rule, (article, zh, en) in _RULES.items()
        },
        "thresholds": {
            "fine.limit": {"rule": "APL-51", "unit": "CNY", "citizen": "200", "organisation": "3000"},
        },
        "conditions": {"major": {"detail": "major", "of": "inquiry-report", "is": ["true"]}},
        "requirements": {"two-officers": _TWO},
        "states": ["clue", "inquiry", "reported", "reviewed", "decided", "served", "fulfilled", "closed"],
        "steps": [
            _step("clue", "线索登记", "APL-54", [], "clue"),
            _step("filing", "立案", "APL-54", ["clue"], "inquiry", milestone="start", party="required",
                  details={"party_kind": party_kind}, document="filing-form", requires=["two-officers"]),
            _step("evidence", "收集证据", "APL-54", ["inquiry"], files=1),
            _step("inquiry-report", "调查终结", "APL-54", ["inquiry"], "reported", milestone="inquiry",
                  details={"major": flag}, requires=["two-officers"]),
            _step("legal-review", "法制审核", "APL-58", ["reported"],
                  {"passed": "reviewed", "returned": "inquiry"}, milestone="review",
                  outcomes=["passed", "returned"], requires=[_NOT_INVESTIGATOR]),
            _step("decision", "处罚决定", "APL-60", ["reported", "reviewed"], "decided", milestone="decision",
                  details={"fine": fine}, document="decision", requires=[_REVIEWED, _LIMIT]),
            _step("decision-service", "送达", "APL-61", ["decided"], "served", milestone="service"),
            _step("payment", "缴款", "APL-67", ["served"], {"partial": "served", "full": "fulfilled"},
                  milestone="execution", outcomes=["partial", "full"], details={"amount": fine}),
            _step("closure", "结案", "APL-54", ["fulfilled"], "closed", milestone="closure"),
            _step("correction", "更正", "APL-47", ["clue", "inquiry", "reported", "closed"],
                  details={"corrects": {"type": "text", "required": True}}),
        ],
        "clocks": [
            _clock("clue-verification", "线索核查", "MOH-15", "agency", "clue", "filing", 15, "calendar"),
            _clock("decision", "办案期限", "APL-60", "agency", "filing", "decision", 90, "calendar"),
            _clock("service", "送达期限", "APL-61", "agency", "decision", "decision-service", 7, "working"),
            _clock("payment", "缴款期限", "APL-67", "party", "decision-service", "payment", 15, "calendar"),
        ],
    })  # fmt: skip


def calendar(year: int = 2026) -> dict[str, Any]:
    """A calendar with one holiday and one shifted working day."""
    return {
        "format": "gridwitness-calendar/1", "calendar": "cn", "year": year,
        "holidays": [f"{year}-03-06"], "workdays": [f"{year}-03-07"], "source": "test",
    }  # fmt: skip
