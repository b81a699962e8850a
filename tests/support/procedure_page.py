"""Writes docs/procedures.md from the bundled documents: `python -m support.procedure_page [--check]`.

`--check` writes nothing; exit 1 where the committed page is not what would be written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from gridwitness.members import ROLES
from gridwitness.rules import Procedure, Requirement, Step, Threshold, bundled, jurisdictions, word

PAGE = Path(__file__).resolve().parents[2] / "docs" / "procedures.md"
CONFIDENCE = {"sure": "确定 sure", "likely": "较可能 likely", "assumed": "推定 assumed"}
DUTY = {"agency": "机关 agency", "officer": "执法人员 officer", "party": "当事人 party"}
KIND = {"working": "工作日 working", "calendar": "日 calendar"}
PARTY = {"citizen": "公民", "organisation": "单位"}
INTRODUCTION = """# Procedures 办案程序

What the bundled procedure documents say, for people; generated from `core/src/gridwitness/rules/data/` by
`PYTHONPATH=tests python -m support.procedure_page`, and checked by `make check`. The form of a document is
section 15 of [format.md](format.md). How sure a rule is stands beside it: *assumed* ones are our reading, for
a lawyer to confirm before anyone relies on them; a jurisdiction lays its own numbers over them by a pack.
"""


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for document in bundled():
        parts += _procedure(Procedure.parse(document))
    parts += _packs()
    return "\n".join(parts).rstrip() + "\n"


def _procedure(law: Procedure) -> Iterator[str]:
    document = law.document
    yield f"## {document.title_zh} {document.title_en}\n"
    yield f"Version `{law.version}`. States: {' · '.join(law.states)}. A milestone (*m*) goes to the chain.\n"
    yield "### 步骤 Steps\n"
    yield from _table(
        (
            "step",
            "中文",
            "*m*",
            "signed by 签署",
            "from → to",
            "article 依据",
            "requirements, by the reason given 要求（不符时的理由）",
        ),
        (_step_row(law, step) for step in law.steps.values()),
    )
    yield "### 期限 Clocks\n"
    yield from _table(
        ("clock", "中文", "whose 义务", "from → until", "term 期限", "article 依据", "confidence"),
        (_clock_row(law, name) for name in law.clocks),
    )
    yield "### 数额 Thresholds\n"
    yield from _table(
        ("name", "value", "article 依据", "confidence"),
        (_threshold_row(law, threshold) for threshold in law.thresholds.values()),
    )
    yield "### 依据 Rules\n"
    yield from _table(
        ("rule", "article 条文", "content 内容", "source 来源", "since 施行", "confidence"),
        (
            (
                rule.rule,
                rule.article,
                f"{rule.zh} · {rule.en}",
                rule.source,
                rule.effective_from.isoformat(),
                CONFIDENCE[rule.confidence],
            )
            for rule in document.laws.values()
        ),
    )


def _step_row(law: Procedure, step: Step) -> tuple[str, ...]:
    roles = "、".join(ROLES[role] for role in ROLES if role in step.roles)
    origins = (
        "any" if step.origins == set(law.states) else " ".join(s for s in law.states if s in step.origins)
    )
    return (
        step.step,
        step.zh,
        step.milestone or "",
        roles,
        f"{origins or '—'} → {_targets(step)}",
        law.law(step.rule).article,
        "<br>".join(_requirement(requirement) for requirement in step.requires),
    )


def _targets(step: Step) -> str:
    if step.to is None:
        return "·"
    if isinstance(step.to, str):
        return step.to
    return ", ".join(f"{word(outcome)[0]} {outcome}: {state}" for outcome, state in step.to.items())


def _requirement(requirement: Requirement) -> str:
    return f"{requirement.zh} ({requirement.rule})"


def _clock_row(law: Procedure, name: str) -> tuple[str, ...]:
    clock = law.clocks[name]
    term = f"{clock.days} {KIND[clock.kind]}{' ↷' if clock.roll else ''}"
    if clock.extended_by:
        term += f", + {clock.extended_by}"
    if clock.suspended_by:
        term += f", not {' … '.join(clock.suspended_by)}"
    return (
        clock.clock,
        clock.zh,
        DUTY[clock.duty],
        f"{', '.join(clock.start)}{' (if)' if clock.condition else ''} → {', '.join(clock.end)}",
        term,
        law.law(clock.rule).article,
        CONFIDENCE[clock.confidence],
    )


def _threshold_row(law: Procedure, threshold: Threshold) -> tuple[str, ...]:
    values = (
        [f"{threshold.value}"]
        if threshold.value is not None
        else [f"{PARTY[kind]} {threshold.by_party[kind]}" for kind in PARTY]
    )
    return (
        threshold.name,
        f"{' · '.join(values)} {threshold.unit}",
        law.law(threshold.rule).article,
        CONFIDENCE[threshold.confidence],
    )


def _packs() -> Iterator[str]:
    yield "## 地方规则 Packs\n"
    yield "`GRIDWITNESS_JURISDICTION` chooses one; a case keeps the version it was opened under.\n"
    national = {document["procedure"]: Procedure.parse(document) for document in bundled()}
    rows: list[tuple[str, ...]] = []
    for jurisdiction in sorted(jurisdictions() - {"national"}):
        for document in bundled(jurisdiction):
            law = Procedure.parse(document)
            base = national[law.procedure]
            for name, threshold in law.thresholds.items():
                if threshold != base.thresholds[name]:
                    rows.append((jurisdiction, law.procedure, *_threshold_row(law, threshold)))
            rows.extend(
                (jurisdiction, law.procedure, name, _clock_row(law, name)[4], *_clock_row(law, name)[5:])
                for name in law.clocks
                if law.clocks[name] != base.clocks[name]
            )
    yield from _table(("pack", "procedure", "name", "value", "article 依据", "confidence"), rows)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def main(arguments: list[str]) -> int:
    """Write the page, or say that it is stale."""
    text = page()
    if "--check" in arguments:
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
            return 0
        print("docs/procedures.md is stale; run python -m support.procedure_page", file=sys.stderr)
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
