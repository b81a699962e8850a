"""`gridwitness-verify log` over HTTP, beside plainly downloading the same entries."""

from __future__ import annotations

import time
from statistics import median

import httpx
from gridwitness_evidence import ENTRIES, tile_path

from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.stage import AGENCY, Stage
from gridwitness_cli.bench.verifier_run import verify

_WIDTH = 256


def log_row(stage: Stage, repeats: int) -> Measurement:
    """All entries of the first agency's log, start-up of the program included; medians of turns."""
    url = f"{stage.url}/log/{AGENCY}"
    ours, beside, entries = [], [], 0
    for _ in range(repeats):
        run = verify("log", url, "--trust", stage.parts.settings.trust_file)
        entries = run.report["subject"]["entries"]
        ours.append(entries / run.seconds)
        beside.append(entries / _download(url, entries))
    return Measurement(
        f"log over HTTP, {entries:,} entries / 网络核查日志",
        median(ours),
        "entries/s",
        "plain download of the same entries",
        median(beside),
    )


def _download(url: str, size: int) -> float:
    """Seconds to get every entry bundle over one connection."""
    with httpx.Client() as client:
        began = time.perf_counter()
        for index in range(-(-size // _WIDTH)):
            width = min(_WIDTH, size - index * _WIDTH)
            client.get(f"{url}/{tile_path(ENTRIES, index, width)}").raise_for_status()
        return time.perf_counter() - began
