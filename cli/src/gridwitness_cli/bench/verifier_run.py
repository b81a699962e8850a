"""`gridwitness-verify`, run as the separate program it is, with its time and its peak memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from gridwitness.errors import Unavailable

_PROGRAM = "gridwitness-verify"
_LOOK_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class VerifierRun:
    """One run that proved everything. `peak_bytes` = most resident memory of all its processes together,
    None where /proc is missing."""

    seconds: float
    peak_bytes: int | None
    report: dict[str, Any]


def verify(*arguments: str | Path, left_out: frozenset[str] = frozenset()) -> VerifierRun:
    """Run the verifier; `left_out` names required checks that the arguments switch off.

    Raises Unavailable `bench-verifier` unless all others are proved: failing has no speed.
    """
    with TemporaryFile() as out, TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen([_program(), *map(str, arguments), "--json"], stdout=out, stderr=errors)
        peak = None
        while process.poll() is None:
            peak = max(peak or 0, _peak_bytes(process.pid) or 0) or None
            try:
                process.wait(_LOOK_EVERY)
            except subprocess.TimeoutExpired:
                continue
        seconds = time.perf_counter() - began
        out.seek(0)
        errors.seek(0)
        printed, complaint = out.read(), errors.read()
    report = _proved(printed, left_out, complaint)
    return VerifierRun(seconds, peak, report)


def _proved(printed: bytes, left_out: frozenset[str], complaint: bytes) -> dict[str, Any]:
    """The report, if every required check in it is proved."""
    try:
        report: dict[str, Any] = json.loads(printed)
        lacking = [
            f"{check['name']} {check['result']}: {check['reason']} {check['locations'][:1]}"
            for check in report["checks"]
            if check["result"] == "failed"
            or (check["required"] and check["result"] != "proved" and check["name"] not in left_out)
        ]
    except (ValueError, KeyError):
        lacking = [(complaint or printed).decode(errors="replace").strip()[-1000:]]
    if lacking:
        raise Unavailable(
            "bench-verifier",
            f"{_PROGRAM} does not prove everything: {'; '.join(lacking)}",
            "what is not proved is not measured; mend that first",
        )
    return report


def _program() -> str:
    beside = Path(sys.executable).parent / _PROGRAM
    found = str(beside) if beside.exists() else shutil.which(_PROGRAM)
    if found is None:
        raise Unavailable("bench-verifier", f"{_PROGRAM} is not installed.", "run `make setup`")
    return found


def _peak_bytes(pid: int) -> int | None:
    """The sum of VmHWM over a process and its children. Not `ru_maxrss`: that one counts the memory of the
    process that started it as well.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return None
    own = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), None)
    return None if own is None else own + sum(_peak_bytes(int(child)) or 0 for child in children)
