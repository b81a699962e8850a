"""Runs of `gridwitness-verify`: a program of its own that shares no code with the platform."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridwitness.errors import Misconfigured


@dataclass(frozen=True)
class Verdict:
    """Exit code and, where there is one, the JSON report."""

    exit_code: int
    report: dict[str, Any]
    message: str

    @property
    def sentence(self) -> str:
        """The verdict in words, or the one line of an unusable input."""
        return str(self.report.get("verdict") or self.message.strip())

    @property
    def failed(self) -> dict[str, list[dict[str, Any]]]:
        """Places by the name of each failed check."""
        checks = self.report.get("checks", [])
        return {check["name"]: check["locations"] for check in checks if check["result"] == "failed"}

    def count(self, check: str) -> int:
        """How many things a check looked at."""
        return next((c["count"] or 0 for c in self.report.get("checks", []) if c["name"] == check), 0)


def verify(environment: dict[str, str], *arguments: str | Path) -> Verdict:
    """Run one command with `--json`. Nothing of ours is in its environment but where its pins are."""
    clean = {name: value for name, value in environment.items() if not name.startswith("GRIDWITNESS_")}
    done = _run(clean, *arguments, "--json")
    report = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    return Verdict(done.returncode, report, done.stderr)


def pin(environment: dict[str, str], trust: Path, sha256: str) -> Verdict:
    """Confirm a trust file with its digest from another source."""
    done = _run(environment, "trust", "pin", trust, "--sha256", sha256)
    return Verdict(done.returncode, {}, done.stdout or done.stderr)


def _run(environment: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [str(_program()), *(str(part) for part in arguments)]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


def _program() -> Path:
    beside = Path(sys.executable).with_name("gridwitness-verify")
    found = str(beside) if beside.exists() else shutil.which("gridwitness-verify")
    if found is None:
        raise Misconfigured(
            "verifier-missing",
            "gridwitness-verify is not installed.",
            "install the package gridwitness-verifier",
        )
    return Path(found)
