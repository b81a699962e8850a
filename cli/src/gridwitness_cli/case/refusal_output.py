"""A refusal on the terminal: rule, article and reason in both languages; or as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer
from gridwitness.errors import GridWitnessError, Unavailable
from rich.console import Console
from rich.markup import escape

from gridwitness_cli.device.platform_client import Refused

REFUSED = 2
AWAY = 3


@contextmanager
def told(as_json: bool) -> Iterator[None]:
    """Exit code 2: unusable input or a step the law does not allow; 3: a part is away.

    What is not said better here goes on to the program's own line on stderr.
    """
    try:
        yield
    except GridWitnessError as error:
        problem = problem_of(error)
        if as_json:
            typer.echo(json.dumps({"error": problem}, ensure_ascii=False, indent=2))
        elif problem.get("reasons"):
            print_reasons(problem)
        else:
            raise
        raise typer.Exit(AWAY if isinstance(error, Unavailable) else REFUSED) from None


def problem_of(error: GridWitnessError) -> dict[str, Any]:
    """The problem document, or what an error of the device itself says."""
    told_by_platform = error.context.get("problem") if isinstance(error, Refused) else None
    if isinstance(told_by_platform, dict):
        return told_by_platform
    return {"code": error.code, "detail": error.message, "hint": error.hint}


def print_reasons(problem: Mapping[str, Any]) -> None:
    """Why a step is not allowed, reason by reason, on stderr."""
    console = Console(stderr=True, highlight=False)
    console.print(f"[bold red]不予受理 refused[/] {escape(str(problem.get('detail', '')))}")
    for reason in problem["reasons"]:
        for line in reason_lines(reason):
            console.print(f"  {escape(line)}")
    console.print(f"  [dim]\\[{escape(str(problem.get('code')))}][/]")


def reason_lines(reason: Mapping[str, Any]) -> list[str]:
    """`APL-44 行政处罚法第四十四条: 中文`, then the English."""
    law = " ".join(str(reason[name]) for name in ("rule", "article") if reason.get(name))
    return [f"{law}：{reason.get('zh', '')}" if law else str(reason.get("zh", "")), str(reason.get("en", ""))]
