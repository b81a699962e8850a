"""One bundle, checked offline: after start-up, and as a whole process."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from gridwitness.records import record_row
from gridwitness.records.models import RecordRow
from gridwitness_evidence import SigningKey
from sqlalchemy import select

from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.officers import STEP
from gridwitness_cli.bench.stage import Stage
from gridwitness_cli.bench.verifier_run import verify


def bundle_rows(stage: Stage, count: int, repeats: int) -> list[Measurement]:
    """`count` different bundles in one process and one bundle alone, in turns.

    After start-up = what each further bundle adds: (time of `count` − time of one) ÷ (`count` − 1).
    """
    files = _write_bundles(stage, count)
    trust = stage.parts.settings.trust_file
    added, alone, checks, starts = [], [], [], []
    for _ in range(repeats):
        one = verify("bundle", files[0], "--trust", trust).seconds
        many = verify("bundle", *files, "--trust", trust).seconds
        alone.append(one * 1000)
        added.append((many - one) / (count - 1) * 1000)
        checks.append(_signature_check())
        starts.append(_bare_start())
    return [
        Measurement(
            "bundle offline, after start-up / 离线核实",
            median(added),
            "ms",
            "one bare ES256 signature check",
            median(checks),
        ),
        Measurement(
            "bundle offline, whole process / 离线核实（含启动）",
            median(alone),
            "ms",
            "a Python process that does nothing",
            median(starts),
        ),
    ]


def _write_bundles(stage: Stage, count: int) -> list[Path]:
    folder = stage.home / "bundles"
    folder.mkdir(exist_ok=True)
    files = []
    with stage.platform.transaction() as session:
        wanted = (
            select(RecordRow.jti).where(RecordRow.kind == STEP).order_by(RecordRow.leaf_index).limit(count)
        )
        for jti in session.scalars(wanted).all():
            file = folder / f"{jti}.bundle.json"
            file.write_text(stage.platform.bundles.make(session, record_row(session, jti)).to_json())
            files.append(file)
    return files


def _signature_check(turns: int = 200) -> float:
    key = SigningKey.generate("ES256")
    data = b"x" * 1000
    signature = key.sign(data)
    began = time.perf_counter()
    for _ in range(turns):
        key.public.verify(signature, data)
    return (time.perf_counter() - began) / turns * 1000


def _bare_start() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return (time.perf_counter() - began) * 1000
