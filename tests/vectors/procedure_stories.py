"""Lawful ways of cases, from which the procedure vectors depart. Who signs: `wang` and `li` investigate."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

OFFICERS = ["wang", "li"]
ROLES = {"wang": "officer", "li": "officer", "head": "agency_head", "reviewer": "legal_reviewer"}
ROLES |= {"chair": "hearing_chair", "auditor": "auditor"}
DEVICE = "JX-0417"
REVIEW_FLAGS = {f"record_{name}": True for name in ("true", "clear", "complete", "accurate")}


def entry(
    step: str, day: str, outcome: str | None = None, signer: str = "wang", **details: Any
) -> dict[str, Any]:
    """One step of a way: `day` is its local day, at noon unless `time` (UTC) says otherwise."""
    return {"step": step, "day": day, "outcome": outcome, "signer": signer, "details": details}


FINE = {"penalty_kinds": ["fine"]}
NO = {"public_interest": False, "complex": False, "major": False}
SERVED = {"method": "direct", "receipt_signed": True}

OPENING = [
    entry("clue", "2026-03-02", source="patrol", matter="dumping"),
    entry("verification", "2026-03-04", "file"),
    entry("filing", "2026-03-05", signer="head", party_kind="organisation"),
    entry("evidence", "2026-03-06", kind="scene-record", title="record"),
    entry("inquiry-report", "2026-03-10"),
]
PLAIN = [
    *OPENING,
    entry("head-review", "2026-03-12", "penalise", "head", fine="20000", **FINE, **NO),
    entry("notice-service", "2026-03-13", fine="20000", hearing_offered=False, **FINE, **SERVED),
    entry("statement-defence", "2026-03-16", "stated"),
    entry("defence-review", "2026-03-17", "not-adopted", heavier=False),
    entry("decision", "2026-03-18", "penalty", "head", fine="20000", **FINE),
    entry("decision-service", "2026-03-20", **SERVED),
    entry("payment", "2026-04-02", "full", amount="20000", method="bank", receipt_no="1"),
    entry("closure", "2026-04-03", signer="head"),
    entry("archive", "2026-04-07"),
]
HEARD = [
    *OPENING,
    entry("head-review", "2026-03-12", "penalise", "head", fine="60000", **FINE, **NO),
    entry("notice-service", "2026-03-13", fine="60000", hearing_offered=True, **FINE, **SERVED),
    entry("hearing-request", "2026-03-16"),
    entry("hearing-notice", "2026-03-17", hearing_at="2026-03-27T01:00:00Z"),
    entry("hearing", "2026-03-27", signer="chair"),
    entry("statement-defence", "2026-03-30", "stated"),
    entry("defence-review", "2026-03-30", "partly-adopted", heavier=False),
    entry("legal-review", "2026-03-31", "passed", "reviewer"),
    entry("decision", "2026-04-01", "penalty", "head", fine="60000", **FINE),
    entry("decision-service", "2026-04-03", **SERVED),
]
SPARED = [
    *OPENING,
    entry("head-review", "2026-03-12", "no-penalty-first", "head", **NO),
    entry("decision", "2026-03-16", "no-penalty", "head"),
    entry("decision-service", "2026-03-17", **SERVED),
    entry("closure", "2026-03-18", signer="head"),
]
CHECKPOINT = [
    entry(
        "clue",
        "2026-03-02",
        source="checkpoint",
        matter="unsealed",
        device=DEVICE,
        captured_at="2026-03-01T13:05:00Z",
    ),
    *OPENING[1:3],
    entry(
        "monitoring-review", "2026-03-06", device=DEVICE, captured_at="2026-03-01T13:05:00Z", **REVIEW_FLAGS
    ),
    entry("party-informed", "2026-03-09", method="phone", query_offered=True),
    entry("evidence", "2026-03-09", kind="electronic", title="pictures", monitoring=True),
    entry("inquiry-report", "2026-03-10"),
]
SUMMARY = [
    entry("clue", "2026-03-02", source="patrol", matter="spill"),
    entry("card-shown", "2026-03-02", party_kind="citizen"),
    entry("scene-record", "2026-03-02", kind="audiovisual"),
    entry("notice-and-defence", "2026-03-02", "stated", fine="100", **FINE),
    entry("decision", "2026-03-02", "penalty", fine="100", **FINE),
    entry("decision-service", "2026-03-02", receipt_signed=True),
    entry("report", "2026-03-03"),
    entry("payment", "2026-03-03", "full", amount="100", method="on-the-spot", receipt_no="7"),
    entry("fine-handed-in", "2026-03-04", amount="100"),
    entry("closure", "2026-03-05", signer="head"),
    entry("archive", "2026-03-06"),
]
WAYS = {
    "plain": ("general", PLAIN),
    "heard": ("general", HEARD),
    "spared": ("general", SPARED),
    "checkpoint": ("general", CHECKPOINT),
    "summary": ("summary", SUMMARY),
}


def before(way: str, step: str) -> list[dict[str, Any]]:
    """The way up to, and without, the first such step."""
    entries = WAYS[way][1]
    return entries[: [found["step"] for found in entries].index(step)]


def of_way(way: str, step: str) -> dict[str, Any]:
    """The way's own entry of a step."""
    return next(found for found in WAYS[way][1] if found["step"] == step)


