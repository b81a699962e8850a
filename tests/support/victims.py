"""The four parts of a deployment that get killed: found as an operator finds them, killed with kill -9."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

VICTIMS = ("api", "worker", "database", "chain")
_COMMANDS = {"api": b"gridwitness_cli\0serve", "worker": b"gridwitness_cli\0worker"}
_PATIENCE = 20.0


def victim_processes(home: Path, victim: str) -> list[int]:
    """Living processes of one part; of the database the postmaster first, then every session."""
    if victim in _COMMANDS:
        return [pid for pid in _all() if _is_ours(pid, home, _COMMANDS[victim])]
    main = _noted_pid(home / ("postgres/data/postmaster.pid" if victim == "database" else "chain/engine.pid"))
    if main is None or str(home).encode() not in _read(main, "cmdline"):
        return []
    return [main, *(pid for pid in _all() if _parent(pid) == main)]


def kill_victim(home: Path, victim: str) -> int:
    """kill -9 of every process of the part; returns when they are gone, with their number."""
    pids = victim_processes(home, victim)
    for pid in pids:
        # Ourselves last: nothing is done after it.
        if pid != os.getpid():
            _kill(pid)
    if os.getpid() in pids:
        _kill(os.getpid())
    deadline = time.monotonic() + _PATIENCE
    while any(_lives(pid) for pid in pids):
        assert time.monotonic() < deadline, f"{victim} outlives kill -9"
        time.sleep(0.002)
    return len(pids)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _all() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _is_ours(pid: int, home: Path, command: bytes) -> bool:
    named = f"GRIDWITNESS_HOME={home}\0".encode()
    return command in _read(pid, "cmdline") and named in _read(pid, "environ") + b"\0" and _lives(pid)


def _noted_pid(path: Path) -> int | None:
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _parent(pid: int) -> int:
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    return int(fields[1]) if len(fields) > 1 else 0


def _lives(pid: int) -> bool:
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    return bool(fields) and fields[0] not in (b"Z", b"X")


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
