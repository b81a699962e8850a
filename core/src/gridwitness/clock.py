"""Where the platform's time comes from: the system, or one simulated clock shared by several processes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from gridwitness.durable_file import exclusive, replace_file
from gridwitness.errors import InvalidInput, Misconfigured
from gridwitness.settings import Settings


class Clock(Protocol):
    """Gives the present time, aware and in UTC."""

    def now(self) -> datetime:
        """The present time; a simulated clock never gives one before an earlier answer."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The machine's time in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _State:
    offset: timedelta
    floor: datetime
    """Simulated time of the last move: never go before it, even if the machine's clock is set back."""


class SimulatedClock:
    """The base clock plus an offset kept in `path`: every process of a deployment sees the same time.

    The file is replaced atomically and fsynced, and read again whenever it changed. The clock moves with the
    base and can be moved forwards only. A base that is set back stops it until the base has caught up; while
    no process runs, that is noticed only as far back as the last move.
    """

    def __init__(self, path: Path, base: Clock | None = None) -> None:
        """Without a file at `path` the offset is zero; the first move makes the file."""
        self._path = path
        self._base = base or SystemClock()
        self._seen: tuple[int, int, int] | None = None
        self._state = _State(timedelta(0), datetime.min.replace(tzinfo=UTC))
        self._latest = self._state.floor

    def now(self) -> datetime:
        """Simulated time in UTC. Raises Misconfigured `clock-file-invalid`."""
        self._reload()
        self._latest = max(self._latest, self._state.floor, self._base.now() + self._state.offset)
        return self._latest

    def advance(self, seconds: float) -> datetime:
        """Move forwards by `seconds` (0 only makes the file) and give the new time. Raises InvalidInput."""
        if not seconds >= 0:
            raise InvalidInput("clock-backwards", f"A clock cannot be advanced by {seconds} seconds.")
        with exclusive(self._lock_file):
            return self._move(self.now() + timedelta(seconds=seconds))

    def set_to(self, when: datetime) -> datetime:
        """Move forwards to `when` (aware) and give it. Raises InvalidInput `clock-backwards`, `clock-naive`.

        A deployment that has no file yet may begin anywhere, past or future.
        """
        if when.tzinfo is None:
            raise InvalidInput(
                "clock-naive", f"The time {when.isoformat()} has no zone.", "give it with an offset"
            )
        when = when.astimezone(UTC)
        with exclusive(self._lock_file):
            if self._path.exists() and when < (now := self.now()):
                raise InvalidInput(
                    "clock-backwards", f"The clock stands at {now.isoformat()}, after {when.isoformat()}."
                )
            return self._move(when)

    @property
    def _lock_file(self) -> Path:
        return self._path.with_name(f".{self._path.name}.lock")

    def _move(self, when: datetime) -> datetime:
        offset = when - self._base.now()
        content = {"offset_microseconds": offset // timedelta(microseconds=1), "floor": when.isoformat()}
        replace_file(self._path, json.dumps(content).encode() + b"\n", mode=0o644)
        return self.now()

    def _reload(self) -> None:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return
        identity = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if identity != self._seen:
            self._state = _read(self._path)
            if self._seen is None:  # simulation begins here; answers from before it do not count
                self._latest = self._state.floor
            self._seen = identity


def _read(path: Path) -> _State:
    try:
        content = json.loads(path.read_bytes())
        floor = datetime.fromisoformat(content["floor"])
        return _State(timedelta(microseconds=int(content["offset_microseconds"])), floor.astimezone(UTC))
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise Misconfigured(
            "clock-file-invalid",
            f"{path} does not hold a simulated clock.",
            "restore the file; without it the deployment's time would run backwards",
        ) from error


def clock_for(settings: Settings) -> Clock:
    """The deployment's clock: simulated where one was begun (or is asked for), else the system's.

    Raises Misconfigured `simulated-clock-refused` outside the embedded profile: nobody may steer time there.
    """
    simulated = settings.simulated_clock or settings.clock_file.exists()
    if simulated and settings.profile != "embedded":
        raise Misconfigured(
            "simulated-clock-refused",
            f"{settings.clock_file} holds a simulated clock, which profile {settings.profile!r} refuses.",
            "use another home: records made under a simulated clock cannot become real ones",
        )
    return SimulatedClock(settings.clock_file) if simulated else SystemClock()
