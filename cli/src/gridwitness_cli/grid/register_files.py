"""Files of a register, read row by row and handed to the platform a thousand at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from gridwitness.errors import GridWitnessError, InvalidInput, Misconfigured
from gridwitness.grids import Entered
from gridwitness.grids.example import register_example
from gridwitness.grids.list_import import propose_list, read_list
from gridwitness.platform import Platform
from gridwitness.records import is_time, rfc3339
from gridwitness.settings import load_settings
from gridwitness_evidence import EncodingError, strict_json
from gridwitness_ingest.csv_rows import open_csv
from gridwitness_ingest.lines import Line, read_lines
from gridwitness_ingest.row import BadRow, Row

from gridwitness_cli.collector import collect_rarely
from gridwitness_cli.grid.geojson import is_geojson, outlines
from gridwitness_cli.grid.register_cells import KINDS, field_names, fields_of, read_given
from gridwitness_cli.grid.register_command import REGISTERS
from gridwitness_cli.grid.whole_file import read_whole
from gridwitness_cli.import_command import signing_agency
from gridwitness_cli.import_output import BadRowFile
from gridwitness_cli.runtime import attached_platform

CHUNK_ROWS = 1_000
_NDJSON = frozenset({".ndjson", ".jsonl"})


@dataclass(slots=True)
class Taken:
    """What became of the rows of one file: `read` is the sum of the four counts behind it."""

    file: str
    read: int = 0
    recorded: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: int = 0
    mended: list[str] = field(default_factory=list)
    """Outlines that crossed themselves."""

    def count(self, entered: Entered) -> None:
        """One more row."""
        self.read += 1
        setattr(self, entered.state, getattr(self, entered.state) + 1)


@dataclass(frozen=True, slots=True)
class Source:
    """How a file is read: its register, values for what rows leave out, the datum of outlines."""

    kind: str
    given: Mapping[str, str]
    datum: str


def register_files(
    kind: str,
    files: Sequence[Path],
    agency: str | None,
    given: Sequence[str],
    datum: str,
    bad_rows: Path | None,
    *,
    as_json: bool,
) -> bool:
    """Take over files of one register, in order; False where some rows were bad. Raises GridWitnessError."""
    if kind not in REGISTERS:
        raise InvalidInput(
            "register-unknown", f"There is no register {kind!r}.", f"one of {', '.join(REGISTERS)}"
        )
    source = Source(kind, {} if kind == "matter" else read_given(kind, [*given]), datum)
    for file in files:  # an unusable file is told before anything is recorded
        _check(file, source)
    with ExitStack() as stack:
        platform = stack.enter_context(_platform())
        shared = None if bad_rows is None else stack.enter_context(BadRowFile(bad_rows))
        signer = signing_agency(platform, agency)
        done = [take_file(platform, signer, file, source, shared) for file in files]
    _print(done, as_json, bad_rows)
    return not any(taken.bad for taken in done)


def register_example_district(agency: str | None, since: str, *, matters: bool, as_json: bool) -> None:
    """The example district. Raises the first refusal: nothing of it is bad but what the register forbids."""
    if not is_time(since):
        raise InvalidInput("time-form", f"{since!r} is no time.", "as 2026-01-01T00:00:00Z")
    done = []
    with _platform() as platform, platform.transaction() as session:
        signer = signing_agency(platform, agency)
        registered = register_example(session, platform.grid_registers, signer, since, matters=matters)
        for register, entered in registered.items():
            taken = Taken(register)
            for one in entered:
                if one.error is not None:
                    raise one.error
                taken.count(one)
            done.append(taken)
    _print(done, as_json)


def take_file(
    platform: Platform, agency: str, file: Path, source: Source, shared: BadRowFile | None = None
) -> Taken:
    """Take over one file; its bad rows go to `shared`, else beside it."""
    done = Taken(str(file))
    with ExitStack() as stack:
        out = shared or stack.enter_context(BadRowFile(file.with_name(f"{file.name}.bad.ndjson")))
        for bad in _take(platform, agency, file, source, done):
            out.write(file, bad)
    return done


def _take(platform: Platform, agency: str, file: Path, source: Source, done: Taken) -> Iterator[BadRow]:
    """The bad rows, while the good ones are recorded."""
    if source.kind == "matter":
        yield from _take_list(platform, agency, file, done)
        return
    rows = _rows(file, source, done.mended)
    while chunk := [*islice(rows, CHUNK_ROWS)]:
        yield from _take_chunk(platform, agency, source, chunk, done)


def _take_list(platform: Platform, agency: str, file: Path, done: Taken) -> list[BadRow]:
    """A responsibility list: a document of matters, proposed as of now."""
    matters = read_list(_document(file))
    with platform.transaction() as session:
        since = rfc3339(platform.clock.now())
        results = propose_list(session, platform.grid_registers, agency, matters, f"清单 {file.name}", since)
    bad = []
    for line, (matter, entered) in enumerate(zip(matters, results, strict=True), 1):
        done.count(entered)
        if entered.error is not None:
            bad.append(BadRow(line, json.dumps(matter, ensure_ascii=False), _told(entered.error)))
    return bad


def _take_chunk(
    platform: Platform, agency: str, source: Source, chunk: Sequence[Row | BadRow], done: Taken
) -> list[BadRow]:
    """One transaction; gives the bad rows in the order of the file."""
    bad = [row for row in chunk if isinstance(row, BadRow)]
    good: list[tuple[Row, dict[str, Any]]] = []
    for row in chunk:
        if isinstance(row, Row):
            try:
                good.append((row, fields_of(source.kind, row.values, source.given, platform.settings.zone)))
            except GridWitnessError as error:
                bad.append(BadRow(row.line, json.dumps(row.values, ensure_ascii=False), _told(error)))
    with platform.transaction() as session:
        results = platform.grid_registers.take(
            session, agency, KINDS[source.kind], [fields for _, fields in good]
        )
    done.read += len(bad)
    done.bad += len(bad)
    for (row, _), entered in zip(good, results, strict=True):
        done.count(entered)
        if entered.error is not None:
            bad.append(BadRow(row.line, json.dumps(row.values, ensure_ascii=False), _told(entered.error)))
    return sorted(bad, key=lambda row: row.line)


def _check(file: Path, source: Source) -> None:
    if source.kind == "matter":
        read_list(_document(file))
    else:
        next(_rows(file, source, []), None)


def _document(file: Path) -> Any:
    try:
        return strict_json.loads(read_whole(file))
    except EncodingError as error:
        raise InvalidInput("list-invalid", f"{file}: {error}", None) from error


def _rows(file: Path, source: Source, mended: list[str]) -> Iterator[Row | BadRow]:
    """Rows with fields for columns. Raises InvalidInput `file-empty`, `geojson-invalid`, `header-…`."""
    suffixes = {suffix.lower() for suffix in file.suffixes[-2:]}
    if source.kind == "grid" and is_geojson(file):
        for row in outlines(file, source.datum, mended):
            yield row if isinstance(row, BadRow) else _named(source.kind, row)
        return
    lines = (line for line in read_lines(file) if line.flaw or line.data.strip())
    first = next(lines, None)
    if first is None:
        raise InvalidInput("file-empty", f"{file} holds no rows.", "give a CSV file with a header, or NDJSON")
    if _NDJSON & suffixes or first.data.lstrip().startswith(b"{"):
        yield from (_json_row(source.kind, line) for line in (first, *lines))
        return
    for row in open_csv(str(file), iter(read_lines(file))).rows:
        yield row if isinstance(row, BadRow) else _named(source.kind, row)


def _named(kind: str, row: Row) -> Row:
    names = field_names(kind, [*row.values])
    return Row(row.line, {names[c]: cell for c, cell in row.values.items() if c in names})


def _json_row(kind: str, line: Line) -> Row | BadRow:
    """A line of NDJSON: members named as columns are; values as the record has them, or text."""
    raw = line.text.rstrip("\r\n")
    if line.flaw:
        return BadRow(line.number, raw, line.flaw)
    try:
        value = strict_json.loads(line.data)
        if not isinstance(value, dict):
            return BadRow(line.number, raw, "no JSON object")
        return _named(kind, Row(line.number, value))
    except (EncodingError, InvalidInput) as error:
        return BadRow(line.number, raw, str(error))


def _platform() -> Any:
    settings = load_settings()
    if not settings.trust_file.exists():
        raise Misconfigured(
            "home-not-set-up", f"{settings.home} holds no platform yet.", "run `gridwitness up`"
        )
    collect_rarely()
    return attached_platform(settings)


def _told(error: GridWitnessError) -> str:
    return f"{error} [{error.code}]"


def _print(done: Sequence[Taken], as_json: bool, bad_rows: Path | None = None) -> None:
    if as_json:
        print(json.dumps({"files": [asdict(taken) for taken in done]}, ensure_ascii=False, indent=2))
        return
    for taken in done:
        print(
            f"{taken.file}: 读取 read {taken.read} · 新增 recorded {taken.recorded} · "
            f"变更 changed {taken.changed} · 未变 unchanged {taken.unchanged} · 问题行 bad {taken.bad}"
        )
        if taken.mended:
            print(
                f"  边界自交,已修整 outlines that crossed themselves were mended: {', '.join(taken.mended)}"
            )
        if taken.bad:
            print(f"  问题行见 bad rows are in {bad_rows or f'{taken.file}.bad.ndjson'}")
