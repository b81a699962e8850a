"""How a case went: every step with its article and its signers, and every clock, as one table each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gridwitness.rules import word
from rich import box
from rich.table import Table

from gridwitness_cli.demo.company import Company

_DUTIES = {"agency": "机关 agency", "officer": "执法人员 officer", "party": "当事人 party"}
_STATES = {
    "running": "进行中 running",
    "met": "[green]按期 met[/]",
    "late": "[red]逾期 late[/]",
    "suspended": "中止 suspended",
}


def show_case(company: Company, view: Mapping[str, Any]) -> None:
    """The tables of a case as the platform shows it."""
    company.story.show(timeline(company, view))
    company.story.show(clocks(view["clocks"]))


def timeline(company: Company, view: Mapping[str, Any]) -> Table:
    """One line for every step: when, what, by which article, who signed and cosigned, in which block."""
    table = made("时间 when", "步骤 step", "依据 article", "签名 signed", "节点、区块 milestone, block")
    blocks = {found["jti"]: found for found in view["milestones"]}
    for step in view["steps"]:
        reached = blocks.get(step["jti"])
        cosigner = name_of(company, step["cosigner"])
        table.add_row(
            local(company, step["occurred_at"]),
            step_text(step),
            step["article"],
            name_of(company, step["signer"]) + (f" + {cosigner}" if cosigner else ""),
            "" if reached is None else f"{reached['index']} {reached['milestone']} {reached['block_number']}",
        )
    return table


def clocks(readings: Iterable[Mapping[str, Any]]) -> Table:
    """What was due when, by which article, and whether it was met."""
    table = made("期限 clock", "依据 article", "责任 duty", "起算 from", "到期 due", "状态 state")
    for clock in readings:
        state = "[bold red]已逾期 OVERDUE[/]" if clock["overdue"] else _STATES[clock["state"]]
        table.add_row(
            f"{clock['zh']} [dim]{clock['clock']}[/]",
            clock["article"],
            _DUTIES[clock["duty"]],
            clock["started_on"],
            clock["due_on"] or str(clock["problem"]),
            state if clock["ended_on"] is None else f"{state} {clock['ended_on']}",
        )
    return table


def step_text(row: Mapping[str, Any]) -> str:
    """A step in both languages, with its outcome."""
    outcome = "" if row["outcome"] is None else f" → {word(row['outcome'])[0]} {row['outcome']}"
    return f"{row['zh']} [dim]{row['step']}[/]{outcome}"


def made(*columns: str) -> Table:
    """A compact table."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def local(company: Company, instant: str) -> str:
    """`MM-DD HH:MM` where the story plays."""
    return datetime.fromisoformat(instant).astimezone(company.stage.settings.zone).strftime("%m-%d %H:%M")


def name_of(company: Company, account: str | None) -> str:
    """A person's name by their account id."""
    if account is None:
        return ""
    return next(
        (company.names[user] for user, known in company.accounts.items() if known == account), account
    )
