"""Every other requirement of the two procedures, each broken alone; written by hand."""

from __future__ import annotations

from typing import Any

from judged_case import case, depart
from procedure_stories import (
    CHECKPOINT,
    DEVICE,
    HEARD,
    OPENING,
    PLAIN,
    REVIEW_FLAGS,
    SPARED,
    SUMMARY,
    device_reviews,
    entry,
    of_way,
)

INQUIRY = OPENING[:3]
SERVED = {"general": PLAIN[:11], "summary": SUMMARY[:7]}


def duties() -> list[dict[str, Any]]:
    """Every case, in order."""
    return [*_officers(), *_pending(), *_named(), *_execution(), *_spot()]


def _officers() -> list[dict[str, Any]]:
    alone = [
        ("plain", "filing", "verified"),
        ("plain", "evidence", "inquiry"),
        ("plain", "inquiry-report", "inquiry"),
        ("plain", "notice-service", "proposed"),
        ("plain", "defence-review", "notified"),
        ("plain", "decision-service", "decided"),
        ("checkpoint", "monitoring-review", "inquiry"),
        ("summary", "card-shown", "clue"),
        ("summary", "scene-record", "opened"),
        ("summary", "notice-and-defence", "recorded"),
        ("summary", "decision", "informed"),
    ]
    unqualified = [alone[i] for i in (1, 2, 7, 8, 10)]
    measures = [
        entry("interview", "2026-03-06"),
        entry("inspection", "2026-03-06"),
        entry("appraisal", "2026-03-06", subject="load"),
        entry("preservation", "2026-03-06", signer="head", items=["load"]),
        entry("seizure", "2026-03-06", signer="head", items=["truck"]),
    ]
    one, lacking = ("requirement", "APL-42"), ("requirement", "APL-42", "qualification")
    found = [
        depart(
            f"one officer: {way} {step}", way, step, state, one, officers=["wang"], reviews=device_reviews()
        )
        for way, step, state in alone
    ]
    found += [
        depart(f"unqualified: {way} {step}", way, step, state, lacking, qualified=["wang"])
        for way, step, state in unqualified
    ]
    found += [
        case(f"one officer: {step['step']}", "general", INQUIRY, {**step, "officers": ["wang"]}, "inquiry",
             ("requirement", "AEL-18") if step["step"] == "seizure" else one)
        for step in measures
    ]  # fmt: skip
    return found + [
        case(f"unqualified: {step['step']}", "general", INQUIRY, step, "inquiry", lacking, qualified=["li"])
        for step in (measures[0], measures[1], measures[4])
    ]


def _pending() -> list[dict[str, Any]]:
    """Answers to what nobody asked."""
    rows = [
        (entry("appraisal-result", "2026-03-06"), "AEL-25"),
        (entry("preservation-disposal", "2026-03-06", "returned"), "APL-56"),
        (entry("seizure-extension", "2026-03-06", signer="head", days=30), "AEL-25"),
        (entry("seizure-disposal", "2026-03-06", "released"), "AEL-25"),
        (entry("party-informed", "2026-03-06", method="phone", query_offered=True), "APL-41"),
        (entry("recusal-decision", "2026-03-06", "recused", "head", officer="li"), "APL-43"),
    ]
    seizure = entry("seizure", "2026-03-06", signer="head", items=["truck"])
    found = [
        case(f"nothing pending: {step['step']}", "general", INQUIRY, step, "inquiry", ("requirement", rule))
        for step, rule in rows
    ]
    return [
        *found,
        case("seizure extended by thirty days", "general", [*INQUIRY, seizure], rows[2][0], "inquiry"),
        case("seizure extended by thirty-one days", "general", [*INQUIRY, seizure],
             {**rows[2][0], "details": {"days": 31}}, "inquiry", ("requirement", "AEL-25")),
        case("the party can not query", "general", CHECKPOINT[:4],
             entry("party-informed", "2026-03-09", method="phone", query_offered=False), "inquiry",
             ("requirement", "APL-41")),
        case("an objection nobody made", "general", SERVED["general"],
             entry("objection-reply", "2026-03-24", "dismissed", "head"), "served",
             ("requirement", "APL-75")),
        case("absent from a hearing nobody notified", "general", HEARD[:8],
             entry("hearing-waiver", "2026-03-17", "absent"), "hearing", ("requirement", "APL-64")),
        case("absent from a hearing that was notified", "general", HEARD[:9],
             entry("hearing-waiver", "2026-03-27", "absent"), "notified"),
    ]  # fmt: skip


