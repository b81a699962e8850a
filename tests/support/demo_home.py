"""Deployments as an operator runs them, in processes of their own: for tests through the public doors only.

with DemoHome.new() as home:
    home.start()
    jti = home.submit(home.step()).json()["jti"]
    home.stop()
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import httpx
from gridwitness.local_port import free_port
from gridwitness_cli.demo.accounts import DEVICE_FOLDER, PASSPHRASE, PASSWORD
from gridwitness_evidence import Record, Seen, SigningKey, base64url, sign_record, uuid7
from support.postgres import new_home

CITY = "330100CG"
SD_JWT = "application/sd-jwt"
_START_SECONDS = 180
_STOP_SECONDS = 60


@dataclass
class DemoHome:
    """One home and port; `gridwitness up --demo` runs on it between `start` and `stop`."""

    home: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def new(cls) -> Self:
        """An empty home."""
        return cls(new_home("gw-e2e-"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the platform and wait until it is ready."""
        log = (self.home / "up.log").open("ab")
        self.process = subprocess.Popen(
            [*_GRIDWITNESS, "up", "--demo", "--port", str(self.port)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_ready():
            assert self.process.poll() is None, self._messages()
            assert time.monotonic() < deadline, self._messages()
            time.sleep(0.2)

    def stop(self) -> int:
        """SIGTERM, as an operator does; gives the exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(_STOP_SECONDS)

    def kill(self) -> None:
        """kill -9 of everything that belongs to this home, at once."""
        for pid in processes_of(self.home):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if self.process is not None:
            self.process.wait(_STOP_SECONDS)
        wait_until_gone(self.home)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another `gridwitness` command on this home."""
        return run_gridwitness(self.environment, *arguments)

    @property
    def environment(self) -> dict[str, str]:
        return clean_environment(self.home) | {"GRIDWITNESS_PORT": str(self.port)}

    @contextmanager
    def client(self, username: str | None = None) -> Iterator[httpx.Client]:
        """A connection, logged in where a user name is given."""
        with httpx.Client(base_url=self.url, timeout=60, trust_env=False) as client:
            if username is not None:
                login = client.post("/api/v1/login", json={"username": username, "password": PASSWORD})
                assert login.status_code == 200, login.text
                client.headers["Authorization"] = f"Bearer {login.json()['token']}"
            yield client

    def key(self, name: str = "zhang.wei") -> SigningKey:
        """A key from the demo device."""
        pem = (self.home / DEVICE_FOLDER / f"{name}.key").read_bytes()
        return SigningKey.from_pem(pem, PASSPHRASE.encode())

    def step(self, **claims: Any) -> Record:
        """A good `case.step.v1` of a new case; `claims` override."""
        with self.client() as client:
            log = client.get(f"/api/v1/logs/{CITY}").json()
        seen = (
            None if log["seen"] is None else Seen(log["seen"]["size"], base64url.decode(log["seen"]["root"]))
        )
        now = time.time()
        given: dict[str, Any] = {
            "key": self.key(),
            "iss": CITY,
            "aud": log["origin"],
            "jti": uuid7(datetime.fromtimestamp(now, UTC)),
            "kind": "case.step.v1",
            "src": "self",
            "sub": secrets.token_hex(16),
            "seq": 0,
            "prev": None,
            "iat": int(now),
            "seen": seen,
            "fields": step_fields(now),
        }
        return sign_record(**given | claims)

    def submit(self, record: Record | str, username: str = "zhang.wei") -> httpx.Response:
        """Hand a record in."""
        text = record if isinstance(record, str) else record.presentation
        with self.client(username) as client:
            return client.post("/api/v1/records", content=text.encode(), headers={"Content-Type": SD_JWT})

    def wait_until_anchored(self, jti: str) -> dict[str, Any]:
        """The record as the platform shows it once it is anchored."""
        deadline = time.monotonic() + 120
        with self.client("zhang.wei") as client:
            while True:
                shown: dict[str, Any] = client.get(f"/api/v1/records/{jti}").json()
                if shown.get("state") == "anchored":
                    return shown
                assert time.monotonic() < deadline, shown
                time.sleep(0.2)

    def doctor(self) -> dict[str, Any]:
        """What `gridwitness doctor --json` says."""
        report: dict[str, Any] = json.loads(self.run("doctor", "--json").stdout)
        return report

    def audit(self) -> subprocess.CompletedProcess[str]:
        """`gridwitness-verify audit` of this home, as the auditor."""
        program = Path(sys.executable).with_name("gridwitness-verify")
        database, trust = self.doctor()["auditor"], self.home / "trust.json"
        return subprocess.run(
            [program, "audit", "--database", database, "--trust", trust, "--json"],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    def is_ready(self) -> bool:
        """Whether the API says so."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def _messages(self) -> str:
        return (self.home / "up.log").read_text("utf-8", "replace")[-3000:]


_GRIDWITNESS = (sys.executable, "-m", "gridwitness_cli")


def clean_environment(home: Path) -> dict[str, str]:
    """This process's environment without any deployment's settings but the home."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GRIDWITNESS_")}
    return inherited | {"GRIDWITNESS_HOME": str(home), "PYTHONUTF8": "1"}


def run_gridwitness(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """One `gridwitness` command to its end."""
    return subprocess.run(
        [*_GRIDWITNESS, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def start_gridwitness(environment: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    """One `gridwitness` command that goes on, without output."""
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        [*_GRIDWITNESS, *arguments],
        env=environment,
        stdin=quiet,
        stdout=quiet,
        stderr=quiet,
        start_new_session=True,
    )


def processes_of(home: Path, program: str = "") -> list[int]:
    """Living processes (of one program) that name a home in command line or environment (reads /proc)."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            command = (entry / "cmdline").read_bytes()
            told = command + (entry / "environ").read_bytes()
        except OSError:
            continue
        if state not in "ZX" and str(home).encode() in told and program.encode() in command:
            found.append(int(entry.name))
    return found


def wait_until_gone(home: Path, seconds: float = 60, program: str = "") -> None:
    """Until no process (of one program) of a home lives."""
    deadline = time.monotonic() + seconds
    while left := processes_of(home, program):
        assert time.monotonic() < deadline, [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in left]
        time.sleep(0.1)


def step_fields(now: float) -> dict[str, Any]:
    """Fields of a `case.step.v1`."""
    return {
        "procedure": "summary",
        "step": "现场检查",
        "occurred_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
        "officers": ["张伟", "李娜"],
        "place": "文三路",
        "facts": "车厢未密闭",
        "basis": None,
        "outcome": None,
        "files": [],
    }
