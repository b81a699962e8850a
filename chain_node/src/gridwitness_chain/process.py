"""A node process of ours: started in its own session, found again after its parent died, stopped for sure."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from .errors import EngineFailed

# The shell writes its own id and then becomes the engine (exec keeps the id): there is no moment in which the
# engine runs and its id is not on disk, so a parent killed at any point can find it again.
_RUN = 'echo "$$" > "$0.new" && mv "$0.new" "$0" && exec "$@"'


class NodeProcess:
    """One running engine, our child or an adopted orphan."""

    def __init__(self, pid: int, child: subprocess.Popen[bytes] | None = None) -> None:
        self.pid = pid
        self._child = child

    @property
    def alive(self) -> bool:
        if self._child is not None:
            return self._child.poll() is None
        return bool(command_line(self.pid))

    def stop(self, patience: float = 10.0) -> None:
        """SIGTERM, then SIGKILL after `patience` seconds; returns when the process is gone."""
        for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 10.0)):
            if not self.alive:
                return
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return
            deadline = time.monotonic() + seconds
            while self.alive and time.monotonic() < deadline:
                time.sleep(0.01)
        if self.alive:
            raise EngineFailed(f"process {self.pid} did not end after SIGKILL", "look at the machine's disk")


def launch(command: list[str], pid_file: Path, log_file: Path, folder: Path) -> NodeProcess:
    """Start the engine in its own session (Ctrl-C in the parent does not reach it), output into the log
    file.
    """
    pid_file.unlink(missing_ok=True)
    handle = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        child = subprocess.Popen(
            ["/bin/sh", "-c", _RUN, str(pid_file), *command],
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            cwd=folder,
            start_new_session=True,
        )
    finally:
        os.close(handle)
    return NodeProcess(child.pid, child)


def orphan(pid: int | None, mark: str) -> NodeProcess | None:
    """The process if it still runs and its command line holds `mark` (a pid may have been given to
    another).
    """
    if pid is None or mark not in command_line(pid):
        return None
    return NodeProcess(pid)


def command_line(pid: int) -> str:
    """Arguments of a living process, joined by spaces; empty when it is gone or a zombie."""
    files = Path(f"/proc/{pid}")
    if Path("/proc/self/cmdline").exists():
        try:
            if files.joinpath("stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return ""
            return files.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    shown = subprocess.run(
        ["ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return "" if shown.startswith("Z") else shown


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
