"""The processes under `gridwitness up`: started, watched, started again when they die, stopped together."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gridwitness.errors import GridWitnessError

LOG_FORMAT = "%(asctime)s %(name)s %(levelname)s %(message)s"

_log = logging.getLogger("gridwitness.up")

_PATIENCE = 10.0
"""Seconds a process has to end after SIGTERM."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 30.0
_SETTLED = 3.0
"""Seconds after which a process counts as well: what ends it then is no fault of its start."""
_LOOK, _LOOK_AT_PARTS = 0.1, 0.5
"""Seconds between two looks at the children, and at the parts (which costs a request to each)."""
FOLLOW_PARENT = "GRIDWITNESS_FOLLOW_PARENT"


def follow_parent() -> None:
    """End, as by SIGTERM, when whoever started us with `FOLLOW_PARENT` is gone, even by kill -9.

    Our standard input is a pipe that only they hold, and the kernel closes it with them.
    """
    if os.environ.pop(FOLLOW_PARENT, None) is None:
        return

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


@dataclass
class Child:
    """One `gridwitness` process of ours."""

    name: str
    arguments: Sequence[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    pause: float = _FIRST_PAUSE
    not_before: float = 0.0
    started: float = 0.0

    def start(self) -> None:
        """Start it; in a session of its own, so that Ctrl-C reaches it through us only."""
        command = [sys.executable, "-m", "gridwitness_cli", *self.arguments]
        environment = {**self.environment, FOLLOW_PARENT: "1"}
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, start_new_session=True
        )
        self.started = time.monotonic()

    def look_after(self) -> None:
        """Start it again if it died: at once after a good life, with growing pauses while it keeps dying."""
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        if self.not_before == 0.0:
            if now - self.started > _SETTLED:
                self.pause = _FIRST_PAUSE
            _log.warning("%s ended with %s; it is started again", self.name, self.process.returncode)
            self.not_before = now + self.pause
            self.pause = min(self.pause * 2, _LONGEST_PAUSE)
        elif now >= self.not_before:
            self.not_before = 0.0
            self.start()

    def stop(self) -> None:
        """SIGTERM, then SIGKILL when it does not end in time."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Supervisor:
    """Keeps children and parts alive until told to stop."""

    children: list[Child]
    look_after_parts: Callable[[], None]
    stopping: threading.Event = field(default_factory=threading.Event)
    _told: str | None = None

    def _look_after_parts(self) -> None:
        """What is wrong is said once, not with every look."""
        try:
            self.look_after_parts()
        except GridWitnessError as error:
            if error.code != self._told:
                _log.warning("a part is away and is tried again: %s", error)
            self._told = error.code
        except Exception:
            _log.exception("a part is away and is tried again")
        else:
            self._told = None

    def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        for child in self.children:
            child.start()
        try:
            next_look = time.monotonic()
            while not self.stopping.wait(_LOOK):
                for child in self.children:
                    child.look_after()
                if time.monotonic() >= next_look:
                    self._look_after_parts()
                    next_look = time.monotonic() + _LOOK_AT_PARTS
        finally:
            for child in reversed(self.children):
                child.stop()
