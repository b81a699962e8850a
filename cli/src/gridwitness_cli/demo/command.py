"""`gridwitness demo`: the whole product once, on a deployment of its own; no process of it runs on."""

from __future__ import annotations

import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from gridwitness.errors import GridWitnessError
from gridwitness.settings import load_settings
from rich.console import Console

from gridwitness_cli.demo.acts.case_files import prove_cases
from gridwitness_cli.demo.acts.casework import play_case
from gridwitness_cli.demo.acts.checkpoints import report_anomalies
from gridwitness_cli.demo.acts.closed_loop import play_event, prove_event
from gridwitness_cli.demo.acts.evidence import AuditorDesk, anchor_everything, prove
from gridwitness_cli.demo.acts.hotspots import publish_hotspots, read_map
from gridwitness_cli.demo.acts.keys import change_keys
from gridwitness_cli.demo.acts.opening import open_story
from gridwitness_cli.demo.acts.refusals import try_wrong_inputs
from gridwitness_cli.demo.acts.registry import push_milestones
from gridwitness_cli.demo.acts.tampering import tamper
from gridwitness_cli.demo.company import Company
from gridwitness_cli.demo.general_decision import GENERAL_CASE
from gridwitness_cli.demo.stage import open_stage
from gridwitness_cli.demo.story import Story
from gridwitness_cli.demo.summary import show_summary, write_summary
from gridwitness_cli.demo.summary_case import SUMMARY_CASE

_INTERRUPTED = 130
_INTERRUPTION = "interrupted 已中断"
_PLAIN_WIDTH = 120
"""Columns where nobody's terminal says how many."""


def demo(
    as_json: Annotated[bool, typer.Option("--json", help="Print summary.json instead of the story.")] = False,
) -> None:
    """Play the whole product once, from signing to audit, on a deployment of its own. 全流程演示。"""
    folder = load_settings().home / "demo"
    console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _PLAIN_WIDTH)
    story = Story(None if as_json else console)
    # Also where SIGINT came ignored, as in a shell's background.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    try:
        _play(story, folder)
    except KeyboardInterrupt:
        story.failure = _INTERRUPTION
    except GridWitnessError as error:
        if error.code == "demo-running":
            raise
        story.failure = f"{error.code}: {error}"
    except Exception as error:
        story.failure = f"{type(error).__name__}: {error}"
        write_summary(story, folder)
        raise
    path = write_summary(story, folder)
    if as_json:
        typer.echo(path.read_text("utf-8"), nl=False)
    else:
        show_summary(story, folder, console)
    raise typer.Exit(0 if story.ok else _INTERRUPTED if story.failure == _INTERRUPTION else 1)


def _play(story: Story, folder: Path) -> None:
    story.say("[bold]GridWitness 网格见证[/] · 演示 demo · simulated clock 模拟时钟")
    with ExitStack() as stack:
        with story.step("start", "启动平台 the platform starts"):
            stage = stack.enter_context(open_stage(folder))
        with Company(stage, story) as company:
            _acts(company)
        with story.step("stop", "停止全部进程 every process is stopped"):
            stack.close()


def _acts(company: Company) -> None:
    story = company.story
    with story.step("opening", "两个机关、账号与密钥 two agencies, accounts, keys"):
        open_story(company)
    with story.step("summary-case", "简易程序案件 a case in summary procedure"):
        play_case(company, SUMMARY_CASE)
    with story.step("checkpoints", "过车、异常检测与人工复核 passages, anomalies and their review"):
        report_anomalies(company)
    with story.step("general-case", "一般程序案件 a case in general procedure"):
        play_case(company, GENERAL_CASE)
    with story.step("registry", "绕过平台直报合约 milestones pushed past the platform"):
        push_milestones(company)
    with story.step("hotspots", "高发区域快照上链 hotspots go on the chain"):
        publish_hotspots(company)
    with story.step("keys", "密钥换发与吊销 keys rotated and revoked"):
        change_keys(company)
    with story.step("event", "事件闭环：七步、回退、延期、督办、吹哨 one event through all seven stages"):
        play_event(company)
    with story.step("refusals", "错误输入 wrong inputs"):
        try_wrong_inputs(company)
    with story.step("anchor", "全部上链 everything is anchored"):
        anchor_everything(company)
    desk = AuditorDesk.set_up(company)
    with story.step("case-files", "案卷离线核实 case files, verified offline"):
        prove_cases(desk)
    with story.step("event-file", "事件档案离线核实 the event's history, verified offline"):
        prove_event(desk)
    with story.step("verify", "独立核实 independent verification"):
        prove(desk)
    with story.step("map", "公安节点由链上读图 a police node reads the map from the chain"):
        read_map(desk)
    with story.step("tampering", "改动数据库与文件，逐项核查 changes in database and files, one by one"):
        tamper(desk)
