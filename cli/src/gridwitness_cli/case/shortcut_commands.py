"""`gridwitness case attach | decide | close`: the steps officers take most, with options of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridwitness_cli.case.step_commands import run_step
from gridwitness_cli.case.step_options import (
    Alone,
    AsJson,
    At,
    Basis,
    Capture,
    Captured,
    ClockSource,
    Detail,
    DeviceName,
    Facts,
    Named,
    Officer,
    Offline,
    Place,
    StepOptions,
)

EVIDENCE_KINDS = (
    "documentary 书证, physical 物证, audiovisual 视听资料, electronic 电子数据, testimony 证人证言, "
    "party-statement 当事人陈述, expert-opinion 鉴定意见, scene-record 勘验笔录、现场笔录"
)


def attach(
    context: typer.Context,
    case: Named,
    kind: Annotated[str, typer.Option(help=f"行政处罚法 Art. 46: {EVIDENCE_KINDS}")],
    title: Annotated[str, typer.Option(help="What it is, without personal data. 证据名称")],
    file: Annotated[list[Path], typer.Option(help="The file; repeated. 证据文件")],
    officer: Officer = None,
    facts: Facts = None,
    place: Place = None,
    at: At = None,
    offline: Offline = False,
    captured: Captured = None,
    device_name: DeviceName = None,
    clock_source: ClockSource = None,
    as_json: AsJson = False,
) -> None:
    """Attach an item of evidence with its files. 收集证据。"""
    options = StepOptions(
        "evidence",
        details=[f"kind={kind}", f"title={title}"],
        officers=officer,
        facts=facts,
        place=place,
        files=file,
        at=at,
    )
    run_step(
        context, case, options, Capture(captured, device_name, clock_source) if offline else None, as_json
    )


def decide(
    context: typer.Context,
    case: Named,
    outcome: Annotated[str, typer.Option(help="penalty, no-penalty or transfer. 决定结果")],
    fine: Annotated[str | None, typer.Option(help="In yuan. 罚款金额（元）")] = None,
    penalty: Annotated[list[str] | None, typer.Option(help="As fine, warning; repeated. 处罚种类")] = None,
    detail: Detail = None,
    officer: Officer = None,
    without_me: Alone = False,
    facts: Facts = None,
    basis: Basis = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Decide the case. 作出处罚决定。"""
    details = [f"penalty_kinds={kind}" for kind in penalty or []] + (detail or [])
    if fine is not None:
        details.append(f"fine={fine}")
    options = StepOptions(
        "decision", outcome, details, officer, without_me, None, facts, None, basis, None, at
    )
    run_step(context, case, options, None, as_json)


def close(
    context: typer.Context,
    case: Named,
    detail: Detail = None,
    officer: Officer = None,
    without_me: Alone = False,
    facts: Facts = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Close the case. 结案。"""
    options = StepOptions("closure", None, detail, officer, without_me, None, facts, at=at)
    run_step(context, case, options, None, as_json)
