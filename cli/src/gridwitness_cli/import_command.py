"""`gridwitness import`: rows of outside files become records signed by the agency."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from gridwitness.errors import InvalidInput, Misconfigured
from gridwitness.members import AgencyRow
from gridwitness.platform import Platform
from gridwitness.records import Kind
from gridwitness.settings import load_settings
from gridwitness_ingest.importing import ImportSummary, import_rows
from gridwitness_ingest.mapping import ColumnMapping, importable_kind
from gridwitness_ingest.row import RowTable
from gridwitness_ingest.rows import open_rows
from sqlalchemy import select

from gridwitness_cli.collector import collect_rarely
from gridwitness_cli.import_output import BadRowFile, FileProgress
from gridwitness_cli.runtime import attached_platform


@dataclass(frozen=True)
class ImportPlan:
    """What the options say, checked before the platform is asked for."""

    files: Sequence[Path]
    kind: Kind
    subject_column: str
    mapping: ColumnMapping
    agency: str | None
    system: str | None
    bad_rows: Path | None


@dataclass(frozen=True)
class FileResult:
    """What became of one file; `bad_rows` is where its bad rows stand, if it had any."""

    file: str
    summary: ImportSummary
    bad_rows: str | None


def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="CSV or NDJSON, also .gz. 文件")],
    kind: Annotated[str, typer.Option(help="As event.reported; without version the newest. 记录类型")],
    subject: Annotated[
        str, typer.Option(metavar="COLUMN", help="The column with each row's own key. 主键列")
    ],
    timezone: Annotated[str, typer.Option(metavar="ZONE", help="Of times without offset (IANA). 时区")],
    agency: Annotated[
        str | None, typer.Option(help="Who signs; needed where there are several. 机关")
    ] = None,
    system: Annotated[
        str | None, typer.Option(help="Name of the outside system; default: the file. 来源系统")
    ] = None,
    column_map: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Repeated. 字段对应的列")
    ] = None,
    bad_rows: Annotated[
        Path | None, typer.Option(help="Where bad rows go; default FILE.bad.ndjson. 问题行文件")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Summary as JSON. 以 JSON 输出")] = False,
) -> None:
    """Import rows as records; can be repeated without doubling. 导入外部数据，可重复执行。

    Exit code 0: every row was taken or known already; 1: some rows were bad; 2: unusable input or options.
    """
    chosen = importable_kind(kind)
    mapping = ColumnMapping(chosen, _zone(timezone), _overrides(column_map or []))
    plan = ImportPlan(files, chosen, subject, mapping, agency, system, bad_rows)
    for file in files:  # an unusable file is told before anything is recorded
        _open(plan, file)
    settings = load_settings()
    if not settings.trust_file.exists():  # the last thing that setting up writes
        raise Misconfigured(
            "home-not-set-up", f"{settings.home} holds no platform yet.", "run `gridwitness up`"
        )
    with attached_platform(settings) as platform:
        collect_rarely()
        results = run_import(platform, plan)
    _print(results, as_json)
    if any(result.summary.bad for result in results):
        raise typer.Exit(1)


def run_import(platform: Platform, plan: ImportPlan) -> list[FileResult]:
    """Import every file, with a progress bar on stderr. Raises GridWitnessError."""
    agency = signing_agency(platform, plan.agency)
    with ExitStack() as stack:
        shared = None if plan.bad_rows is None else stack.enter_context(BadRowFile(plan.bad_rows))
        return [_import_file(platform, plan, agency, file, shared) for file in plan.files]


def _import_file(
    platform: Platform, plan: ImportPlan, agency: str, file: Path, shared: BadRowFile | None
) -> FileResult:
    with ExitStack() as stack:
        bar = stack.enter_context(FileProgress(file))
        table = _open(plan, file, bar.read_to)
        out = shared or stack.enter_context(BadRowFile(file.with_name(f"{file.name}.bad.ndjson")))
        summary = import_rows(
            platform,
            agency,
            plan.kind,
            plan.subject_column,
            plan.system or file.name,
            table.rows,
            mapping=plan.mapping,
            on_bad=lambda bad: out.write(file, bad),
            on_progress=bar.show,
        )
    return FileResult(str(file), summary, str(out.path) if summary.bad else None)


def _open(plan: ImportPlan, file: Path, on_read: Callable[[int], None] = lambda _: None) -> RowTable:
    table = open_rows(file, on_read)
    if table.columns is not None:
        if plan.subject_column not in table.columns:
            raise InvalidInput(
                "subject-column",
                f"{file} has no column {plan.subject_column!r}.",
                f"give --subject one of {list(table.columns)}",
            )
        plan.mapping.check_columns(table.columns)
    return table


def signing_agency(platform: Platform, wanted: str | None) -> str:
    """The agency that signs: the one named, else the only one there is."""
    with platform.transaction() as session:
        codes = list(session.scalars(select(AgencyRow.code).order_by(AgencyRow.code)))
    if wanted is None and len(codes) == 1:
        return codes[0]
    if wanted not in codes:
        message = (
            f"There is no agency {wanted!r} here." if wanted else f"There are {len(codes)} agencies here."
        )
        raise InvalidInput("agency-unknown", message, f"give --agency one of {codes}")
    return wanted


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(
            "timezone-unknown",
            f"No IANA time zone is named {name!r}.",
            "as America/Los_Angeles, Asia/Shanghai",
        ) from None


def _overrides(options: Sequence[str]) -> dict[str, str]:
    overrides = {}
    for option in options:
        field, sign, column = option.partition("=")
        if not sign or not field or field in overrides:
            raise InvalidInput(
                "map-option",
                f"--map {option!r} is not FIELD=COLUMN, or names a field twice.",
                "FIELD= for no column",
            )
        overrides[field] = column
    return overrides


def _print(results: Sequence[FileResult], as_json: bool) -> None:
    if as_json:
        print(json.dumps({"files": [asdict(result) for result in results]}, ensure_ascii=False, indent=2))
        return
    for result in results:
        done = result.summary
        print(
            f"{result.file}: 读取 read {done.read} · 新增 recorded {done.recorded} · "
            f"变更 changed {done.changed} · 未变 unchanged {done.unchanged} · 问题行 bad {done.bad}"
        )
        if result.bad_rows is not None:
            print(f"  问题行见 bad rows are in {result.bad_rows}")
