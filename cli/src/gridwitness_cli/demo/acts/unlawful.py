"""Steps that the procedure does not allow: refused with rule and article, and the refusal is on record."""

from __future__ import annotations

from pathlib import Path

from gridwitness_cli.demo.casebook import Step, Unlawful
from gridwitness_cli.demo.cast import AUDITOR
from gridwitness_cli.demo.company import Company
from gridwitness_cli.demo.story import Refusal, expect


def try_step(company: Company, step: Step, unlawful: Unlawful, sub: str, arguments: list[str | Path]) -> None:
    """The step is refused for its reason, and the auditor finds the refusal on record."""
    before = _on_record(company, sub)
    problem = company.device(step.signer).refused_case(*arguments)
    rules = {reason["rule"]: reason for reason in problem.get("reasons") or []}
    expect(
        problem["code"] == unlawful.code and unlawful.rule in rules,
        "refusal-differs",
        f"{unlawful.what}: not {unlawful.code} by {unlawful.rule}, but {problem}",
    )
    expect(
        _on_record(company, sub) == before + 1,
        "refusal-unrecorded",
        f"{unlawful.what}: the refusal was not recorded.",
    )
    reason = rules[unlawful.rule]
    company.story.refusals.append(
        Refusal(unlawful.what, problem["status"], problem["code"], reason["rule"], reason["article"])
    )
    counts = company.story.counts
    counts["refused_steps"] = counts.get("refused_steps", 0) + 1
    company.story.say(
        f"   [red]✗[/] {unlawful.what} → {reason['rule']} {reason['article']}：{reason['zh']} {reason['en']}"
    )


def _on_record(company: Company, sub: str) -> int:
    return len(company.door(AUDITOR.username).get(f"/cases/{sub}/refusals")["items"])
