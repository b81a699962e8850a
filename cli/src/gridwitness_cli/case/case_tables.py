"""Tables of a case for the terminal: its history with the articles, and its clocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from gridwitness.rules import LOCAL
from rich.markup import escape
from rich.table import Table

from gridwitness_cli.case.case_words import milestone_words, outcome_words

_DUTIES = {"agency": "机关 agency", "officer": "执法人员 officer", "party": "当事人 party"}
_STATES = {"running": "进行中 running", "met": "按期 met", "late": "[red]逾期办结 late[/]"}


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A plain table; cells are shown as they are, None as a dash."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*("–" if cell is None else escape(str(cell)) for cell in row))
    return made


def timeline_table(view: Mapping[str, Any]) -> Table:
    """Every step with when, what, by which article, and the milestone with its block."""
    blocks = {found["index"]: found for found in view["milestones"]}
    by_jti = {found["jti"]: found for found in blocks.values()}
    made = Table(box=None, pad_edge=False, header_style="bold")
    for column in (
        "seq",
        "时间 when (UTC+8)",
        "步骤 step",
        "结果 outcome",
        "依据 article",
        "节点 milestone",
        "共同签名 cosigned",
    ):
        made.add_column(column, overflow="fold")
    for step in view["steps"]:
        milestone = by_jti.get(step["jti"])
        made.add_row(
            str(step["seq"]),
            escape(local_time(step["occurred_at"])),
            escape(f"{step['zh']} {step['step']}"),
            escape(outcome_words(step["outcome"])),
            escape(f"{step['article']} {step['rule']}"),
            "" if milestone is None else _milestone(milestone),
            ("是 yes" if step["cosigner"] else "[yellow]仅声明 claimed[/]") if step["milestone"] else "",
        )
    return made


def clock_table(view: Mapping[str, Any]) -> Table:
    """What is due when, by which article, and what is overdue."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("期限 clock", "依据 article", "责任 duty", "起算 from", "到期 due", "状态 state"):
        made.add_column(column, overflow="fold")
    for clock in view["clocks"]:
        state = (
            "[bold red]已逾期 OVERDUE[/]" if clock["overdue"] else _STATES.get(clock["state"], clock["state"])
        )
        made.add_row(
            escape(f"{clock['zh']} {clock['clock']}"),
            escape(f"{clock['article']} {clock['rule']}"),
            _DUTIES.get(clock["duty"], escape(clock["duty"])),
            clock["started_on"],
            clock["due_on"] or f"[red]{escape(clock['problem'] or '–')}[/]",
            state if clock["ended_on"] is None else f"{state} {clock['ended_on']}",
        )
    return made


def local_time(text: str) -> str:
    """A time of the platform as people in China read it."""
    return datetime.fromisoformat(text).astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")


def _milestone(found: Mapping[str, Any]) -> str:
    block = found.get("block_number")
    where = "[yellow]待上链 waiting[/]" if block is None else f"区块 block {block}"
    return f"{found['index']} {escape(milestone_words(found['milestone']))} · {where}"
