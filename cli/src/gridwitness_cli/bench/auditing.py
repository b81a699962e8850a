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
_BESIDE = "plain SHA-256 of the same bytes"


@dataclass(frozen=True, slots=True)
class Audited:
    """Rows for one size, and what the next size's are compared with."""

    rows: list[Measurement]
    entries: int
    seconds: float
    """With signatures."""
    hash_rate: float
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
    hash_rate = median(one.entries / one.seconds for one in hashed)
    rows = [
        Measurement(
            f"{name}, {entries:,} entries",
            entries / median(run.seconds for run in group),
            "entries/s",
            _BESIDE,
            hash_rate,
        )
        for name, group in runs.items()
    ]
    peak = max((run.peak_bytes for run in runs[_WITH] if run.peak_bytes is not None), default=None)
    found = Audited(rows, entries, median(run.seconds for run in runs[_WITH]), hash_rate, peak)
    if first is not None:
        rows.append(_further_row(found, first))
    if peak is not None:
        rows.append(_memory_row(entries, peak, first))
    return found


def _further_row(found: Audited, first: Audited) -> Measurement:
    """What start-up does not hide: entries beyond the first size over the time beyond its time."""
    return Measurement(
        f"{_WITH}, entries {first.entries:,} to {found.entries:,}",
        (found.entries - first.entries) / (found.seconds - first.seconds),
        "entries/s",
        _BESIDE,
        found.hash_rate,
    )


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
