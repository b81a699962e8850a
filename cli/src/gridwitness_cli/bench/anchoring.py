"""Anchoring: signed statements from the first byte sent to the last final anchor stored."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from gridwitness.errors import Unavailable

from gridwitness_cli.bench.footprint import Footprint, footprint
from gridwitness_cli.bench.http_load import post_all
from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.officers import FIELDS, KEYS
from gridwitness_cli.bench.stage import API_PROCESSES, Stage
from gridwitness_cli.bench.transactions import SentTransactions

_LINES = 1_000
"""Of one NDJSON request, less where a batch is too small to keep every connection busy."""
_CONNECTIONS = 2
"""To each API process: one is read while the other waits for the database."""
_PAUSE = 1.0
"""Seconds between worker rounds while statements arrive: every round costs a transaction, however small."""


@dataclass(frozen=True, slots=True)
class AnchoredBatch:
    """One timed batch and what it cost."""

    records: int
    seconds: float
    cost: Footprint

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds


def anchor_batch(stage: Stage, count: int) -> AnchoredBatch:
    """Sign `count` statements, then send them as NDJSON while the worker anchors; only the latter is timed.

    Raises Unavailable `bench-refused` when a statement is not accepted.
    """
    ways = len(stage.ports)
    bodies = _bodies(stage.signed(count), min(_LINES, max(1, count // (ways * _CONNECTIONS))))
    before = footprint(stage)
    began = time.perf_counter()
    sendings = [_Sending(port, stage.token, bodies[way::ways]) for way, port in enumerate(stage.ports)]
    for sending in sendings:
        sending.start()
    for sending in sendings:
        while sending.is_alive():
            sending.join(_PAUSE)
            stage.worker.round()
    accepted = sum(sending.accepted() for sending in sendings)
    if accepted != count:
        raise Unavailable("bench-refused", f"{accepted} of {count} statements were accepted.", None)
    stage.anchor_all()
    seconds = time.perf_counter() - began
    return AnchoredBatch(count, seconds, footprint(stage) - before)


def anchoring_row(batches: Sequence[AnchoredBatch], beside: Sequence[SentTransactions]) -> Measurement:
    """Medians of all batches and of all rounds of transactions."""
    count = batches[0].records
    return Measurement(
        f"anchoring: {count:,} records of {FIELDS} fields, {KEYS} keys, {API_PROCESSES} API processes / 上链",
        median(batch.rate for batch in batches),
        "records/s",
        "one transaction per record, web3.py, same Ganache",
        median(sent.rate for sent in beside),
    )


class _Sending(threading.Thread):
    """Posts bodies to one API process; the first byte leaves when it starts."""

    def __init__(self, port: int, token: str, bodies: Sequence[bytes]) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._headers = {"Content-Type": "application/x-ndjson", "Authorization": f"Bearer {token}"}
        self._bodies = bodies
        self._accepted = 0
        self._failure: Exception | None = None

    def run(self) -> None:
        try:
            _, answers = post_all(self._port, "/api/v1/records", self._bodies, self._headers, _CONNECTIONS)
            self._accepted = sum(json.loads(answer)["accepted"] for answer in answers)
        except Exception as failure:
            self._failure = failure

    def accepted(self) -> int:
        """Statements accepted, once all are sent. Raises what went wrong."""
        self.join()
        if self._failure is not None:
            raise self._failure
        return self._accepted


def _bodies(presentations: Sequence[str], size: int) -> list[bytes]:
    lines = [json.dumps(presentation).encode() + b"\n" for presentation in presentations]
    return [b"".join(lines[start : start + size]) for start in range(0, len(lines), size)]
