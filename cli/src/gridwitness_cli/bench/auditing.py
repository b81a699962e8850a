"""The full audit, with and without signatures, beside plain SHA-256 over the same bytes; and its memory."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from statistics import median

import psycopg

from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.stage import Stage
from gridwitness_cli.bench.verifier_run import VerifierRun, verify

_WITH, _WITHOUT = "audit, signatures checked / 全库核查", "audit, no signatures / 全库核查（不验签）"


@dataclass(frozen=True, slots=True)
class Audited:
    """Rows for one size, and the peak memory to set the next size's beside."""

    rows: list[Measurement]
    peak_bytes: int | None


def audit_rows(stage: Stage, repeats: int, first: Audited | None) -> Audited:
    """Audit the deployment as it stands, start-up of the program included; medians of `repeats` turns."""
    runs: dict[str, list[VerifierRun]] = {_WITH: [], _WITHOUT: []}
    hashed = []
    for _ in range(repeats):
        runs[_WITH].append(_audit(stage, signatures=True))
        runs[_WITHOUT].append(_audit(stage, signatures=False))
        hashed.append(_plain_hashing(stage))
    entries = hashed[0].entries
    rows = [
        Measurement(
            f"{name}, {entries:,} entries",
            entries / median(run.seconds for run in group),
            "entries/s",
            "plain SHA-256 of the same bytes",
            median(one.entries / one.seconds for one in hashed),
        )
        for name, group in runs.items()
    ]
    peaks = [run.peak_bytes for run in runs[_WITH] if run.peak_bytes is not None]
    peak = max(peaks, default=None)
    if peak is not None:
        rows.append(_memory_row(entries, peak, first))
    return Audited(rows, peak)


def _memory_row(entries: int, peak: int, first: Audited | None) -> Measurement:
    beside = None if first is None or first.peak_bytes is None else first.peak_bytes / 2**20
    return Measurement(
        f"audit peak memory, {entries:,} entries / 内存峰值",
        peak / 2**20,
        "MiB",
        None if beside is None else "at the first size",
        beside,
    )


def _audit(stage: Stage, *, signatures: bool) -> VerifierRun:
    target = ("audit", "--database", stage.parts.urls.auditor, "--trust", stage.parts.settings.trust_file)
    if signatures:
        return verify(*target)
    return verify(*target, "--no-signatures", left_out=frozenset({"signatures"}))


@dataclass(frozen=True, slots=True)
class _Hashed:
    entries: int
    seconds: float


def _plain_hashing(stage: Stage) -> _Hashed:
    """One SHA-256 per entry and per disclosure; reading them is not timed."""
    entries, seconds = 0, 0.0
    with psycopg.connect(stage.parts.urls.auditor) as connection, connection.cursor("bench") as cursor:
        cursor.itersize = 10_000
        cursor.execute("SELECT entry, disclosures FROM records.record")
        while rows := cursor.fetchmany(10_000):
            texts = [
                [entry.encode(), *(shown.encode() for shown in disclosures if shown)]
                for entry, disclosures in rows
            ]
            began = time.perf_counter()
            for parts in texts:
                for part in parts:
                    hashlib.sha256(part).digest()
            seconds += time.perf_counter() - began
            entries += len(texts)
    return _Hashed(entries, seconds)
