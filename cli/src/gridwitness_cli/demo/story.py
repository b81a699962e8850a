"""What has happened in a demo so far: told as it happens, and kept for `summary.json`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from gridwitness.errors import GridWitnessError
from rich.console import Console
from rich.table import Table

FORMAT = "gridwitness-demo/v1"


class DemoFailed(GridWitnessError):  # noqa: N818 - errors are named for what they mean
    """Something in the story did not go as it has to."""


def expect(holds: bool, code: str, message: str) -> None:
    """Raise DemoFailed unless `holds`."""
    if not holds:
        raise DemoFailed(code, message, "the processes' messages are in the demo's up.log")


@dataclass(frozen=True)
class Told:
    """A record of the story: which case, what it says, under which name its bundle lies."""

    jti: str
    title: str
    signer: str
    bundle: str


@dataclass(frozen=True)
class Refusal:
    """A wrong input and the answer it got; `rule` and `article` where the law refuses it.

    `status`: of HTTP; 0 where a contract refused.
    """

    what: str
    status: int
    code: str
    rule: str | None = None
    article: str | None = None


@dataclass(frozen=True)
class Verification:
    """One run of `gridwitness-verify` that was to prove (exit 0) or to refuse (1, 2)."""

    what: str
    exit_code: int
    verdict: str


@dataclass(frozen=True)
class Tampering:
    """One change in the database or on disk, and what the audit said of it."""

    what: str
    table: str
    key: str
    column: str
    exit_code: int
    checks: list[str]
    found: dict[str, Any]
    named: bool


@dataclass
class Story:
    """Everything the summary tells. `console` None: silent."""

    console: Console | None = None
    records: list[Told] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    verifications: list[Verification] = field(default_factory=list)
    tampering: list[Tampering] = field(default_factory=list)
    bundles: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    failure: str | None = None

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[None]:
        """A step of the story, with its time; `title` in both languages."""
        began = time.monotonic()
        self.say(f"[bold]{len(self.steps) + 1}. {title}[/]")
        step: dict[str, Any] = {"name": name, "title": title, "ok": False, "seconds": 0.0}
        self.steps.append(step)
        try:
            yield
            step["ok"] = True
        finally:
            step["seconds"] = round(time.monotonic() - began, 2)

    def say(self, line: str) -> None:
        """Tell what is happening."""
        if self.console is not None:
            self.console.print(line)

    def show(self, table: Table) -> None:
        """Show a table."""
        if self.console is not None:
            self.console.print(table)

    @property
    def ok(self) -> bool:
        """Whether all went as it should, every tampering named."""
        return (
            self.failure is None
            and bool(self.tampering)
            and all(step["ok"] for step in self.steps)
            and all(change.named for change in self.tampering)
        )

    def to_json(self) -> dict[str, Any]:
        """`summary.json`."""
        return {
            "format": FORMAT,
            "ok": self.ok,
            "failure": self.failure,
            "seconds": round(time.monotonic() - self.began, 2),
            "steps": self.steps,
            "counts": self.counts,
            "records": [asdict(record) for record in self.records],
            "refusals": [asdict(refusal) for refusal in self.refusals],
            "bundles": self.bundles,
            "verifications": [asdict(verification) for verification in self.verifications],
            "tampering": [asdict(change) for change in self.tampering],
        }
