"""What an import shows and leaves beside its records: a progress bar, and the file of bad rows."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from gridwitness.errors import InvalidInput
from gridwitness_ingest.importing import ImportSummary
from gridwitness_ingest.row import BadRow
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

_Exit = type[BaseException] | BaseException | TracebackType | None


class BadRowFile:
    """NDJSON of `{"file", "line", "reason", "raw"}`, made at the first bad row.

    A file of the same name is from an earlier run and goes, so that what stands there is true of this run.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._out: TextIO | None = None

    def __enter__(self) -> Self:
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise _unwritable(self.path, error) from None
        return self

    def __exit__(self, *_: _Exit) -> None:
        if self._out is not None:
            self._out.close()

    def write(self, file: Path, bad: BadRow) -> None:
        """Add a row. Raises InvalidInput `bad-rows-unwritable`."""
        line = {"file": str(file), "line": bad.line, "reason": bad.reason, "raw": bad.raw}
        try:
            if self._out is None:
                self._out = self.path.open("w", encoding="utf-8", errors="backslashreplace")
            self._out.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise _unwritable(self.path, error) from None


class FileProgress:
    """A progress bar on stderr: how much of the file is read, and what became of its rows."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rows]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )

    def __enter__(self) -> Self:
        self._progress.start()
        size = self._file.stat().st_size if self._file.is_file() else None
        self._task = self._progress.add_task(self._file.name, total=size, rows="")
        self._read = 0
        return self

    def __exit__(self, *_: _Exit) -> None:
        self._progress.stop()

    def read_to(self, position: int) -> None:
        """Bytes of the file read so far; shown with the next chunk."""
        self._read = position

    def show(self, summary: ImportSummary) -> None:
        """A chunk is done."""
        taken = summary.recorded + summary.changed
        self.tell(f"{summary.read} 行 rows, {taken} 入库 recorded, {summary.bad} 问题 bad")

    def tell(self, what: str) -> None:
        """What became of what was read so far."""
        self._progress.update(self._task, completed=self._read, rows=what)


def _unwritable(path: Path, error: OSError) -> InvalidInput:
    return InvalidInput(
        "bad-rows-unwritable", f"Bad rows cannot be written to {path}: {error}.", "give --bad-rows FILE"
    )
