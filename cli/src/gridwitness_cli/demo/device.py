"""An officer's device: a folder of its own, where `gridwitness submit` and `gridwitness case` run."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from gridwitness_evidence import SigningKey

from gridwitness_cli import case, submit, truck
from gridwitness_cli.demo.cast import Role
from gridwitness_cli.demo.story import expect

_REFUSED = 2


@dataclass(frozen=True)
class Device:
    """Key, token, drafts and receipts of one person, below `folder`."""

    folder: Path
    url: str
    owner: Role
    passphrase: str

    @classmethod
    def hand_out(cls, folder: Path, url: str, owner: Role, password: str, passphrase: str) -> Device:
        """A new device, with the owner's password and passphrase in files that only they can read."""
        folder.mkdir(parents=True)
        device = cls(folder, url, owner, passphrase)
        for path, secret in ((device._password, password), (device._passphrase, passphrase)):
            path.touch(mode=0o600)
            path.write_text(f"{secret}\n", encoding="utf-8")
        return device

    @property
    def token(self) -> Path:
        """Where the token of the last login is."""
        return self.folder / "token"

    @property
    def receipts(self) -> Path:
        """Receipts, kept against the day when somebody denies a record."""
        return self.folder / "receipts"

    def key_file(self, name: str = "signing") -> Path:
        """A signing key; it never leaves the device."""
        return self.folder / f"{name}.key"

    def signing_key(self, name: str = "signing") -> SigningKey:
        """The key itself, for what the commands would never sign."""
        return SigningKey.from_pem(self.key_file(name).read_bytes(), self.passphrase.encode())

    def login(self) -> None:
        """Log in with the owner's password."""
        self._submit(
            "login", "--username", self.owner.username, "--password-file", self._password, *self._door
        )

    def new_key(self, name: str = "signing", *, alg: str = "ES256") -> str:
        """Make a key; gives its thumbprint."""
        out = ("--out", self.key_file(name), "--passphrase-file", self._passphrase)
        return self._submit("key", "new", "--alg", alg, *out).strip()

    def offer_key(self, name: str = "signing", *, replaces: str | None = None) -> None:
        """Offer a key to the platform; it counts once a second agency confirmed it."""
        follows = () if replaces is None else ("--replaces", replaces)
        self._submit("key", "offer", *self._key(name), *self._door, *follows)

    def sign(
        self,
        kind: str,
        fields: Mapping[str, Any],
        *,
        draft: str,
        subject: str = "new",
        files: Sequence[Path] = (),
    ) -> Path:
        """Sign a statement that is no step of a case, and keep the draft."""
        out = self.folder / "drafts" / f"{draft}.json"
        options: list[str | Path] = ["--agency", self.owner.agency, "--kind", kind, "--subject", subject]
        options += ["--out", out, *self._key("signing")]
        for name, value in fields.items():
            options += ["--field", f"{name}:={json.dumps(value, ensure_ascii=False)}"]
        for path in files:
            options += ["--file", path]
        self._submit("sign", *options, *self._door)
        return out

    def send(self, draft: Path) -> dict[str, Any]:
        """Send a draft; gives what is kept with the receipt (`jti`, `sub`, `seq`, `record`, …)."""
        said = self._submit("send", draft, "--receipts", self.receipts, *self._key("signing"), *self._door)
        draft.unlink()
        return self.kept(said.split()[0])

    def kept(self, jti: str) -> dict[str, Any]:
        """What the device keeps of a record that was accepted."""
        value: dict[str, Any] = json.loads((self.receipts / "records" / f"{jti}.json").read_text("utf-8"))
        return value

    def case(self, *arguments: str | Path) -> dict[str, Any]:
        """`gridwitness case … --json`; anything but success ends the demo."""
        code, told = self._case(*arguments)
        expect(code == 0, "device-refused", f"gridwitness case {arguments[0]} {arguments[1:3]}: {told}")
        return told

    def truck(self, *arguments: str | Path) -> dict[str, Any]:
        """`gridwitness truck … --json`; anything but success ends the demo."""
        code, told = self._called(truck.app, "gridwitness truck", *arguments)
        expect(code == 0, "device-refused", f"gridwitness truck {arguments[0]}: {told}")
        return told

    def refused_case(self, *arguments: str | Path) -> dict[str, Any]:
        """The problem document of a `gridwitness case` command that must be refused."""
        code, told = self._case(*arguments)
        expect(code == _REFUSED, "not-refused", f"gridwitness case {arguments[:3]} ended with {code}: {told}")
        problem: dict[str, Any] = told["error"]
        return problem

    @property
    def _password(self) -> Path:
        return self.folder / "password"

    @property
    def _passphrase(self) -> Path:
        return self.folder / "passphrase"

    @property
    def _door(self) -> list[str | Path]:
        return ["--url", self.url, "--token-file", self.token]

    def _key(self, name: str) -> list[str | Path]:
        return ["--key", self.key_file(name), "--passphrase-file", self._passphrase]

    def _submit(self, *arguments: str | Path) -> str:
        """Run `gridwitness submit …` in this process; anything but success ends the demo."""
        code, said, errors = _run(submit.app, "gridwitness submit", arguments)
        expect(not code, "device-refused", f"gridwitness submit {arguments[0]}: {errors}")
        return said

    def _case(self, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
        return self._called(case.app, "gridwitness case", *arguments)

    def _called(self, app: typer.Typer, name: str, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
        place = ("--folder", self.folder, "--url", self.url, "--passphrase-file", self._passphrase)
        code, said, errors = _run(app, name, (*place, *arguments, "--json"))
        expect(said.startswith("{"), "device-refused", f"{name} {arguments[0]}: {errors}")
        return code, json.loads(said)


def _run(app: typer.Typer, name: str, arguments: Sequence[str | Path]) -> tuple[int, str, str]:
    """Run a command in this process: exit code, and what it said."""
    out, errors = io.StringIO(), io.StringIO()
    command = typer.main.get_command(app)
    with redirect_stdout(out), redirect_stderr(errors):
        code = command.main([str(part) for part in arguments], name, standalone_mode=False)
    return code or 0, out.getvalue(), errors.getvalue().strip()
