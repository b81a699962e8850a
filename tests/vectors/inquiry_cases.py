"""Steps up to the defence, tried where the law allows them and where it does not; written by hand."""

from __future__ import annotations

from typing import Any

from judged_case import case, depart
from procedure_stories import CHECKPOINT, OPENING, WAYS, before, device_reviews, entry, of_way

PLAIN_STATES = (
    "clue verified inquiry inquiry reported proposed notified notified heard decided served fulfilled "
    "closed archived"
)
HEARD_STATES = (
    "clue verified inquiry inquiry reported proposed notified hearing hearing notified notified heard "
    "reviewed decided served"
)
SPARED_STATES = "clue verified inquiry inquiry reported reviewed decided served closed"
CHECKPOINT_STATES = "clue verified inquiry inquiry inquiry inquiry reported"
SUMMARY_STATES = "clue opened recorded informed decided served served fulfilled fulfilled closed archived"


def before_decision() -> list[dict[str, Any]]:
    """Every case, in order; first every lawful way."""
    return [*_lawful(), *_openings(), *_notices(), *_hearings(), *_checkpoints()]


def _lawful() -> list[dict[str, Any]]:
    """Every step of every way is allowed where it stands."""
    ends = {"plain": PLAIN_STATES, "heard": HEARD_STATES, "spared": SPARED_STATES}
    ends |= {"checkpoint": CHECKPOINT_STATES, "summary": SUMMARY_STATES}
    found = []
    for way, (procedure, entries) in WAYS.items():
        for i, (attempt, state) in enumerate(zip(entries, ends[way].split(), strict=True)):
            name = f"lawful: {way} {i} {attempt['step']}"
            found.append(case(name, procedure, entries[:i], attempt, state, reviews=device_reviews()))
    return found


def _openings() -> list[dict[str, Any]]:
    again = entry("clue", "2026-03-03", source="patrol", matter="x")
    extension = entry("verification-extension", "2026-03-03", signer="head", days=10)
    return [
        case("a case opens once", "general", OPENING[:1], again, "clue", ("state", "APL-54")),
        case("nothing before the opening", "general", [], OPENING[1], "", ("state", "MOH-15")),
        depart("one officer verifies alone", "plain", "verification", "clue", ("requirement", "APL-42"),
               officers=["wang"]),
        depart("the same officer twice is one", "plain", "verification", "clue", ("requirement", "APL-42"),
               officers=["wang", "wang"]),
        depart("not filed", "plain", "verification", "dropped", outcome="no-file"),
        case("ten days more to verify", "general", OPENING[:1], extension, "clue"),
        case("not eleven days more", "general", OPENING[:1],
             {**extension, "details": {"days": 11}}, "clue", ("requirement", "MOH-15")),
        case("not ten days twice", "general", [*OPENING[:1], extension], extension, "clue",
             ("requirement", "MOH-15")),
        depart("an officer files", "plain", "filing", "verified", ("role", "APL-54"), signer="wang"),
        depart("filing without the party", "plain", "filing", "verified", ("fields", "APL-54"), party=False),
        depart("filing with an unqualified officer", "plain", "filing", "verified",
               ("requirement", "APL-42", "qualification"), qualified=["wang"]),
        depart("filing, qualification not known", "plain", "filing", "verified",
               ("unknown", "APL-42", "qualification"), qualified=None),
        depart("inquiry ends without evidence", "plain", "inquiry-report", "inquiry",
               ("requirement", "APL-54"), steps=OPENING[:3]),
        depart("evidence after the report", "plain", "evidence", "reported", steps=OPENING, day="2026-03-11"),
        depart("dated before its predecessor", "plain", "verification", "clue", ("requirement", "APL-47"),
               day="2026-03-01"),
    ]  # fmt: skip


def _notices() -> list[dict[str, Any]]:
    return [
        depart("a larger fine without the right to a hearing", "heard", "notice-service", "proposed",
               ("requirement", "APL-63"), hearing_offered=False),
        depart("just under the hearing threshold", "heard", "notice-service", "notified",
               fine="49999.99", hearing_offered=False),
        depart("a revoked licence is grave whatever the fine", "plain", "notice-service", "proposed",
               ("requirement", "APL-63"), penalty_kinds=["licence-revocation"], fine=None),
        depart("more than the head agreed to", "plain", "notice-service", "proposed",
               ("requirement", "APL-57"), fine="20000.01"),
        depart("a fine without its amount", "plain", "notice-service", "proposed",
               ("requirement", "APL-44"), fine=None),
        depart("electronic service not confirmed", "plain", "notice-service", "proposed",
               ("requirement", "APL-61"), method="electronic"),
        depart("electronic service confirmed", "plain", "notice-service", "notified",
               method="electronic", e_service_confirmed=True),
        depart("the head names no kind of penalty", "plain", "head-review", "reported",
               ("requirement", "APL-57"), penalty_kinds=None),
        depart("sent back for more inquiry", "plain", "head-review", "inquiry", outcome="supplement",
               penalty_kinds=None, fine=None),
    ]  # fmt: skip


