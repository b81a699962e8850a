"""The stage: one throw-away deployment in its own home, run by real processes on one simulated clock."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
from gridwitness.clock import SimulatedClock
from gridwitness.errors import Conflict
from gridwitness.local_port import free_port
from gridwitness.platform import Platform
from gridwitness.postgres import DatabaseUrls, EmbeddedPostgres
from gridwitness.settings import Settings, load_settings
from gridwitness.worker import Backlog, Worker

from gridwitness_cli.demo.cast import BEGINNING, CITY, CITY_NAME
from gridwitness_cli.demo.leftovers import clear_leftovers
from gridwitness_cli.demo.story import DemoFailed, expect
from gridwitness_cli.processes import FOLLOW_PARENT
from gridwitness_cli.runtime import found_parts

_PASSWORD = re.compile(r"首个管理员: (\S+) 密码 password: (\S+)")
_START_SECONDS = 300
_STOP_SECONDS = 60
STORY_SECONDS = 120 * 86_400
"""Nobody logs in twice in a story of three months: every log-in is a password hash, slow on purpose."""
_SETTLE_SECONDS = 180


@dataclass
class Stage:
    """A running platform; `folder` holds home, devices and everything the demo leaves behind."""

    folder: Path
    settings: Settings
    clock: SimulatedClock
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    admin: tuple[str, str] = ("", "")
    _platform: Platform | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def home(self) -> Path:
        """GRIDWITNESS_HOME of the deployment."""
        return self.settings.home

    @property
    def database(self) -> DatabaseUrls:
        """The three ways into the database."""
        return EmbeddedPostgres(self.home).urls

    def now(self) -> datetime:
        """Simulated time."""
        return self.clock.now()

    def go_to(self, when: str) -> None:
        """Let time pass until `MM-DD HH:MM` of the story; everything is anchored first."""
        target = self.at(when)
        if target > self.now():
            self.settle()
            self.clock.set_to(target)

    def at(self, when: str) -> datetime:
        """`MM-DD HH:MM`, local, in the year in which the story begins."""
        local = BEGINNING.astimezone(self.settings.zone)
        return datetime.strptime(f"{local.year}-{when}", "%Y-%m-%d %H:%M").replace(tzinfo=local.tzinfo)

    def settle(self) -> None:
        """Wait until everything accepted is anchored. Raises DemoFailed `not-anchored`."""
        deadline = time.monotonic() + _SETTLE_SECONDS
        while not all(backlog.done for backlog in self.backlogs()):
            if time.monotonic() > deadline:
                raise DemoFailed("not-anchored", f"Not everything is anchored: {self.backlogs()}.", None)
            time.sleep(0.1)

    @property
    def platform(self) -> Platform:
        """The platform's parts as an operator's program uses them, past the HTTP door."""
        if self._platform is None:
            self._platform = found_parts(self.settings).platform("gridwitness-demo")
        return self._platform

    def backlogs(self) -> list[Backlog]:
        """What is accepted, sequenced, anchored and registered, by log."""
        return Worker(self.platform).backlogs()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another `gridwitness` command of the operator, as its own process."""
        done = subprocess.run(
            [sys.executable, "-m", "gridwitness_cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        expect(done.returncode == 0, "command-failed", f"gridwitness {' '.join(arguments)}: {done.stderr}")
        return done

    def wait_until_ready(self) -> None:
        """Until `/readyz` says so and the first administrator's password was told."""
        deadline = time.monotonic() + _START_SECONDS
        while not self._ready():
            log = (self.folder / "up.log").read_text("utf-8", "replace")
            expect(self.process.poll() is None, "up-ended", f"gridwitness up ended: {log[-2000:]}")
            expect(time.monotonic() < deadline, "up-slow", f"The platform is not ready: {log[-2000:]}")
            time.sleep(0.1)
        told = _PASSWORD.search((self.folder / "up.log").read_text("utf-8"))
        expect(told is not None, "password-untold", "`gridwitness up` told no administrator's password.")
        assert told is not None
        self.admin = (told[1], told[2])

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        """Stop everything that was started, whatever state it is in."""
        if self._platform is not None:
            self._platform.close()
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def open_stage(folder: Path) -> Iterator[Stage]:
    """Start a platform in `folder`/home, made afresh; nothing of it runs on after the block.

    Raises Conflict `demo-running` where another demo plays on this folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(_alone(folder))
        clear_leftovers(folder)
        home = folder / "home"
        environment = _environment(home)
        stack.enter_context(_process_environment(environment))
        settings = load_settings()
        clock = SimulatedClock(settings.clock_file)
        clock.set_to(BEGINNING)
        # Also where `up` had to be killed and left its database and chain behind.
        stack.callback(clear_leftovers, folder, keep=True)
        stage = Stage(folder, settings, clock, environment, _start(folder, settings, environment))
        stack.callback(stage.close)
        stack.callback(_ignore_interrupts)
        stage.wait_until_ready()
        yield stage


def _ignore_interrupts() -> None:
    """Impatience must not leave processes behind: the stopping goes on."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _start(folder: Path, settings: Settings, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gridwitness_cli", "up", "--port", str(settings.port)]
    with (folder / "up.log").open("wb") as log:
        return subprocess.Popen(
            command,
            env={**environment, FOLLOW_PARENT: "1"},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _environment(home: Path) -> dict[str, str]:
    """Of our processes: nothing of another deployment's settings reaches them."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GRIDWITNESS_")}
    return inherited | {
        "GRIDWITNESS_HOME": str(home),
        "GRIDWITNESS_PORT": str(free_port()),
        "GRIDWITNESS_AGENCY_CODE": CITY,
        "GRIDWITNESS_AGENCY_NAME": CITY_NAME,
        "GRIDWITNESS_SIMULATED_CLOCK": "true",
        "GRIDWITNESS_ANCHOR_INTERVAL_SECONDS": "0.2",
        "GRIDWITNESS_DUTY_INTERVAL_SECONDS": "0.5",
        "GRIDWITNESS_TOKEN_LIFETIME_SECONDS": str(STORY_SECONDS),
        "XDG_CONFIG_HOME": str(home.parent / "auditor" / "config"),
        "PYTHONUTF8": "1",
    }


@contextmanager
def _process_environment(environment: dict[str, str]) -> Iterator[None]:
    """The devices' commands run in this process and find the clock by its environment."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                "demo-running", f"Another demo plays in {folder}.", "wait, or set another GRIDWITNESS_HOME"
            ) from None
        yield
