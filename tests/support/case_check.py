"""A case file through the verifier, and the one check its report must name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gridwitness_verifier.case import parse_case, verify_case
from gridwitness_verifier.report import Check, Report
from gridwitness_verifier.trust import parse_trust
from support.verifier_case import FILE, REVIEWER, CaseScenario, trust

Found = dict[str, Check]


def check_case(
    file: dict[str, Any], trust_content: dict[str, Any] | None = None, **options: Any
) -> tuple[Found, Report]:
    """The checks by name, and the report, of a case file as JSON gives it."""
    content = json.dumps(trust_content or trust()).encode()
    parsed = parse_trust(content, confirmed=True, folder=Path())
    verified = verify_case(parse_case(json.loads(json.dumps(file)), "case.json"), parsed, **options)
    report = Report("bundle", parsed, verified.subject, verified.checks)
    return {check.name: check for check in verified.checks}, report


def codes(check: Check) -> list[str]:
    return [place.code for place in check.locations]


def assert_failed(found: Found, report: Report, **expected: str) -> None:
    """Just these checks failed, each with a place of this code."""
    assert {check.name for check in report.failed} == set(expected), [
        (item.name, item.result.value, item.reason) for item in report.failed
    ]
    for name, code in expected.items():
        assert code in codes(found[name]), (name, found[name].locations)
    assert report.exit_code == 1


CITIZEN = {"details": {"party_kind": "citizen"}, "party": {"name": "张三"}}


def decided(**changes: Any) -> CaseScenario:
    """A case up to a decision; `changes` replace the keyword arguments of a step.

    `scenario`: arguments of the case; `case`: one that was begun already.
    """
    case = changes.pop("case", None) or CaseScenario(**changes.pop("scenario", {}))
    plan = {
        "clue": (0, {}), "filing": (5, CITIZEN), "evidence": (6, {"files": [FILE]}),
        "inquiry-report": (20, {"details": {"major": True}}),
        "legal-review": (25, {"outcome": "passed", "key": REVIEWER}),
        "decision": (40, {"details": {"fine": "150"}}),
    }  # fmt: skip
    for step, (day, fields) in plan.items():
        change = changes.get(step.replace("-", "_"), {})
        if change is not None:
            given = {**fields, **change}
            case.step(given.pop("step", step), given.pop("day", day), **given)
    return case