def fact(entry: dict[str, Any], seq: int) -> dict[str, Any]:
    """A step as the vectors have it: one minute apart, so that their order is that of the case."""
    noon = datetime.fromisoformat(f"{entry['day']}T04:00:00") + timedelta(minutes=seq)
    return {
        "step": entry["step"],
        "occurred_at": entry.get("time") or noon.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "outcome": entry["outcome"],
        "details": entry["details"],
        "officers": entry.get("officers", OFFICERS),
        "signer": entry["signer"],
        "seq": seq,
    }


def facts(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps of a case."""
    return [fact(found, seq) for seq, found in enumerate(entries)]


def device_reviews(**changed: dict[str, str]) -> list[dict[str, str]]:
    """A legal and a technical review, passed, of the whole year; `legal=…`, `technical=…` change one."""
    return [
        {
            "device": DEVICE,
            "review": review,
            "outcome": "passed",
            "valid_from": "2026-01-01T00:00:00Z",
            "valid_to": "2026-12-31T23:59:59Z",
            **changed.get(review, {}),
        }
        for review in ("legal", "technical")
    ]


def _span(first: str, last: str) -> list[str]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(begin + timedelta(days=i)).isoformat() for i in range((end - begin).days + 1)]


def calendars() -> list[dict[str, Any]]:
    """2025 and 2026 as the State Council's notices have them, typed in by hand."""
    return [
        {
            "format": "gridwitness-calendar/1",
            "calendar": "cn",
            "year": 2025,
            "holidays": [
                "2025-01-01",
                *_span("2025-01-28", "2025-02-04"),
                *_span("2025-04-04", "2025-04-06"),
                *_span("2025-05-01", "2025-05-05"),
                *_span("2025-05-31", "2025-06-02"),
                *_span("2025-10-01", "2025-10-08"),
            ],
            "workdays": ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"],
            "source": "国办发明电〔2024〕12号",
        },
        {
            "format": "gridwitness-calendar/1",
            "calendar": "cn",
            "year": 2026,
            "holidays": [
                *_span("2026-01-01", "2026-01-03"),
                *_span("2026-02-15", "2026-02-23"),
                *_span("2026-04-04", "2026-04-06"),
                *_span("2026-05-01", "2026-05-05"),
                *_span("2026-06-19", "2026-06-21"),
                *_span("2026-09-25", "2026-09-27"),
                *_span("2026-10-01", "2026-10-07"),
            ],
            "workdays": [
                "2026-01-04",
                "2026-02-14",
                "2026-02-28",
                "2026-05-09",
                "2026-09-20",
                "2026-10-10",
            ],
            "source": "国办发明电〔2025〕7号",
        },
    ]
