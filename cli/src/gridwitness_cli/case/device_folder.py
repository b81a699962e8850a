"""The folder of a device: key, token, drafts and receipts, and what it knows of cases without network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from gridwitness.errors import InvalidInput
from gridwitness_evidence import SigningKey

from gridwitness_cli.device.local_files import read_json_object, write_json
from gridwitness_cli.device.officer_key import open_key
from gridwitness_cli.device.platform_client import PlatformClient


@dataclass(frozen=True)
class DeviceFolder:
    """One officer's device; `url` None where no platform is named."""

    folder: Path
    url: str | None
    key_file: Path
    token_file: Path
    passphrase_file: Path | None

    @property
    def drafts(self) -> Path:
        """What was signed and not yet accepted."""
        return self.folder / "drafts"

    @property
    def receipts(self) -> Path:
        """Receipts, kept against the day when somebody denies a record."""
        return self.folder / "receipts"

    def connect(self) -> PlatformClient:
        """The platform's door. Raises InvalidInput `url-missing`, `token-invalid`, `file-unreadable`."""
        if self.url is None:
            raise InvalidInput("url-missing", "No platform is named.", "give --url, or set GRIDWITNESS_URL")
        return PlatformClient(self.url, self.token_file)

    def opener(self) -> Callable[[], SigningKey]:
        """Opens the signing key when it is needed, and asks for the passphrase once."""
        opened: list[SigningKey] = []

        def key() -> SigningKey:
            if not opened:
                opened.append(open_key(self.key_file, self.passphrase_file))
            return opened[0]

        return key

    def remember(self, name: str, value: dict[str, Any]) -> dict[str, Any]:
        """Keep what the platform told, for work without network; gives it back."""
        write_json(self._known(name), value)
        return value

    def known(self, name: str) -> dict[str, Any]:
        """What was kept. Raises InvalidInput `not-fetched`."""
        path = self._known(name)
        if not path.is_file():
            raise InvalidInput(
                "not-fetched",
                f"This device does not know {name} yet.",
                "while there is a network: `gridwitness case fetch` (with your cases), `event fetch`",
            )
        return read_json_object(path)

    def knows(self, name: str) -> bool:
        """Whether something was kept under a name."""
        return self._known(name).is_file()

    def _known(self, name: str) -> Path:
        return self.folder / "known" / f"{name}.json"


def device_of(context: typer.Context) -> DeviceFolder:
    """The device that the `case` callback found."""
    found = context.find_object(DeviceFolder)
    assert found is not None
    return found
