"""Clock readings and surcharges, written by hand from the articles."""

from __future__ import annotations

from typing import Any

from procedure_stories import HEARD, OPENING, PLAIN, SERVED, SPARED, SUMMARY, before, entry, facts

Reading = tuple[Any, ...]


def clocks() -> list[dict[str, Any]]:
    """Readings of whole cases on a day."""
    return [*_whole(), *_terms(), *_extensions(), *_suspensions(), *_years()]


def reading(
    clock: str,
    rule: str,
    started_seq: int,
    due_on: str | None,
    state: str,
    ended_on: str | None = None,
    *,
    overdue: bool = False,
    problem: str | None = None,
) -> dict[str, Any]:
    return {
        "clock": clock,
        "rule": rule,
        "started_seq": started_seq,
        "due_on": due_on,
        "problem": problem,
        "state": state,
        "ended_on": ended_on,
        "overdue": overdue,
    }


def case(
    name: str,
    procedure: str,
    steps: list[dict[str, Any]],
    today: str,
    *readings: dict[str, Any],
    complete: bool = False,
) -> dict[str, Any]:
    """`readings`: all readings of the clocks they name, in order; `complete`: no other clock has begun."""
    return {
        "name": name,
        "procedure": procedure,
        "steps": facts(steps),
        "today": today,
        "readings": list(readings),
        "complete": complete,
    }


def _whole() -> list[dict[str, Any]]:
    return [
        case("a clue on its last day", "general", OPENING[:1], "2026-03-17",
             reading("verification", "MOH-15", 0, "2026-03-17", "running"), complete=True),
        case("a clue overdue", "general", OPENING[:1], "2026-03-18",
             reading("verification", "MOH-15", 0, "2026-03-17", "running", overdue=True), complete=True),
        case("filed late", "general", [*OPENING[:2], {**OPENING[2], "day": "2026-03-16"}], "2026-03-16",
             reading("filing", "APL-54", 1, "2026-03-13", "late", "2026-03-16")),
        case("a plain case, closed", "general", PLAIN, "2026-12-31",
             reading("verification", "MOH-15", 0, "2026-03-17", "met", "2026-03-04"),
             reading("filing", "APL-54", 1, "2026-03-13", "met", "2026-03-05"),
             reading("decision", "APL-60", 2, "2026-06-03", "met", "2026-03-18"),
             reading("decision-service", "APL-61", 9, "2026-03-27", "met", "2026-03-20"),
             # 15 days from 20 March end on Qingming, 4 April; 5 and 6 April are holidays too.
             reading("payment", "APL-67", 10, "2026-04-07", "met", "2026-04-02"),
             reading("publication", "PUB-118", 9, "2026-03-27", "running", overdue=True),
             reading("reconsideration", "ARL-20", 10, "2026-05-19", "running", overdue=True),
             # 180 days end on Wednesday 16 September.
             reading("litigation", "ALL-46", 10, "2026-09-16", "running", overdue=True),
             reading("court-application", "AEL-53", 10, "2026-12-15", "met", "2026-04-02"), complete=True),
    ]  # fmt: skip