def _named() -> list[dict[str, Any]]:
    early = [*HEARD[:7], entry("statement-defence", "2026-03-16", "stated")]
    early.append(entry("defence-review", "2026-03-17", "not-adopted", heavier=False))
    return [
        depart("the head names no fine", "plain", "head-review", "reported", ("requirement", "APL-57"),
               fine=None),
        depart("decided while a hearing may be asked for", "heard", "decision", "heard",
               ("requirement", "APL-64"), steps=early, day="2026-03-18"),
        depart("decided after that", "heard", "decision", "decided", steps=early, day="2026-03-23"),
        depart("decision served electronically, not confirmed", "plain", "decision-service", "decided",
               ("requirement", "APL-61"), method="electronic"),
        depart("told on the spot without the fine", "summary", "notice-and-defence", "recorded",
               ("requirement", "APL-44"), fine=None),
        depart("decided on the spot without the fine", "summary", "decision", "informed",
               ("requirement", "APL-59"), fine=None),
    ]  # fmt: skip


def _execution() -> list[dict[str, Any]]:
    """The same in both procedures."""
    found = []
    dunning = entry("dunning", "2026-04-07", method="direct")
    apply = entry("court-application", "2026-10-09", signer="head")
    remedy = entry("remedy-start", "2026-04-08", kind="litigation")
    surcharge = entry("surcharge", "2026-04-20", signer="head", days=1, amount="3")
    rows: list[tuple[str, list[dict[str, Any]], dict[str, Any], str]] = [
        ("no dunning", [], entry("dunning-reply", "2026-04-08"), "AEL-54"),
        ("no remedy", [], entry("remedy-end", "2026-04-08", "upheld", kind="litigation"), "APL-73"),
        ("two remedies", [remedy], {**remedy, "day": "2026-04-09"}, "APL-73"),
        ("no application", [], entry("court-enforcement", "2026-10-12", "full"), "AEL-53"),
        ("nothing public", [], entry("publication-withdrawal", "2026-04-08", "expired"), "APL-48"),
        ("no letter", [], entry("supervision-reply", "2026-04-08"), "SDS-28/29"),
        ("no reason to close", [], entry("closure", "2026-04-08", signer="head"), "APL-66"),
        ("early surcharge", [], {**surcharge, "day": ""}, "APL-72"),
        ("great surcharge", [], {**surcharge, "details": {"days": 99, "amount": "20001"}}, "APL-72"),
        ("early dunning", [], {**dunning, "day": ""}, "AEL-54"),
        ("fine unpaid", [], entry("performance", "2026-04-08", "full", manner="x"), "APL-66"),
        ("early application", [{**dunning, "day": "2026-09-22"}], apply, "AEL-54"),
        ("application in a suit", [dunning, remedy], apply, "AEL-53"),
        ("application before suits", [dunning], {**apply, "day": "2026-08-20"}, "AEL-53"),
    ]
    last_day = {"general": "2026-04-03", "summary": "2026-03-16"}
    for procedure, way in SERVED.items():
        served = [step for step in way if step["step"] != "report"]
        for name, more, attempt, rule in rows:
            tried = {**attempt, "day": attempt["day"] or last_day[procedure]}
            broken = ("requirement", rule)
            found.append(case(f"{procedure}: {name}", procedure, [*served, *more], tried, "served", broken))
    nothing = SPARED[:-1]
    plan = entry("payment-plan", "2026-03-24", "deferred", "head", days=30)
    two = [("requirement", "APL-66")] * 2
    return [
        *found,
        case("no penalty: a plan", "general", nothing, plan, "served", two[0]),
        case("no penalty: paid", "general", nothing, {**of_way("plain", "payment")}, "served", *two),
        case("no penalty: performed", "general", nothing,
             entry("performance", "2026-03-24", "partial", manner="x"), "served", two[0]),
        case("nothing collected on the spot", "general", SERVED["general"],
             entry("fine-handed-in", "2026-03-24", amount="1"), "served", ("requirement", "APL-71")),
    ]  # fmt: skip


