"""An officer's device: a folder of its own, and the commands of `gridwitness submit` run on it."""

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

from gridwitness_cli.demo.cast import Role
from gridwitness_cli.demo.story import expect
from gridwitness_cli.submit import app


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
        self._run("login", "--username", self.owner.username, "--password-file", self._password, *self._door)

    def new_key(self, name: str = "signing", *, alg: str = "ES256") -> str:
        """Make a key; gives its thumbprint."""
        out = ("--out", self.key_file(name), "--passphrase-file", self._passphrase)
        return self._run("key", "new", "--alg", alg, *out).strip()

    def offer_key(self, name: str = "signing", *, replaces: str | None = None) -> None:
        """Offer a key to the platform; it counts once a second agency confirmed it."""
        follows = () if replaces is None else ("--replaces", replaces)
        self._run("key", "offer", *self._key(name), *self._door, *follows)

    def fetch_head(self, sub: str, name: str) -> Path:
        """Keep a subject's head for signing where there is no network."""
        out = self.folder / name
        self._run("head", "--sub", sub, "--out", out, *self._door)
        return out

    def sign(
        self,
        kind: str,
        fields: Mapping[str, Any],
        *,
        draft: str,
        subject: str = "new",
        files: Sequence[Path] = (),
        head: Path | None = None,
        captured: str | None = None,
        key: str = "signing",
    ) -> Path:
        """Sign a statement and keep the draft; without network where a `head` is given."""
        out = self.folder / "drafts" / f"{draft}.json"
        options: list[str | Path] = ["--agency", self.owner.agency, "--kind", kind, "--subject", subject]
        options += ["--out", out, *self._key(key)]
        for name, value in fields.items():
            options += ["--field", f"{name}:={json.dumps(value, ensure_ascii=False)}"]
        for path in files:
            options += ["--file", path]
        if captured is not None:
            options += ["--captured", captured, "--device", "执法终端 ZF-07", "--clock-source", "gnss"]
        options += ["--head", head] if head is not None else self._door
        self._run("sign", *options)
        return out

    def send(self, draft: Path, *, key: str = "signing") -> dict[str, Any]:
        """Send a draft; gives what is kept with the receipt (`jti`, `sub`, `seq`, `record`, …)."""
        said = self._run("send", draft, "--receipts", self.receipts, *self._key(key), *self._door)
        kept = self.receipts / "records" / f"{said.split()[0]}.json"
        value: dict[str, Any] = json.loads(kept.read_text("utf-8"))
        return value

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

    def _run(self, *arguments: str | Path) -> str:
        """Run `gridwitness submit …` in this process; anything but success ends the demo."""
        out, errors = io.StringIO(), io.StringIO()
        command = typer.main.get_command(app)
        with redirect_stdout(out), redirect_stderr(errors):
            code = command.main(
                [str(part) for part in arguments], "gridwitness submit", standalone_mode=False
            )
        told = f"gridwitness submit {arguments[0]}: {errors.getvalue().strip()}"
        expect(not code, "device-refused", told)
        return out.getvalue()