def _terms() -> list[dict[str, Any]]:
    return [
        case("a right to a hearing begins its term", "general", HEARD[:7], "2026-03-20",
             reading("hearing-request", "APL-64", 6, "2026-03-20", "running")),
        case("asked for on the last day", "general", [*HEARD[:7], entry("hearing-request", "2026-03-20")],
             "2026-06-01", reading("hearing-request", "APL-64", 6, "2026-03-20", "met", "2026-03-20")),
        case("no penalty, no payment and no publication", "general", SPARED[:-1], "2026-03-18",
             reading("verification", "MOH-15", 0, "2026-03-17", "met", "2026-03-04"),
             reading("filing", "APL-54", 1, "2026-03-13", "met", "2026-03-05"),
             reading("decision", "APL-60", 2, "2026-06-03", "met", "2026-03-16"),
             reading("decision-service", "APL-61", 6, "2026-03-25", "met", "2026-03-17"),
             reading("reconsideration", "ARL-20", 7, "2026-05-18", "running"),
             reading("litigation", "ALL-46", 7, "2026-09-14", "running"), complete=True),
        case("a summary case", "summary", SUMMARY, "2026-03-09",
             reading("report", "APL-52", 4, "2026-03-05", "met", "2026-03-03"),
             reading("fine-handed-in", "APL-71", 7, "2026-03-05", "met", "2026-03-04"),
             reading("publication", "PUB-118", 4, "2026-03-11", "running")),
        case("handed in late", "summary",
             [*SUMMARY[:8], entry("fine-handed-in", "2026-03-06", amount="100")], "2026-03-09",
             reading("fine-handed-in", "APL-71", 7, "2026-03-05", "late", "2026-03-06")),
        case("paid by bank: nothing to hand in", "summary",
             [*SUMMARY[:7],
              entry("payment", "2026-03-03", "full", amount="100", method="bank", receipt_no="1")],
             "2026-03-09", reading("report", "APL-52", 4, "2026-03-05", "met", "2026-03-03"),
             reading("decision-service", "APL-61", 4, "2026-03-11", "met", "2026-03-02"),
             reading("payment", "APL-67", 5, "2026-03-17", "met", "2026-03-03"),
             reading("publication", "PUB-118", 4, "2026-03-11", "running"),
             reading("reconsideration", "ARL-20", 5, "2026-05-06", "running"),
             reading("litigation", "ALL-46", 5, "2026-08-31", "running"),
             reading("court-application", "AEL-53", 5, "2026-11-27", "met", "2026-03-03"), complete=True),
        case("two letters, one reply each", "general",
             [*OPENING, entry("supervision-opinion", "2026-03-11", signer="auditor", title="a"),
              entry("supervision-decision", "2026-03-12", signer="auditor", title="b"),
              entry("supervision-reply", "2026-03-13"),
              entry("supervision-opinion", "2026-03-16", signer="auditor", title="c")], "2026-04-16",
             reading("supervision-reply", "SDS-28/29", 5, "2026-04-10", "met", "2026-03-13"),
             reading("supervision-reply", "SDS-28/29", 8, "2026-04-15", "running", overdue=True)),
        case("part paid ends nothing", "general",
             [*before("plain", "payment"),
              entry("payment", "2026-03-30", "partial", amount="1", method="bank", receipt_no="1")],
             "2026-04-08",
             reading("payment", "APL-67", 10, "2026-04-07", "running", overdue=True)),
    ]  # fmt: skip


def _extensions() -> list[dict[str, Any]]:
    more = entry("verification-extension", "2026-03-17", signer="head", days=10)
    thirty = entry("decision-extension", "2026-06-03", signer="head", days=30)
    plan = entry("payment-plan", "2026-04-07", "deferred", "head", days=30)
    return [
        case("extended on the last day", "general", [OPENING[0], more], "2026-03-28",
             reading("verification", "MOH-15", 0, "2026-03-27", "running", overdue=True)),
        case("extended too late", "general", [OPENING[0], {**more, "day": "2026-03-18"}], "2026-03-18",
             reading("verification", "MOH-15", 0, "2026-03-17", "running", overdue=True)),
        case("extended twice", "general", [*OPENING, thirty, {**thirty, "day": "2026-07-03"}], "2026-08-02",
             reading("decision", "APL-60", 2, "2026-08-02", "running")),
        # 15 + 30 days from 20 March end on Monday 4 May, a holiday until the 5th.
        case("payment deferred", "general", [*before("plain", "payment"), plan], "2026-05-06",
             reading("payment", "APL-67", 10, "2026-05-06", "running")),
    ]  # fmt: skip


def _suspensions() -> list[dict[str, Any]]:
    seizure = entry("seizure", "2026-03-09", signer="head", items=["truck"])
    test = entry("appraisal", "2026-03-16", subject="load")
    result = entry("appraisal-result", "2026-03-20")
    done = entry("seizure-disposal", "2026-04-13", "released")
    early = entry("appraisal", "2026-03-06", subject="load")
    opening = OPENING[:4]
    return [
        case("seized", "general", [*opening, seizure], "2026-04-08",
             reading("seizure", "AEL-25", 4, "2026-04-08", "running")),
        case("standing still", "general", [*opening, seizure, test], "2026-12-01",
             reading("seizure", "AEL-25", 4, None, "suspended")),
        case("five days later", "general", [*opening, seizure, test, result], "2026-04-14",
             reading("seizure", "AEL-25", 4, "2026-04-13", "running", overdue=True)),
        case("given back in time", "general", [*opening, seizure, test, result, done], "2026-06-01",
             reading("seizure", "AEL-25", 4, "2026-04-13", "met", "2026-04-13")),
        case("given back while it stands still", "general", [*opening, seizure, test, done], "2026-06-01",
             reading("seizure", "AEL-25", 4, None, "met", "2026-04-13")),
        case("a test begun before the seizure", "general", [*opening, early, seizure, result], "2026-04-19",
             reading("seizure", "AEL-25", 5, "2026-04-19", "running")),
        case("a test begun after the due day", "general",
             [*opening, seizure, {**test, "day": "2026-04-09"}], "2026-04-20",
             reading("seizure", "AEL-25", 4, "2026-04-08", "running", overdue=True)),
    ]  # fmt: skip


