"""Decisions, what follows them, and what may happen anywhere; written by hand."""

from __future__ import annotations

from typing import Any

from judged_case import case, depart
from procedure_stories import (
    HEARD,
    OPENING,
    PLAIN,
    SPARED,
    SUMMARY,
    before,
    device_reviews,
    entry,
    of_way,
)


def from_decision() -> list[dict[str, Any]]:
    """Every case, in order."""
    return [*_decisions(), *_executions(), *_summaries(), *_everywhere(), *_fields()]


def _decisions() -> list[dict[str, Any]]:
    unnoticed = [*OPENING, of_way("plain", "head-review")]
    complex_case = [
        {**found, "details": {**found["details"], "complex": True}}
        if found["step"] == "head-review"
        else found
        for found in before("plain", "decision")
    ]
    review = entry("legal-review", "2026-03-17", "passed", "reviewer")
    talk = entry("collective-discussion", "2026-03-17", "penalty", "head")
    return [
        depart("decided before defence", "plain", "decision", "proposed", ("state", "APL-57"),
               ("requirement", "APL-44"), ("requirement", "APL-62"), ("requirement", "APL-45"),
               ("requirement", "APL-44"), steps=unnoticed),
        depart("decided while the defence is open", "plain", "decision", "notified", ("state", "APL-57"),
               ("requirement", "APL-62"), steps=before("plain", "defence-review")),
        depart("heavier than notified", "plain", "decision", "heard", ("requirement", "APL-45"),
               fine="20000.01"),
        depart("lighter than notified", "plain", "decision", "decided", fine="15000"),
        depart("a kind nobody notified", "plain", "decision", "heard", ("requirement", "APL-44"),
               penalty_kinds=["fine", "stop-work"]),
        depart("after a hearing without legal review", "heard", "decision", "heard",
               ("requirement", "APL-58"), steps=before("heard", "legal-review")),
        depart("complex: neither reviewed nor discussed", "plain", "decision", "heard",
               ("requirement", "APL-58"), ("requirement", "APL-57"), steps=complex_case),
        depart("complex: reviewed, not discussed", "plain", "decision", "reviewed",
               ("requirement", "APL-57"), steps=[*complex_case, review]),
        depart("complex: reviewed and discussed", "plain", "decision", "decided",
               steps=[*complex_case, talk, review]),
        depart("one officer on the decision", "plain", "decision", "heard", ("requirement", "APL-42"),
               officers=["wang"]),
        depart("no penalty that nobody found for", "plain", "decision", "heard", ("requirement", "APL-57"),
               outcome="no-penalty", fine=None, penalty_kinds=None),
        depart("no penalty that names one", "spared", "decision", "reviewed", ("requirement", "APL-45"),
               ("requirement", "APL-57"), fine="1"),
        depart("a penalty after a review that found for none", "spared", "decision", "reviewed",
               ("requirement", "APL-44"), ("requirement", "APL-62"), ("requirement", "APL-45"),
               ("requirement", "APL-44"), outcome="penalty", fine="1", penalty_kinds=["fine"]),
        depart("no penalty after the defence was adopted", "heard", "decision", "decided",
               outcome="no-penalty", fine=None, penalty_kinds=None),
        depart("transfer that nobody found for", "spared", "decision", "reviewed", ("requirement", "APL-27"),
               outcome="transfer"),
        case("ninety-one days more", "general", OPENING,
             entry("decision-extension", "2026-05-01", signer="head", days=91), "reported",
             ("requirement", "APL-60")),
        case("withdrawn", "general", OPENING, entry("withdrawal", "2026-03-11", signer="head"), "ended"),
        case("withdrawn, then closed", "general",
             [*OPENING, entry("withdrawal", "2026-03-11", signer="head")],
             entry("closure", "2026-03-12", signer="head"), "closed"),
    ]  # fmt: skip


