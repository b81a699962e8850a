"""Processes of the bench: started, waited for, ended, and what they cost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
from gridwitness.errors import Unavailable
from gridwitness_chain.process import orphan

_PATIENCE = 60.0


@contextmanager
def serving(
    arguments: Sequence[str], environment: Mapping[str, str], health: str, notes: Path
) -> Iterator[int]:
    """A server `python …` until the block ends; gives its process id once `health` answers 200.

    Its output goes where our messages go; a note in `notes` lets a later run end it if we are killed.
    Raises Unavailable `bench-server`.
    """
    process = subprocess.Popen([sys.executable, *arguments], env=dict(environment), stdout=2)
    notes.mkdir(exist_ok=True)
    note = notes / f"{process.pid}.pid"
    note.write_text(" ".join(arguments), encoding="utf-8")
    try:
        _await_health(process, health)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        note.unlink(missing_ok=True)


def end_servers(notes: Path) -> None:
    """End the servers that a killed run has left running."""
    for note in notes.glob("*.pid"):
        left = orphan(int(note.stem), note.read_text(encoding="utf-8"))
        if left is not None:
            left.stop()


def own_environment(home: Path, **more: str) -> dict[str, str]:
    """Our environment without the settings of any other deployment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRIDWITNESS_")}
    return {**kept, "GRIDWITNESS_HOME": str(home), "GRIDWITNESS_LOG_LEVEL": "WARNING", **more}


def cpu_seconds(roots: Sequence[int]) -> float | None:
    """Processor time so far of these processes, their living descendants and their ended children.

    None where there is no /proc to ask.
    """
    if not Path("/proc/self/stat").exists():
        return None
    ticks, parents = {}, {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            # After the last ')': state, parent, … utime, stime, cutime, cstime (proc(5), fields 14 to 17).
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
        ticks[int(folder.name)] = sum(int(field) for field in fields[11:15])
    wanted = {pid for pid in ticks if _descends(pid, set(roots), parents)}
    return sum(ticks[pid] for pid in wanted) / os.sysconf("SC_CLK_TCK")


def _descends(pid: int, roots: set[int], parents: Mapping[int, int]) -> bool:
    while pid in parents:
        if pid in roots:
            return True
        pid = parents[pid]
    return False


def _await_health(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    with httpx.Client(timeout=5) as client:  # one: each makes a TLS context, which takes longer than asking
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise Unavailable(
                    "bench-server",
                    f"The server for {url} ended with {process.returncode}.",
                    "see its messages above",
                )
            try:
                if client.get(url).status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
    raise Unavailable("bench-server", f"No server answers at {url} after {_PATIENCE:g} s.", None)