def _hearings() -> list[dict[str, Any]]:
    heard = before("heard", "hearing-request")
    waiver = entry("hearing-waiver", "2026-03-16", "waived")
    return [
        depart("requested on the fifth working day", "heard", "hearing-request", "hearing", day="2026-03-20"),
        depart("requested on the sixth working day", "heard", "hearing-request", "notified",
               ("requirement", "APL-64"), day="2026-03-23"),
        depart("no right to a hearing", "heard", "hearing-request", "notified", ("requirement", "APL-63"),
               steps=before("plain", "statement-defence")),
        depart("held on the seventh working day", "heard", "hearing", "hearing", ("requirement", "APL-64"),
               day="2026-03-26"),
        depart("an investigator in the chair", "heard", "hearing", "hearing", ("requirement", "APL-64"),
               signer="li", roles=["hearing_chair"]),
        depart("no record of the hearing", "heard", "hearing", "hearing", ("fields", "APL-64"), files=0),
        depart("held without notice", "heard", "hearing", "hearing",
               ("requirement", "APL-64"), ("requirement", "APL-64"), steps=before("heard", "hearing-notice")),
        case("expressly waived", "general", heard, waiver, "notified"),
        case("withdrawn, never requested", "general", heard, {**waiver, "outcome": "withdrawn"}, "notified",
             ("requirement", "APL-64")),
        case("requested after the waiver", "general", [*heard, waiver], of_way("heard", "hearing-request"),
             "notified", ("requirement", "APL-64")),
        depart("defence reviewed before the hearing's term is over", "heard", "defence-review", "notified",
               ("requirement", "APL-64"), steps=[*heard, entry("statement-defence", "2026-03-16", "waived")],
               day="2026-03-20"),
        depart("defence reviewed after that term", "heard", "defence-review", "heard",
               steps=[*heard, entry("statement-defence", "2026-03-16", "waived")], day="2026-03-23"),
        depart("heavier for the defence", "plain", "defence-review", "notified", ("requirement", "APL-45"),
               heavier=True),
        depart("nobody heard, term not over", "plain", "defence-review", "notified",
               ("requirement", "APL-62"), steps=before("plain", "statement-defence")),
        depart("nobody came, term over", "plain", "defence-review", "heard",
               steps=before("plain", "statement-defence"), day="2026-03-23", outcome="none"),
        depart("an investigator reviews the law", "heard", "legal-review", "heard",
               ("requirement", "APL-58"), signer="wang", roles=["legal_reviewer"]),
        depart("legal review failed", "heard", "legal-review", "inquiry", outcome="returned"),
    ]  # fmt: skip


def _checkpoints() -> list[dict[str, Any]]:
    unreviewed = [found for found in CHECKPOINT[:-1] if found["step"] not in {"monitoring-review"}]
    return [
        depart("checkpoint clue without its device", "checkpoint", "clue", "", ("requirement", "APL-41"),
               device=None),
        depart("device never reviewed", "checkpoint", "monitoring-review", "inquiry",
               ("requirement", "APL-41")),
        depart("only the technical review", "checkpoint", "monitoring-review", "inquiry",
               ("requirement", "APL-41"), reviews=device_reviews()[1:]),
        depart("legal review failed", "checkpoint", "monitoring-review", "inquiry",
               ("requirement", "APL-41"), reviews=device_reviews(legal={"outcome": "failed"})),
        depart("technical review out of date", "checkpoint", "monitoring-review", "inquiry",
               ("requirement", "APL-41"),
               reviews=device_reviews(technical={"valid_to": "2026-03-01T13:04:59Z"})),
        depart("valid to that very second", "checkpoint", "monitoring-review", "inquiry",
               reviews=device_reviews(technical={"valid_to": "2026-03-01T13:05:00Z"})),
        depart("another device's reviews", "checkpoint", "monitoring-review", "inquiry",
               ("requirement", "APL-41"), reviews=device_reviews(legal={"device": "JX-1"})),
        depart("the record is not clear", "checkpoint", "monitoring-review", "inquiry",
               ("requirement", "APL-41"), reviews=device_reviews(), record_clear=False),
        depart("monitoring evidence before its review", "checkpoint", "evidence", "inquiry",
               ("requirement", "APL-41"), steps=CHECKPOINT[:3]),
        depart("inquiry ends, the record never reviewed", "checkpoint", "inquiry-report", "inquiry",
               ("requirement", "APL-41"), steps=unreviewed),
        depart("inquiry ends, the party never informed", "checkpoint", "inquiry-report", "inquiry",
               ("requirement", "APL-41"), steps=[*CHECKPOINT[:4], CHECKPOINT[5]]),
    ]  # fmt: skip
