"""Everyone on the stage with what they hold: devices, logins, the checkpoints' feed key."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from gridwitness_evidence import SigningKey

from gridwitness_cli.demo.cast import PEOPLE, Role
from gridwitness_cli.demo.device import Device
from gridwitness_cli.demo.door import Door
from gridwitness_cli.demo.stage import Stage
from gridwitness_cli.demo.story import Story


@dataclass
class Company:
    """What the acts share."""

    stage: Stage
    story: Story
    passwords: dict[str, str] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    doors: dict[str, Door] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    """Of the cases, by procedure."""
    named: dict[str, str] = field(default_factory=dict)
    """What steps of the cases refer to by `{name}`."""
    accounts: dict[str, str] = field(default_factory=dict)
    """Account ids, by user name."""
    papers: dict[str, Path] = field(default_factory=dict)
    """PDF documents, by `<procedure>-<step>`."""
    feed: SigningKey = field(default_factory=lambda: SigningKey.generate("EdDSA"))
    _logins: set[str] = field(default_factory=set)
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._open.close()

    @property
    def names(self) -> dict[str, str]:
        """Everybody's name, by user name."""
        return {role.username: role.name for role in PEOPLE}

    def password(self, username: str) -> str:
        """A random password of one account, kept for this demo only."""
        return self.passwords.setdefault(username, secrets.token_urlsafe(12))

    def door(self, username: str) -> Door:
        """The account's connection, logged in."""
        if username not in self.doors:
            door = Door(self.stage.url, username, self.password(username))
            self.doors[username] = self._open.enter_context(door)
        self._log_in(username, self.doors[username])
        return self.doors[username]

    def device(self, role: Role) -> Device:
        """The device handed out to a signer, logged in."""
        if role.username not in self.devices:
            folder = self.stage.folder / "devices" / role.username
            passphrase = secrets.token_urlsafe(12)
            password = self.password(role.username)
            self.devices[role.username] = Device.hand_out(folder, self.stage.url, role, password, passphrase)
        self._log_in(f"device of {role.username}", self.devices[role.username])
        return self.devices[role.username]

    def _log_in(self, name: str, who: Door | Device) -> None:
        if name not in self._logins:
            who.login()
            self._logins.add(name)
