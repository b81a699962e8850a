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
    writer = ChunkWriter(platform, agency, kind)
    summary, chunk = ImportSummary(), dict[str, Pending]()

    def flush() -> None:
        nonlocal summary
        result = writer.write(list(chunk.values()))
        chunk.clear()
        for bad in result.bad:
            on_bad(bad)
        summary = _added(summary, result)
        on_progress(summary)

    for row in rows:
        summary = replace(summary, read=summary.read + 1)
        pending = reader.read(row)
        if isinstance(pending, BadRow):
            on_bad(pending)
            summary = replace(summary, bad=summary.bad + 1)
            continue
        twin = chunk.get(pending.key)
        if twin is not None and twin.digest == pending.digest:
            summary = replace(summary, unchanged=summary.unchanged + 1)
            continue
        if twin is not None or len(chunk) >= chunk_rows:
            flush()  # a changed row names the entry before it, which only acceptance makes
        chunk[pending.key] = pending
    flush()
    return summary


def _added(summary: ImportSummary, result: ChunkResult) -> ImportSummary:
    return replace(
        summary,
        recorded=summary.recorded + result.recorded,
        unchanged=summary.unchanged + result.unchanged,
        changed=summary.changed + result.changed,
        bad=summary.bad + len(result.bad),
    )