def _decided(day: str) -> list[dict[str, Any]]:
    """A decision on a day, for the clocks alone."""
    return [
        *before("plain", "decision"),
        entry("decision", day, "penalty", "head", fine="20000", penalty_kinds=["fine"]),
    ]


def _years() -> list[dict[str, Any]]:
    served = entry("decision-service", "2026-12-31", **SERVED)
    return [
        case("over National Day, a Saturday worked", "general", _decided("2026-09-29"), "2026-10-10",
             reading("decision-service", "APL-61", 9, "2026-10-14", "running")),
        case("over New Year into a year not published", "general", _decided("2026-12-28"), "2027-02-01",
             reading("decision-service", "APL-61", 9, None, "running", problem="calendar-unpublished:2027")),
        case("served sooner than any calendar could end it", "general", [*_decided("2026-12-28"), served],
             "2027-02-01",
             reading("decision-service", "APL-61", 9, None, "met", "2026-12-31",
                     problem="calendar-unpublished:2027")),
        case("served when only a calendar could tell", "general",
             [*_decided("2026-12-28"), {**served, "day": "2027-01-05"}], "2027-02-01",
             reading("decision-service", "APL-61", 9, None, "unknown", "2027-01-05",
                     problem="calendar-unpublished:2027")),
        case("calendar days ask for no calendar", "general",
             [{**OPENING[0], "day": "2026-12-24"}], "2027-01-09",
             reading("verification", "MOH-15", 0, "2027-01-08", "running", overdue=True)),
    ]  # fmt: skip


def surcharges() -> list[dict[str, Any]]:
    """What is owed on top of a fine due on Monday 16 March 2026."""
    rows: list[tuple[str, str, list[list[str]], list[list[str | None]], str, str]] = [
        ("nothing on the due day", "1000", [], [], "2026-03-16", "0.00"),
        ("nothing before it", "1000", [], [], "2026-03-01", "0.00"),
        ("the first day", "1000", [], [], "2026-03-17", "30.00"),
        ("ten days", "1000", [], [], "2026-03-26", "300.00"),
        ("thirty-three days", "1000", [], [], "2026-04-18", "990.00"),
        ("never more than the fine", "1000", [], [], "2026-04-19", "1000.00"),
        ("years later", "1000", [], [], "2029-01-01", "1000.00"),
        ("paid in time", "1000", [["2026-03-16", "1000"]], [], "2026-04-01", "0.00"),
        ("the day of payment counts", "1000", [["2026-03-17", "1000"]], [], "2026-04-01", "30.00"),
        ("half of it in the middle", "1000", [["2026-03-21", "500"]], [], "2026-03-26", "225.00"),
        ("part of it before it was due", "1000", [["2026-03-10", "400"]], [], "2026-03-26", "180.00"),
        ("two payments in wrong order", "1000", [["2026-03-22", "300"], ["2026-03-19", "300"]], [],
         "2026-03-26", "201.00"),
        ("more than the fine", "1000", [["2026-03-18", "1500"]], [], "2026-03-26", "60.00"),
        ("a suit of three days", "1000", [], [["2026-03-19", "2026-03-21"]], "2026-03-26", "210.00"),
        ("a suit that goes on", "1000", [], [["2026-03-19", None]], "2026-12-31", "60.00"),
        ("a suit begun before the due day", "1000", [], [["2026-03-10", "2026-03-18"]],
         "2026-03-20", "60.00"),
        ("two remedies that overlap", "1000", [],
         [["2026-03-19", "2026-03-21"], ["2026-03-20", "2026-03-22"]],
         "2026-03-26", "180.00"),
        ("cut, not rounded", "333.33", [], [], "2026-03-17", "9.99"),
        ("less than a fen", "0.33", [], [], "2026-03-17", "0.00"),
        ("capped at the fine, not the rest", "1000", [["2026-03-17", "900"]], [], "2027-03-17", "1000.00"),
        ("a summary fine", "100", [["2026-03-20", "50"]], [["2026-03-18", "2026-03-18"]],
         "2026-03-22", "12.00"),
    ]  # fmt: skip
    return [
        {
            "name": name,
            "fine": fine,
            "due_on": "2026-03-16",
            "payments": payments,
            "suspended": suspended,
            "on": on,
            "surcharge": owed,
        }
        for name, fine, payments, suspended, on, owed in rows
    ]
