"""The server process: reading who it is, telling whether it lives, starting and stopping it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gridwitness.errors import Unavailable
from gridwitness.postgres.account import ServerAccount
from gridwitness.postgres.binaries import program

_STOP_SECONDS = 120
_TAIL_BYTES = 4096
_LARGEST_LOG_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What `postmaster.pid` says (PostgreSQL, src/include/utils/pidfile.h)."""

    pid: int
    data: Path
    port: int | None
    socket_folder: Path | None
    ready: bool

    @classmethod
    def living(cls, data: Path) -> Postmaster | None:
        """The live server on `data`, or None: also when the file is stale or its pid is a stranger's."""
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
            found = cls(
                pid=int(lines[0]),
                data=data,
                port=int(lines[3]) if len(lines) > 3 else None,
                socket_folder=Path(lines[4]) if len(lines) > 4 and lines[4] else None,
                ready=len(lines) > 7 and lines[7].strip() == "ready",
            )
        except (OSError, ValueError, IndexError):
            return None
        return found if found.alive() else None

    def alive(self) -> bool:
        """Whether the process lives and is a postgres on this data folder (pids are used again)."""
        command = _command_line(self.pid)
        return "postgres" in command and str(self.data) in command

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, a checkpoint is written; waits for the end.

        Raises Unavailable `postgres-stopping` after two minutes; the server goes on stopping then.
        """
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGINT)
        deadline = time.monotonic() + _STOP_SECONDS
        while self.alive():
            if time.monotonic() > deadline:
                raise Unavailable(
                    "postgres-stopping",
                    f"PostgreSQL (pid {self.pid}) is still writing its last checkpoint.",
                    "wait",
                )
            time.sleep(0.02)


def _command_line(pid: int) -> str:
    """The command of a live process; empty for none and for a zombie."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    listing = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "" if "<defunct>" in listing.stdout else listing.stdout


def drop_misleading_lock_files(data: Path, socket_folder: Path) -> None:
    """Remove lock files (of data and of socket) when no server of ours lives.

    PostgreSQL replaces stale files itself, but takes any live process of its account for a server: a pid
    used again after a restart of the machine, or a killed server not yet reaped. Its own check for a shared
    memory segment still in use guards against a server that really runs.
    """
    if Postmaster.living(data) is None:
        (data / "postmaster.pid").unlink(missing_ok=True)
        for left_over in socket_folder.glob(".s.PGSQL.*"):
            left_over.unlink()


def launch(
    data: Path, socket_folder: Path, port: int, log: Path, account: ServerAccount
) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own, so that a Ctrl-C in our terminal does not reach it."""
    if log.exists() and log.stat().st_size > _LARGEST_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as messages:
        return subprocess.Popen(
            [program("postgres"), "-D", str(data), *_options(socket_folder, port)],
            stdin=subprocess.DEVNULL,
            stdout=messages,
            stderr=messages,
            cwd=data,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,
            umask=0o077,
            **account.popen_options,
        )


def _options(socket_folder: Path, port: int) -> list[str]:
    """Settings on the command line, where neither a file nor ALTER SYSTEM can change them."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u ",
        # Statements and key values may hold personal data, which has to be erasable.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "max_connections": "100",
        # Digests and subjects reach their indexes in no order: what does not stay in memory, and what a
        # checkpoint makes the log hold whole again, grows with every record there is.
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "maintenance_work_mem": "64MB",
        # Parallel queries need more /dev/shm than a container gives (64 MB), and our machines are small.
        "max_parallel_workers_per_gather": "0",
        "jit": "off",
    }
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def tail(log: Path) -> str:
    """The last lines of the server's log, for an error message."""
    try:
        with log.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - _TAIL_BYTES))
            lines = stream.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-15:])
