"""Files of a register, read row by row and handed to the platform a thousand at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from gridwitness.errors import GridWitnessError, InvalidInput, Misconfigured
from gridwitness.platform import Platform
from gridwitness.settings import load_settings
from gridwitness_evidence import EncodingError, strict_json
from gridwitness_ingest.csv_rows import open_csv
from gridwitness_ingest.lines import Line, read_lines
from gridwitness_ingest.row import BadRow, Row

from gridwitness_cli.collector import collect_rarely
from gridwitness_cli.import_command import signing_agency
from gridwitness_cli.import_output import BadRowFile
from gridwitness_cli.runtime import attached_platform
from gridwitness_cli.truck.register_columns import REGISTERS, field_names, fields_of

CHUNK_ROWS = 1_000
_NDJSON = frozenset({".ndjson", ".jsonl"})


@dataclass(slots=True)
class RegisterSummary:
    """What became of the rows of one file: `read` is the sum of the others."""

    file: str
    read: int = 0
    recorded: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: int = 0


@dataclass(frozen=True, slots=True)
class _Entry:
    line: int
    raw: str
    fields: dict[str, Any]


def register_files(
    kind: str, files: Sequence[Path], agency: str | None, bad_rows: Path | None, *, as_json: bool
) -> bool:
    """Take over files of one register, in order; False where some rows were bad. Raises GridWitnessError."""
    if kind not in REGISTERS:
        raise InvalidInput(
            "register-unknown", f"There is no register {kind!r}.", f"one of {', '.join(REGISTERS)}"
        )
    settings = load_settings()
    for file in files:  # an unusable file is told before anything is recorded
        next(_rows(kind, file), None)
    if not settings.trust_file.exists():
        raise Misconfigured(
            "home-not-set-up", f"{settings.home} holds no platform yet.", "run `gridwitness up`"
        )
    with attached_platform(settings) as platform, ExitStack() as stack:
        collect_rarely()
        shared = None if bad_rows is None else stack.enter_context(BadRowFile(bad_rows))
        signer = signing_agency(platform, agency)
        done = [take_file(platform, signer, kind, file, shared) for file in files]
    _print(done, as_json)
    return not any(summary.bad for summary in done)


def take_file(
    platform: Platform, agency: str, kind: str, file: Path, shared: BadRowFile | None = None
) -> RegisterSummary:
    """Take over one file; its bad rows go to `shared`, else beside it."""
    done = RegisterSummary(str(file))
    with ExitStack() as stack:
        out = shared or stack.enter_context(BadRowFile(file.with_name(f"{file.name}.bad.ndjson")))
        rows = _rows(kind, file)
        while chunk := [*islice(rows, CHUNK_ROWS)]:
            for bad in _take_chunk(platform, agency, kind, chunk, done):
                out.write(file, bad)
    return done


def _take_chunk(
    platform: Platform, agency: str, kind: str, chunk: Sequence[Row | BadRow], done: RegisterSummary
) -> list[BadRow]:
    """One transaction; gives the bad rows in the order of the file."""
    bad = [row for row in chunk if isinstance(row, BadRow)]
    entries: list[_Entry] = []
    for row in chunk:
        if isinstance(row, BadRow):
            continue
        raw = json.dumps(row.values, ensure_ascii=False)
        try:
            entries.append(_Entry(row.line, raw, fields_of(kind, row.values, platform.settings.zone)))
        except GridWitnessError as error:
            bad.append(BadRow(row.line, raw, str(error)))
    with platform.transaction() as session:
        results = platform.registers.take(session, agency, REGISTERS[kind], [e.fields for e in entries])
    for entry, result in zip(entries, results, strict=True):
        if result.error is None:
            setattr(done, result.state, getattr(done, result.state) + 1)
        else:
            bad.append(BadRow(entry.line, entry.raw, f"{result.error} [{result.error.code}]"))
    done.read += len(chunk)
    done.bad += len(bad)
    return sorted(bad, key=lambda row: row.line)


def _rows(kind: str, file: Path) -> Iterator[Row | BadRow]:
    """Rows with fields for columns. Raises InvalidInput `file-empty`, `column-missing`, `header-…`."""
    lines = (line for line in read_lines(file) if line.flaw or line.data.strip())
    first = next(lines, None)
    if first is None:
        raise InvalidInput("file-empty", f"{file} holds no rows.", "give a CSV file with a header, or NDJSON")
    suffixes = {suffix.lower() for suffix in file.suffixes[-2:]}
    if _NDJSON & suffixes or first.data.lstrip().startswith(b"{"):
        yield from (_json_row(kind, line) for line in (first, *lines))
        return
    table = open_csv(str(file), iter(read_lines(file)))
    names = field_names(kind, [*(table.columns or ())])
    for row in table.rows:
        if isinstance(row, BadRow):
            yield row
        else:
            yield Row(row.line, {names[c]: cell for c, cell in row.values.items() if c in names})


def _json_row(kind: str, line: Line) -> Row | BadRow:
    """A line of NDJSON: members named as columns are; values as the record has them, or text."""
    raw = line.text.rstrip("\r\n")
    if line.flaw:
        return BadRow(line.number, raw, line.flaw)
    try:
        value = strict_json.loads(line.data)
        if not isinstance(value, dict):
            return BadRow(line.number, raw, "no JSON object")
        names = field_names(kind, [*value])
        return Row(line.number, {field: value[column] for column, field in names.items()})
    except (EncodingError, InvalidInput) as error:
        return BadRow(line.number, raw, str(error))


def _print(done: Sequence[RegisterSummary], as_json: bool) -> None:
    if as_json:
        print(json.dumps({"files": [asdict(summary) for summary in done]}, ensure_ascii=False, indent=2))
        return
    for summary in done:
        print(
            f"{summary.file}: 读取 read {summary.read} · 新增 recorded {summary.recorded} · "
            f"变更 changed {summary.changed} · 未变 unchanged {summary.unchanged} · 问题行 bad {summary.bad}"
        )
        if summary.bad:
            print(f"  问题行见 bad rows are in {summary.file}.bad.ndjson (or --bad-rows)")
