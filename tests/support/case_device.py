"""A device in an officer's hand: `gridwitness case` against a platform served over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import Result
from gridwitness_cli.case import app
from support.case_story import BEGIN, Cast, hire
from support.platform import Officer, RunningPlatform, running_platform
from support.submit_door import served
from typer.testing import CliRunner

PASSPHRASE = "an officer's passphrase"


@dataclass(frozen=True)
class CaseDevice:
    """One officer's device folder; `url` None: there is no network."""

    folder: Path
    owner: Officer
    url: str

    @classmethod
    def hand_out(cls, folder: Path, owner: Officer, url: str) -> CaseDevice:
        """Key and token of an officer whose key counts already."""
        folder.mkdir()
        (folder / "signing.key").write_bytes(owner.key.to_pem(PASSPHRASE.encode()))
        (folder / "token").write_text(f"{owner.token}\n", encoding="ascii")
        return cls(folder, owner, url)

    def run(self, *arguments: str | Path, url: str | None = None) -> Result:
        """Run a command; errors that `main` prints are in `result.exception`."""
        environment = {
            "GRIDWITNESS_PASSPHRASE": PASSPHRASE,
            "GRIDWITNESS_HOME": str(self.owner.running.home),  # the deployment's simulated clock
            "GRIDWITNESS_URL": url or self.url,
            "GRIDWITNESS_DEVICE_FOLDER": str(self.folder),
            "COLUMNS": "200",
        }
        return CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)

    def ok(self, *arguments: str | Path) -> str:
        """Its output; must succeed."""
        result = self.run(*arguments)
        assert result.exit_code == 0, (arguments, result.output, result.exception)
        return str(result.output)

    def told(self, *arguments: str | Path) -> dict[str, Any]:
        """Its JSON answer; must succeed."""
        value: dict[str, Any] = json.loads(self.ok(*arguments, "--json"))
        return value


@dataclass(frozen=True)
class CaseOffice:
    """A served platform, its people, and a device for each that is asked for."""

    running: RunningPlatform
    cast: Cast
    url: str
    folder: Path

    def device(self, owner: Officer) -> CaseDevice:
        """The officer's device, handed out at the first call."""
        folder = self.folder / owner.username
        if folder.exists():
            return CaseDevice(folder, owner, self.url)
        return CaseDevice.hand_out(folder, owner, self.url)


@contextmanager
def case_office(folder: Path) -> Iterator[CaseOffice]:
    """Served until the end of the block, on a simulated clock."""
    with running_platform(begin=BEGIN, token_lifetime_seconds=10 * 365 * 86400) as running:
        cast = hire(running)
        with served(running.platform) as url:
            yield CaseOffice(running, cast, url, folder)