def _spot() -> list[dict[str, Any]]:
    """The summary procedure's own."""
    told = {**of_way("summary", "notice-and-defence"), "details": {"fine": "150", "penalty_kinds": ["fine"]}}
    decided = {**of_way("summary", "decision"), "details": told["details"]}
    served = [*SUMMARY[:3], told, decided, SUMMARY[5]]
    payment = of_way("summary", "payment")
    cash = {**payment, "details": {**payment["details"], "amount": "150"}}
    hard = {**cash, "details": {**cash["details"], "exception": "hard-to-enforce"}}
    warned = [{**found, "details": {"penalty_kinds": ["warning"]}} for found in (told, decided)]
    warning = [*SUMMARY[:3], *warned, SUMMARY[5]]
    camera = [{**CHECKPOINT[0], "day": "2026-03-02"}, *SUMMARY[1:4]]
    review = entry("monitoring-review", "2026-03-02", device=DEVICE, captured_at="2026-03-01T13:05:00Z")
    review["details"] |= REVIEW_FLAGS
    dim = {**review, "details": {**review["details"], "record_clear": False}}
    informed = entry("party-informed", "2026-03-02", method="phone", query_offered=True)
    unaided = {**informed, "details": {**informed["details"], "query_offered": False}}
    gate, reviews = ("requirement", "APL-41"), device_reviews()
    return [
        case("150 yuan in cash", "summary", served, cash, "served", ("requirement", "APL-68")),
        case("150 yuan in cash, hard to enforce later", "summary", served, hard, "fulfilled"),
        case("150 yuan paid, called all of it at 100", "summary", served,
             {**hard, "details": {**hard["details"], "amount": "100"}}, "served", ("requirement", "APL-66")),
        case("150 yuan paid, called part", "summary", served, {**hard, "outcome": "partial"}, "served",
             ("requirement", "APL-66")),
        case("a warning is not paid", "summary", warning, payment, "served", ("requirement", "APL-66"),
             ("requirement", "APL-66"), ("requirement", "APL-68")),
        case("a warning has no plan", "summary", warning,
             entry("payment-plan", "2026-03-24", "deferred", "head", days=30), "served",
             ("requirement", "APL-66")),
        case("a warning is performed", "summary", warning,
             entry("performance", "2026-03-02", "full", manner="read out"), "fulfilled"),
        case("revoked after closure, then published", "summary",
             [*SUMMARY, entry("late-revocation", "2026-06-01", "revoked", "head")],
             entry("publication", "2026-06-02"), "archived", ("requirement", "APL-48")),
        case("a camera's clue without the camera", "summary", [],
             {**CHECKPOINT[0], "details": {"source": "checkpoint", "matter": "x"}}, "", gate),
        case("one officer reviews", "summary", camera[:2], {**review, "officers": ["li"]}, "opened",
             ("requirement", "APL-42"), reviews=reviews),
        case("an unreviewed camera", "summary", camera[:2], review, "opened", gate),
        case("a dim record", "summary", camera[:2], dim, "opened", gate, reviews=reviews),
        case("told before it was reviewed", "summary", camera[:2], informed, "opened", gate),
        case("told without means to query", "summary", [*camera[:2], review], unaided, "opened", gate),
        case("decided on a camera nobody reviewed", "summary", camera, SUMMARY[4], "informed", gate),
        case("decided on a camera that was reviewed", "summary", [*camera[:3], review, informed, camera[3]],
             SUMMARY[4], "decided"),
    ]  # fmt: skip
