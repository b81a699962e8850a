"""strace on a running process: what it asks the kernel for, and one call of it made to fail.

with traced(pid, output, "openat,fsync", fail=FailedCall("fsync", 3, "EIO")) as trace:
    ...
    assert trace.injected()
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ATTACH_SECONDS = 10.0
_CALL = re.compile(r"^(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+)")
_INJECTED = "(INJECTED)"


@dataclass(frozen=True)
class SystemCall:
    """One finished call, `number` counted from 1 among those of its name in its thread, as strace counts."""

    name: str
    number: int
    arguments: str
    failed: bool


@dataclass(frozen=True)
class FailedCall:
    """The call that is to fail without being made; `number` as strace's `when`: 3, or "3+" with all later."""

    name: str
    number: int | str
    error: str


class Trace:
    """What strace wrote so far."""

    def __init__(self, output: Path) -> None:
        self._output = output

    def lines(self) -> list[str]:
        """Raw lines."""
        return self._output.read_text(errors="replace").splitlines() if self._output.exists() else []

    def injected(self) -> str | None:
        """The line of the call that was made to fail."""
        return next((line for line in self.lines() if _INJECTED in line), None)

    def calls(self) -> list[SystemCall]:
        """Finished calls in order."""
        counts: Counter[tuple[str, str]] = Counter()
        found = []
        for line in self.lines():
            match = _CALL.match(line)
            if match:
                thread, name, arguments, answer = match.groups()
                counts[thread, name] += 1
                found.append(SystemCall(name, counts[thread, name], arguments, int(answer) < 0))
        return found


@contextmanager
def traced(pid: int, output: Path, names: str, fail: FailedCall | None = None) -> Iterator[Trace]:
    """Attach to all threads of a process; detached at the end, and it runs on."""
    output.unlink(missing_ok=True)
    command = ["strace", "-f", "-y", "-s", "16", "-e", f"trace={names}", "-o", str(output), "-p", str(pid)]
    if fail is not None:
        command += ["-e", f"inject={fail.name}:error={fail.error}:when={fail.number}"]
    strace = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        _await_attached(strace, pid)
        yield Trace(output)
    finally:
        strace.send_signal(signal.SIGINT)
        strace.wait(_ATTACH_SECONDS)
        assert strace.stderr is not None
        strace.stderr.close()


def why_not_traceable() -> str | None:
    """The reason why strace cannot be used here, or None."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(
        ["strace", "-e", "inject=getcwd:error=EIO:when=1", "-o", "/dev/null", sys.executable, "-c", ""],
        capture_output=True,
        text=True,
        check=False,
    )
    return None if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.strip()[-200:]}"


def _await_attached(strace: subprocess.Popen[bytes], pid: int) -> None:
    deadline = time.monotonic() + _ATTACH_SECONDS
    while not _is_traced(pid):
        assert strace.poll() is None, "strace ended"
        assert time.monotonic() < deadline, "strace did not attach"
        time.sleep(0.005)


def _is_traced(pid: int) -> bool:
    """Whether every thread has a tracer."""
    states = [status.read_text() for status in Path(f"/proc/{pid}/task").glob("*/status")]
    return bool(states) and all("TracerPid:\t0\n" not in state for state in states)