def _executions() -> list[dict[str, Any]]:
    served = before("plain", "payment")
    part = {**of_way("plain", "payment"), "outcome": "partial"}
    part = {**part, "details": {**part["details"], "amount": "5000"}}
    dunning = entry("dunning", "2026-04-07", method="direct")
    apply = entry("court-application", "2026-10-09", signer="head")
    remedy = entry("remedy-start", "2026-04-08", kind="litigation")
    ended = entry("remedy-end", "2026-08-10", "upheld", kind="litigation")
    return [
        depart("part called all", "plain", "payment", "served", ("requirement", "APL-66"), amount="19999.99"),
        depart("all called part", "plain", "payment", "served", ("requirement", "APL-66"), outcome="partial"),
        case("a first instalment", "general", served, part, "served"),
        depart("the last instalment", "plain", "payment", "fulfilled", steps=[*served, part], amount="15000"),
        depart("collected on the spot", "plain", "payment", "served", ("requirement", "APL-67"),
               method="on-the-spot"),
        depart("closed unpaid", "plain", "closure", "served", ("requirement", "APL-66"), steps=served),
        case("dunned before the term is over", "general", served, {**dunning, "day": "2026-04-04"}, "served",
             ("requirement", "AEL-54")),
        case("dunned after it", "general", served, dunning, "served"),
        case("to the court ten days after the dunning", "general", [*served, dunning], apply, "served"),
        case("to the court too soon after the dunning", "general",
             [*served, {**dunning, "day": "2026-09-22"}], apply, "served",
             ("requirement", "AEL-54")),
        case("to the court while suits are still possible", "general", [*served, dunning],
             {**apply, "day": "2026-09-20"}, "served", ("requirement", "AEL-53")),
        case("to the court during a suit", "general", [*served, dunning, remedy], apply, "served",
             ("requirement", "AEL-53")),
        case("to the court after the suit", "general", [*served, dunning, remedy, ended],
             {**apply, "day": "2026-08-11"}, "served"),
        case("a surcharge over the fine", "general", served,
             entry("surcharge", "2026-06-01", signer="head", days=58, amount="20000.01"), "served",
             ("requirement", "APL-72")),
        case("a remedy while one is running", "general", [*served, remedy], {**remedy, "day": "2026-04-09"},
             "served", ("requirement", "APL-73")),
    ]  # fmt: skip


def _summaries() -> list[dict[str, Any]]:
    return [
        depart("over the limit for a citizen", "summary", "decision", "informed",
               ("requirement", "APL-51"), ("requirement", "APL-45"), fine="200.01"),
        depart("a warning and no fine", "summary", "decision", "decided", fine=None,
               penalty_kinds=["warning"]),
        depart("a kind that is not for the spot", "summary", "decision", "informed",
               ("requirement", "APL-51"), penalty_kinds=["fine", "confiscation"]),
        depart("decided without notice", "summary", "decision", "recorded", ("state", "APL-51"),
               ("requirement", "APL-62"), ("requirement", "APL-45"), steps=SUMMARY[:3]),
        depart("handed over the next day", "summary", "decision-service", "decided",
               ("requirement", "APL-52"), day="2026-03-03"),
        depart("just before midnight here", "summary", "decision-service", "served",
               time="2026-03-02T15:59:59Z"),
        depart("just after midnight here", "summary", "decision-service", "decided",
               ("requirement", "APL-52"), time="2026-03-02T16:00:00Z"),
        depart("refusal to sign not noted", "summary", "decision-service", "decided",
               ("requirement", "APL-52"), receipt_signed=False),
        depart("nothing to hand in", "summary", "fine-handed-in", "served", ("requirement", "APL-71"),
               steps=before("summary", "payment")),
        case("on to the general procedure", "summary", SUMMARY[:4],
             entry("to-general", "2026-03-02", reason="over 200"), "ended"),
    ]  # fmt: skip


