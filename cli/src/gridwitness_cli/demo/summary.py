"""The end of the demo: a table for people, `summary.json` for programs."""

from __future__ import annotations

import json
from pathlib import Path

from gridwitness.durable_file import replace_file
from rich import box
from rich.console import Console
from rich.table import Table

from gridwitness_cli.demo.story import Story

_PLACES = ("log", "index", "jti", "table", "key", "column", "field", "file")
_LONGEST = 44


def write_summary(story: Story, folder: Path) -> Path:
    """`summary.json`, whatever came of the story."""
    path = folder / "summary.json"
    content = json.dumps(story.to_json(), ensure_ascii=False, indent=2).encode() + b"\n"
    replace_file(path, content, mode=0o644)
    return path


def show_summary(story: Story, folder: Path, console: Console) -> None:
    """Steps, verifications and what became of every tampering."""
    console.print()
    console.print(_steps(story))
    if story.refusals:
        console.print(_refusals(story))
    if story.verifications:
        console.print(_verifications(story))
    if story.tampering:
        console.print(_tampering(story))
    console.print(f"证据包 bundles: {folder / 'bundles'}")
    console.print(f"报告 report:    {folder / 'report.html'}")
    console.print(f"摘要 summary:   {folder / 'summary.json'}")
    if story.ok:
        console.print("[bold green]演示成功：证据全部核实，改动全部被发现。[/]")
        console.print("[bold green]All evidence was proved, every tampering was named.[/]")
    else:
        console.print("[bold red]演示失败 The demo failed:[/]", style="red", end=" ")
        console.print(story.failure or "not every step went as it should", markup=False)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _steps(story: Story) -> Table:
    table = _table("步骤 Steps", "", "步骤 step", "秒 s")
    for step in story.steps:
        table.add_row("✓" if step["ok"] else "✗", step["title"], f"{step['seconds']:.1f}")
    counts = " · ".join(f"{name} {count}" for name, count in story.counts.items())
    table.caption = counts
    table.caption_justify = "left"
    return table


def _refusals(story: Story) -> Table:
    table = _table("拒绝的输入 Refused inputs", "输入 input", "HTTP", "代码 code", "依据 article")
    for refusal in story.refusals:
        status = "合约 contract" if refusal.status == 0 else str(refusal.status)
        table.add_row(refusal.what, status, refusal.code, refusal.article or "")
    return table


def _verifications(story: Story) -> Table:
    table = _table("独立核实 Verification", "命令 command", "退出码 exit", "结论 verdict")
    for verification in story.verifications:
        table.add_row(verification.what, str(verification.exit_code), verification.verdict)
    return table


def _tampering(story: Story) -> Table:
    table = _table("篡改与核查 Tampering", "", "改动 change", "核查项 check", "指出的位置 named at")
    for change in story.tampering:
        place = ", ".join(
            f"{name}={_short(str(change.found[name]))}" for name in _PLACES if name in change.found
        )
        code = change.found.get("code")
        table.add_row(
            "✓" if change.named else "✗",
            f"{change.what}\n{change.table}.{change.column}",
            change.checks[0] if change.checks else "–",
            place if code is None else f"{code}: {place}",
        )
    return table


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
