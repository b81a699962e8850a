"""Passages from a file to filed anomalies: durable at every step, beside one COPY of the same file; and the
memory that reading and detecting take.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl
import psycopg
from gridwitness.errors import Unavailable
from gridwitness_ingest.tables.door import take_file
from gridwitness_ingest.tables.pieces import TableOptions
from psycopg import sql
from sqlalchemy import text

from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.processes import own_environment
from gridwitness_cli.bench.scratch_database import scratch_database
from gridwitness_cli.bench.stage import Stage
from gridwitness_cli.bench.truck_traffic import District

_A_DAY = 200_000
_AT_ONCE = 200_000
_PATIENCE = 3_600.0
_HEADINGS = {
    "device": "设备编号",
    "captured_at": "过车时间",
    "plate": "车牌号码",
    "plate_color": "车牌颜色",
    "vehicle_class": "车辆类型",
    "lane": "车道",
    "brand": "车辆品牌",
    "color": "车身颜色",
    "reliability": "置信度",
}
_WORKER = ["-m", "gridwitness_cli", "ingest", "worker"]
_DETECTOR = ["-m", "gridwitness_cli", "detector"]
_MOVING = text("SELECT EXISTS (SELECT FROM feeds.part WHERE pending) OR EXISTS (SELECT FROM trucks.work)")


def passage_rows(stage: Stage, district: District, count: int, repeats: int) -> Iterator[Measurement]:
    """`count` passages a turn, half of them cars; a reader and a detector run beside this process."""
    files = [_write(stage.home / f"passages-{turn}.csv", district, turn, count) for turn in range(repeats)]
    ours, beside = [], []
    with ExitStack() as stack:
        plain = psycopg.connect(stack.enter_context(scratch_database(stage)), autocommit=True)
        stack.enter_context(plain)
        columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in _HEADINGS)
        plain.execute(sql.SQL("CREATE TABLE passage ({})").format(columns))
        for command in (_WORKER, _DETECTOR):
            stack.enter_context(_running(stage, command))
        # Untimed: until both have started.
        _end_to_end(stage, district, _write(stage.home / "passages-first.csv", district, 99, 1_000))
        for file in files:
            ours.append(count / _end_to_end(stage, district, file))
            beside.append(count / _copy(plain, file))
    yield Measurement(
        "passages: from a CSV file through all passage rules, filed / 过车文件到异常入库",
        median(ours),
        "passages/s",
        "one COPY of the same file into a plain table",
        median(beside),
    )


def memory_rows(stage: Stage, district: District, counts: Sequence[int]) -> Iterator[Measurement]:
    """The most memory of a reader and of a detector at each number of passages, beside the smallest one."""
    first: dict[str, float] = {}
    for turn, count in enumerate(counts):
        file = _write(stage.home / f"memory-{turn}.csv", district, 100 + turn, count)
        _take(stage, district, file)
        for name, command in (("reading", _WORKER), ("detecting", _DETECTOR)):
            peak = _peak(stage, [*command, "--once"])
            least = first.setdefault(name, peak)
            if count != counts[0]:
                yield Measurement(
                    f"memory of {name} {count:,} passages / 内存",
                    peak,
                    "MiB",
                    f"{name} {counts[0]:,}",
                    least,
                )


def _end_to_end(stage: Stage, district: District, file: Path) -> float:
    """From the first byte to the last anomaly committed."""
    began = time.perf_counter()
    _take(stage, district, file)
    while time.perf_counter() - began < _PATIENCE:
        with stage.platform.transaction() as session:
            # What is being read or looked at is still there: its transaction takes it away at the end.
            if not session.scalar(_MOVING):
                return time.perf_counter() - began
        time.sleep(0.01)
    raise Unavailable("bench-passages", f"Reader or detector is not done after {_PATIENCE:g} s.", None)


def _take(stage: Stage, district: District, file: Path) -> None:
    platform = stage.platform
    parts: Any = (platform.transaction, platform.intake, platform.clock, district.feed, file, TableOptions())
    for _ in take_file(*parts):
        pass


def _copy(plain: psycopg.Connection, file: Path) -> float:
    began = time.perf_counter()
    copying = "COPY passage FROM STDIN (FORMAT csv, HEADER)"
    with file.open("rb") as content, plain.cursor() as cursor, cursor.copy(copying) as copy:
        while part := content.read(1 << 16):
            copy.write(part)
    return time.perf_counter() - began


def _write(file: Path, district: District, turn: int, count: int) -> Path:
    """A file of other passages each turn, so that none is a repeated one."""
    with file.open("wb") as out:
        for run, first in enumerate(range(0, count, _AT_ONCE)):
            size = min(_AT_ONCE, count - first)
            other = District(district.feed, seed=1_000 * turn + run)
            rows = other.passages(size, _A_DAY).select(
                pl.col(name).alias(heading) for name, heading in _HEADINGS.items()
            )
            shifted = rows.with_columns(pl.col("过车时间") + pl.duration(days=turn % 50 + run))
            shifted.write_csv(out, include_header=run == 0, datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ")
    return file


def _peak(stage: Stage, command: Sequence[str]) -> float:
    """MiB that a process had at most; what its parent had before it began does not count (VmHWM)."""
    process = subprocess.Popen([sys.executable, *command], env=own_environment(stage.home), stdout=2)
    status, peak = Path(f"/proc/{process.pid}/status"), 0.0
    while process.poll() is None:
        found = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        peak = int(found[0].split()[1]) / 1024 if found else peak
        time.sleep(0.05)
    if process.returncode != 0:
        raise Unavailable("bench-process", f"{' '.join(command)} ended with {process.returncode}.", None)
    return peak


@contextmanager
def _running(stage: Stage, command: Sequence[str]) -> Iterator[None]:
    """A process beside this one, as a deployment has it."""
    environment = own_environment(stage.home, GRIDWITNESS_DETECTION_INTERVAL_SECONDS="0.1")
    process = subprocess.Popen([sys.executable, *command], env=environment, stdout=2)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)
