"""Act 10: each case in one file, downloaded by the auditor and verified without platform or node."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from gridwitness_cli.demo.acts.evidence import AuditorDesk
from gridwitness_cli.demo.acts.timeline import local, made, name_of, step_text
from gridwitness_cli.demo.cast import AUDITOR
from gridwitness_cli.demo.company import Company
from gridwitness_cli.demo.story import expect
from gridwitness_cli.demo.verification import Verdict

_CASES = {"summary": "简易程序 summary", "general": "一般程序 general"}
_FIRST_CHECKS = ("case", "milestones", "completeness", "officers", "procedure", "clocks", "documents")


def prove_cases(desk: AuditorDesk) -> None:
    """Both cases, redacted and with personal data; a document joined; a file with a record left out."""
    story = desk.company.story
    folder = desk.bundles.parent / "cases"
    folder.mkdir(exist_ok=True)
    for key, title in _CASES.items():
        whole = _download(desk.company, key, folder, personal=True)
        verdict = desk.verify(f"bundle: 案卷，含个人信息 case file, {title}", 0, "bundle", whole)
        redacted = _download(desk.company, key, folder, personal=False)
        desk.verify(f"bundle: 案卷，隐去个人信息 case file, redacted, {title}", 0, "bundle", redacted)
        _show(desk.company, key, verdict)
    decision = desk.company.papers["general-decision"]
    what = "bundle: 案卷与决定书原件 case file with the decision's PDF"
    desk.verify(what, 0, "bundle", folder / "general.json", "--document", decision)
    other = desk.company.papers["summary-decision"]
    what = "bundle: 案卷与他案的决定书 case file with another case's PDF"
    desk.verify(what, 1, "bundle", folder / "general.json", "--document", other)
    _leave_one_out(desk, folder)
    story.counts["case_files"] = 2 * len(_CASES)


def _download(company: Company, key: str, folder: Path, *, personal: bool) -> Path:
    out = folder / (f"{key}.json" if personal else f"{key}-redacted.json")
    asked = ("--personal",) if personal else ()
    company.device(AUDITOR).case("file", company.named[key], "--out", out, *asked)
    return out


def _show(company: Company, key: str, verdict: Verdict) -> None:
    """The timeline as the verifier read it from the file alone, and what it makes of the case."""
    subject = verdict.report["subject"]
    results = {check["name"]: check for check in verdict.report["checks"]}
    company.story.say(
        f"   [green]✓[/] {subject['case']} · {_CASES[key]} · 时间线由核验工具读出 read by the verifier"
    )
    company.story.show(_timeline(company, subject["timeline"]))
    found = " · ".join(f"{name} {results[name]['result']}" for name in _FIRST_CHECKS)
    company.story.say(f"   {found}")


def _timeline(company: Company, rows: list[Mapping[str, Any]]) -> Table:
    """Its steps; the report itself has cosignatures and documents too."""
    table = made(
        "seq", "时间 when", "步骤 step", "依据 article", "签名 signed", "节点 milestone", "上链 anchored"
    )
    for row in rows:
        if row["step"] is None:
            continue
        table.add_row(
            str(row["seq"]),
            local(company, row["occurred_at"]),
            step_text(row),
            row["article"],
            name_of(company, row["signer"]),
            row["milestone"] or "",
            local(company, row["anchored"]),
        )
    return table


def _leave_one_out(desk: AuditorDesk, folder: Path) -> None:
    """The investigators' record that speaks for the party vanishes from the file: the gap is named."""
    content = json.loads((folder / "general.json").read_text("utf-8"))
    missing = content["records"].pop(len(content["records"]) // 2)
    shortened = folder / "general-one-left-out.json"
    shortened.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    what = "bundle: 抽去一条记录的案卷 case file with one record left out"
    verdict = desk.verify(what, 1, "bundle", shortened)
    gap = [place for place in verdict.failed.get("case", []) if place.get("code") == "gap"]
    expect(bool(missing) and bool(gap), "gap-unnamed", f"The missing record is not named: {verdict.failed}")
    desk.company.story.say(f"   [red]✗[/] 抽去一条记录 one record left out → case: {gap[0].get('detail')}")
