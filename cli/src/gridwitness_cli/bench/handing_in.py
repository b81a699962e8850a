"""Signed records handed in as NDJSON, to every API process at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from gridwitness.errors import Unavailable
from gridwitness_evidence import Record

from gridwitness_cli.bench.http_load import post_all
from gridwitness_cli.bench.stage import Stage

_LINES = 20
"""Records of one request."""
_CONNECTIONS = 2
"""To each API process."""


def post_records(stage: Stage, records: Sequence[Record]) -> None:
    """Hand in records of different subjects. Raises Unavailable `bench-refused` where one is refused."""
    lines = [json.dumps(record.presentation).encode() + b"\n" for record in records]
    bodies = [b"".join(lines[start : start + _LINES]) for start in range(0, len(lines), _LINES)]
    headers = {"Content-Type": "application/x-ndjson", "Authorization": f"Bearer {stage.token}"}
    ways = len(stage.ports)
    parts = [(port, bodies[way::ways]) for way, port in enumerate(stage.ports) if bodies[way::ways]]
    with ThreadPoolExecutor(ways) as threads:
        posted = threads.map(
            lambda part: post_all(part[0], "/api/v1/records", part[1], headers, _CONNECTIONS)[1], parts
        )
        answers = [json.loads(answer) for found in posted for answer in found]
    for answer in answers:
        if answer["accepted"] != len(answer["results"]):
            raise Unavailable("bench-refused", f"A step was not accepted: {answer}"[:1000], None)
