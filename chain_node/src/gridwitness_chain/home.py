"""The folder an engine lives in: its settings, its lock, the id of its process."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .errors import EngineFailed


def write_atomically(path: Path, content: str, mode: int = 0o600) -> None:
    """Replace the file at once and durably: after a crash it holds either the old or the new content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@dataclass(frozen=True)
class EngineSettings:
    """What must not change between two starts of one chain; times in Unix seconds.

    `mark`: 32 random hex digits in the genesis block, so that no two deployments share a genesis hash.
    """

    engine: str
    chain_id: int
    port: int
    simulated: bool
    genesis_time: int | None
    mark: str


class EngineHome:
    """Settings, lock and process id of one engine in one folder (mode 0700)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._lock: int | None = None

    @property
    def pid_file(self) -> Path:
        return self.folder / "engine.pid"

    @property
    def clock_file(self) -> Path:
        return self.folder / "clock.json"

    def log_file(self, engine: str) -> Path:
        return self.folder / f"{engine}.log"

    def acquire(self) -> None:
        """Hold the folder until `release` or the end of this process, however it ends."""
        if self._lock is not None:
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.folder / "engine.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            os.close(handle)
            raise EngineFailed(
                f"another process already runs the engine in {self.folder}",
                "use that one by its URL, or stop it first",
            ) from problem
        self._lock = handle

    def release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def settings(self) -> EngineSettings | None:
        """The remembered settings, or None in a new folder."""
        path = self.folder / "engine.json"
        try:
            return EngineSettings(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as problem:
            raise EngineFailed(f"{path} is damaged: {problem}", "restore it from a backup") from problem

    def remember(self, settings: EngineSettings) -> None:
        write_atomically(self.folder / "engine.json", json.dumps(asdict(settings), indent=1) + "\n")

    def process_id(self) -> int | None:
        """What the engine's own starter wrote; the process may be gone or be another one by now."""
        try:
            return int(self.pid_file.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None

    def wanted_time(self) -> int | None:
        """The latest time given to the simulated clock, in Unix seconds."""
        try:
            found: Any = json.loads(self.clock_file.read_text(encoding="utf-8"))
            return int(found["time"])
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError) as problem:
            raise EngineFailed(
                f"{self.clock_file} is damaged: {problem}", "restore it from a backup"
            ) from problem

    def remember_time(self, time: int) -> None:
        write_atomically(self.clock_file, json.dumps({"time": time}) + "\n")


def random_chain_id() -> int:
    """A chain id nobody else is likely to use: replayed transactions of another deployment do not fit."""
    return 1_000_000 + secrets.randbelow(2**31 - 1_000_000)
