"""`gridwitness dispatch add|activate|retire|show|rules|history`: models and rules at the platform."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from gridwitness.dispatch import ModelRow
from gridwitness.dispatch.history import history as told
from gridwitness.dispatch.rules_document import read_rules
from gridwitness.durable_file import replace_file
from gridwitness.errors import InvalidInput
from rich.console import Console
from rich.table import Table

from gridwitness_cli.runtime import attached_platform

Agency = Annotated[str | None, typer.Option(help="Default: the founding agency. 机关")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON 输出")]
Named = Annotated[str, typer.Argument(help="NAME@VERSION 模型与版本")]


def add(
    file: Annotated[Path, typer.Argument(help="What `dispatch train` wrote. 模型文件")],
    name: Annotated[str, typer.Option(help="Of the model; versions count from 1. 模型名")] = "units",
    agency: Agency = None,
    activate: Annotated[bool, typer.Option("--activate", help="Set it to work at once. 立即启用")] = False,
) -> None:
    """Record a trained model as the next version, ready to be set to work. 登记训练好的模型。"""
    data = _bytes(file)
    with attached_platform() as platform, platform.transaction() as session:
        code = agency or platform.settings.agency_code
        row = platform.dispatch_models.add(session, code, name, data, by=None)
        if activate:
            row = platform.dispatch_models.move(session, row.model, row.version, "active", by=None)
        typer.echo(f"{row.model}@{row.version} {row.state}")


def activate(named: Named) -> None:
    """Set a version to work; the one before it retires. Nothing is restarted. 启用模型版本。"""
    _move(named, "active")


def retire(named: Named) -> None:
    """Take a version from work: what it decided goes to people. 停用模型版本。"""
    _move(named, "retired")


def show(agency: Agency = None, as_json: AsJson = False) -> None:
    """Models with their measure, and the rules in force. 查看模型与规则。"""
    with attached_platform() as platform, platform.transaction() as session:
        code = agency or platform.settings.agency_code
        models = [model_view(row) for row in platform.dispatch_models.all(session, code)]
        today = platform.clock.now().astimezone(platform.settings.zone).date()
        rules = platform.dispatch_rules.on(session, today)
        listed = [{"id": rule.id, "zh": rule.zh, "en": rule.en, "unit": rule.unit} for rule in rules.rules]
    if as_json:
        view = {"models": models, "rules": {"version": rules.version, "rules": listed}}
        typer.echo(json.dumps(view, ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    table = Table("模型 model", "状态 state", "准确率", "macro-F1", "ECE", "自动比例", "准确率*", "门限 gate")
    for model in models:
        measured = model["measured"]
        names = ("accuracy", "macro_f1", "ece", "share", "precision")
        figures = (str(measured[name] or "–")[:6] for name in names)
        table.add_row(f"{model['model']}@{model['version']}", model["state"], *figures, model["gate"][:6])
    console.print(table)
    for one in listed:
        console.print(f"规则 rule {one['id']} → {one['unit']}: {one['zh']} {one['en']}")


def rules(
    file: Annotated[Path, typer.Argument(help="gridwitness-dispatch-rules/1, JSON. 规则文件")],
    since: Annotated[str | None, typer.Option(help="Local day, YYYY-MM-DD; default: today. 生效日")] = None,
    agency: Agency = None,
) -> None:
    """Publish dispatch rules as a new version. 发布派遣规则。"""
    content = read_rules(_bytes(file).decode("utf-8", errors="replace"))
    with attached_platform() as platform, platform.transaction() as session:
        today = platform.clock.now().astimezone(platform.settings.zone).date()
        day = today if since is None else _day(since)
        code = agency or platform.settings.agency_code
        platform.dispatch_rules.publish(session, code, content, day, by=None)
    typer.echo(f"dispatch/rules {len(content['rules'])} rules, {day}")


def history(
    out: Annotated[Path, typer.Argument(help="JSON lines, kept from others. 输出文件")],
    agency: Agency = None,
) -> None:
    """Write the office's closed events as examples: text, unit, hours, matter, grid … 导出历史作训练数据。"""
    with attached_platform() as platform, platform.transaction() as session:
        lines = [
            json.dumps(one, ensure_ascii=False)
            for one in told(session, agency or platform.settings.agency_code)
        ]
    replace_file(out, "".join(f"{line}\n" for line in lines).encode(), mode=0o600)
    typer.echo(f"{out}: {len(lines)} events 事件")


def model_view(row: ModelRow) -> dict[str, Any]:
    """A model as JSON."""
    return {
        "model": row.model,
        "version": row.version,
        "state": row.state,
        "gate": str(row.gate),
        "trained": row.trained,
        "measured": row.measured,
        "sha256": row.sha256,
        "record": str(row.record),
    }


def _move(named: str, state: str) -> None:
    name, _, version = named.rpartition("@")
    if not name or not version.isascii() or not version.isdecimal():
        raise InvalidInput("model-name", f"{named!r} is no NAME@VERSION.", "such as units@1")
    with attached_platform() as platform, platform.transaction() as session:
        row = platform.dispatch_models.move(session, name, int(version), state, by=None)
        typer.echo(f"{row.model}@{row.version} {row.state}")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput("file-unreadable", f"{path}: {error}", None) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("day-invalid", f"{text!r} is no day.", "write YYYY-MM-DD") from None