def _everywhere() -> list[dict[str, Any]]:
    letter = entry("supervision-opinion", "2026-03-19", signer="auditor", title="late filing")
    reply = entry("supervision-reply", "2026-03-20", signer="head")
    fix = entry("correction", "2026-03-19", corrects="0190b5f0-0000-7000-8000-000000000001", reason="typo")
    closed = before("plain", "archive")
    return [
        case("an opinion on a decided case", "general", PLAIN[:10], letter, "decided"),
        case("an opinion by the agency itself", "general", PLAIN[:10], {**letter, "signer": "head"},
             "decided", ("role", "LAS-6")),
        case("a reply to no letter", "general", PLAIN[:10], reply, "decided", ("requirement", "SDS-28/29")),
        case("a reply to the letter", "general", [*PLAIN[:10], letter], reply, "decided"),
        case("a second reply", "general", [*PLAIN[:10], letter, reply], {**reply, "day": "2026-03-23"},
             "decided", ("requirement", "SDS-28/29")),
        case("a correction changes nothing", "general", PLAIN[:10], fix, "decided"),
        case("a correction in an archived case", "general", PLAIN, {**fix, "day": "2026-05-01"}, "archived"),
        case("publication of a closed case", "general", closed, entry("publication", "2026-04-04"), "closed"),
        case("publication without a penalty", "general", SPARED, entry("publication", "2026-04-04"), "closed",
             ("requirement", "APL-48")),
        case("publication after a late revocation", "general",
             [*PLAIN, entry("late-revocation", "2026-06-01", "revoked", "head")],
             entry("publication", "2026-06-02"), "archived", ("requirement", "APL-48")),
        case("a step of no procedure", "general", PLAIN[:3], entry("execution-by-mob", "2026-03-06"),
             "inquiry", ("fields", "APL-47")),
        case("hearing right kept after a return", "general",
             [*HEARD[:12], entry("legal-review", "2026-03-31", "returned", "reviewer")],
             {**of_way("heard", "decision")}, "inquiry", ("state", "APL-57"), ("requirement", "APL-58")),
    ]  # fmt: skip


def _fields() -> list[dict[str, Any]]:
    return [
        depart("no such outcome", "plain", "verification", "clue", ("fields", "MOH-15"), outcome="maybe"),
        depart("an outcome where there is none", "plain", "evidence", "inquiry", ("fields", "APL-46"),
               outcome="file"),
        depart("no such detail", "plain", "evidence", "inquiry", ("fields", "APL-46"), colour="red"),
        depart("a detail missing", "plain", "evidence", "inquiry", ("fields", "APL-46"), title=None),
        depart("no such kind of evidence", "plain", "evidence", "inquiry", ("fields", "APL-46"),
               kind="hearsay"),
        depart("evidence without a file", "plain", "evidence", "inquiry", ("fields", "APL-46"), files=0),
        depart("a negative fine", "plain", "decision", "heard", ("requirement", "APL-59"),
               ("fields", "APL-57"), fine="-1"),
        depart("a number that is no text", "plain", "decision", "heard", ("requirement", "APL-59"),
               ("fields", "APL-57"), fine=1),
        depart("a decision without facts", "plain", "decision", "heard", ("fields", "APL-57"), facts=False),
        depart("a party where there is none", "plain", "evidence", "inquiry", ("fields", "APL-46"),
               party=True),
        depart("a truth that is text", "plain", "defence-review", "notified", ("requirement", "APL-45"),
               ("fields", "APL-45"), heavier="false"),
        depart("a time that is none", "checkpoint", "clue", "", ("requirement", "APL-41"),
               ("fields", "APL-54"), captured_at="yesterday"),
        depart("a device and time that are none", "checkpoint", "monitoring-review", "inquiry",
               ("requirement", "APL-41"), ("fields", "APL-41"), ("fields", "APL-41"),
               reviews=device_reviews(), captured_at="yesterday", device=[]),
        depart("amounts and kinds that are none", "plain", "decision", "heard", ("requirement", "APL-57"),
               ("fields", "APL-57"), ("fields", "APL-57"), fine="1e5", penalty_kinds=[{}]),
    ]  # fmt: skip
