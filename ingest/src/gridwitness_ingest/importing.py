"""Import: rows of an outside table become records signed by the agency, once each.

A new row opens a subject, a changed one continues it, an unchanged one is skipped (`records.source` remembers
the digest of every row). Rows go in chunks, one transaction each: the next run goes on where a crash stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from gridwitness.platform import Platform
from gridwitness.records import Kind

from gridwitness_ingest.chunk import ChunkResult, ChunkWriter
from gridwitness_ingest.mapping import ColumnMapping
from gridwitness_ingest.row import BadRow, Row
from gridwitness_ingest.row_reading import Pending, RowReader

CHUNK_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """Rows read so far, and what became of them: `read` = `recorded` + `unchanged` + `changed` + `bad`."""

    read: int = 0
    recorded: int = 0
    unchanged: int = 0
    changed: int = 0
    bad: int = 0


def import_rows(
    platform: Platform,
    agency: str,
    kind: Kind,
    subject_column: str,
    system: str,
    rows: Iterable[Row | BadRow],
    *,
    mapping: ColumnMapping,
    on_bad: Callable[[BadRow], None] = lambda _: None,
    on_progress: Callable[[ImportSummary], None] = lambda _: None,
    chunk_rows: int = CHUNK_ROWS,
) -> ImportSummary:
    """Import rows as `kind`, signed with `agency`'s service key; `subject_column` holds each row's key.

    `on_bad` gets each bad row once, `on_progress` the totals after each chunk, which are durable then. Raises
    what makes every row fail: NotFound `log-unknown`, Misconfigured `key-missing`, Forbidden, Unavailable.
    """
    reader = RowReader(kind, mapping, subject_column, system)
    running = _RunningImport(ChunkWriter(platform, agency, kind), on_bad, on_progress, chunk_rows)
    for row in rows:
        running.take(reader.read(row))
    running.flush()
    return running.summary


class _RunningImport:
    """Gathers rows into chunks and counts what became of them."""

    def __init__(
        self,
        writer: ChunkWriter,
        on_bad: Callable[[BadRow], None],
        on_progress: Callable[[ImportSummary], None],
        chunk_rows: int,
    ) -> None:
        self.summary = ImportSummary()
        self._writer = writer
        self._on_bad = on_bad
        self._on_progress = on_progress
        self._chunk_rows = chunk_rows
        self._chunk: dict[str, Pending] = {}

    def take(self, row: Pending | BadRow) -> None:
        """One row, in the order of the file."""
        self.summary = replace(self.summary, read=self.summary.read + 1)
        if isinstance(row, BadRow):
            self._on_bad(row)
            self.summary = replace(self.summary, bad=self.summary.bad + 1)
            return
        twin = self._chunk.get(row.key)
        if twin is not None and twin.digest == row.digest:
            self.summary = replace(self.summary, unchanged=self.summary.unchanged + 1)
            return
        if twin is not None or len(self._chunk) >= self._chunk_rows:
            self.flush()  # a changed row names the entry before it, which only acceptance makes
        self._chunk[row.key] = row

    def flush(self) -> None:
        """Write the chunk; what is counted then is durable."""
        result = self._writer.write(list(self._chunk.values()))
        self._chunk.clear()
        for bad in result.bad:
            self._on_bad(bad)
        self.summary = _added(self.summary, result)
        self._on_progress(self.summary)


def _added(summary: ImportSummary, result: ChunkResult) -> ImportSummary:
    return replace(
        summary,
        recorded=summary.recorded + result.recorded,
        unchanged=summary.unchanged + result.unchanged,
        changed=summary.changed + result.changed,
        bad=summary.bad + len(result.bad),
    )
