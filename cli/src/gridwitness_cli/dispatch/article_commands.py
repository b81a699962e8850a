"""`gridwitness dispatch articles`: the knowledge base from the operator's side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from gridwitness.errors import InvalidInput
from rich.console import Console
from rich.table import Table

from gridwitness_cli.runtime import attached_platform

app = typer.Typer(help="Clauses and manual pages by matter. 知识库。", no_args_is_help=True)
_MEMBERS = {"article", "title", "body", "matters", "law", "source", "state"}
_DEFAULTS: dict[str, Any] = {"matters": [], "law": None, "source": None, "state": "valid"}

Agency = Annotated[str | None, typer.Option(help="Default: the founding agency. 机关")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON 输出")]


@app.command("import")
def take(
    file: Annotated[Path, typer.Argument(help="JSON lines: article, title, body, matters, law … 条目文件")],
    agency: Agency = None,
) -> None:
    """Take over articles; what stands here in the same words is left alone. 导入条目。"""
    contents = _read(file)
    with attached_platform() as platform, platform.transaction() as session:
        taken = platform.articles.take(session, agency or platform.settings.agency_code, contents)
    for number, one in enumerate(taken, 1):
        if one.error is not None:
            typer.echo(f"line {number}: {one.error} [{one.error.code}]", err=True)
    counts = {state: sum(one.state == state for one in taken) for state in ("published", "unchanged", "bad")}
    typer.echo(" ".join(f"{state} {count}" for state, count in counts.items()))
    if counts["bad"]:
        raise typer.Exit(1)


@app.command("list")
def list_(
    matter: Annotated[str | None, typer.Option(help="About this matter. 事项")] = None,
    words: Annotated[str | None, typer.Option(help="In title or body. 词语")] = None,
    agency: Agency = None,
    as_json: AsJson = False,
) -> None:
    """Articles that are valid, by number. 条目列表。"""
    with attached_platform() as platform, platform.transaction() as session:
        code = agency or platform.settings.agency_code
        rows = platform.articles.page(session, code, matter=matter, words=words, limit=1_000)
        views: list[dict[str, Any]] = [
            {"article": r.article, "version": r.version, "title": r.title, "matters": r.matters, "law": r.law}
            for r in rows
        ]
    if as_json:
        typer.echo(json.dumps(views, ensure_ascii=False, indent=2))
        return
    table = Table("编号 article", "版本", "标题 title", "事项 matters", "依据 law")
    for view in views:
        law = "；".join(view["law"] or ())
        table.add_row(view["article"], str(view["version"]), view["title"], " ".join(view["matters"]), law)
    Console(highlight=False).print(table)


@app.command("show")
def show(article: Annotated[str, typer.Argument(help="编号")]) -> None:
    """The newest version of an article. 查看条目。"""
    with attached_platform() as platform, platform.transaction() as session:
        row = platform.articles.find(session, article)
        typer.echo(f"{row.article}@{row.version} {row.state} {row.title}\n\n{row.body}")
        for clause in row.law or ():
            typer.echo(f"· {clause}")


def _read(file: Path) -> list[dict[str, Any]]:
    """Raises InvalidInput `articles-unreadable` with the line."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput("articles-unreadable", f"{file}: {error}", None) from error
    return [_content(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _content(number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise InvalidInput("articles-unreadable", f"line {number}: {error}", "one object a line") from error
    if not isinstance(found, dict) or not {"article", "title", "body"} <= found.keys() <= _MEMBERS:
        raise InvalidInput(
            "articles-unreadable",
            f"line {number} is no article.",
            f"an object of {', '.join(sorted(_MEMBERS))}; article, title and body are needed",
        )
    return _DEFAULTS | found
