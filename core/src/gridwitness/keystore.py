"""Private keys of a deployment, each kind in its own folder with its own password.

`service/` signs effects, `log/` tree heads and receipts, `anchorer/`, `recorder/`, `publisher/` and
`registrar/` are chain accounts: whoever gets one folder and its password has that power and no other; `feed/`
has a password only, under which the secrets of feeds are sealed. A password comes from
`GRIDWITNESS_KEYS_<FOLDER>_PASSWORD`, else from a file of mode 0600 beside the keys, made at first use.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from gridwitness_chain import Account
from gridwitness_evidence import NoteSigner, SigningKey

from gridwitness.durable_file import replace_file, secret_in
from gridwitness.errors import Misconfigured


class Keystore:
    """Keys under `<home>/keys/`; keys once read are kept in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._service: dict[str, SigningKey] = {}
        self._log: dict[str, NoteSigner] = {}
        self._accounts: dict[tuple[str, str], Account] = {}

    def make_service_key(self, agency: str) -> SigningKey:
        """The agency's service key, made where it has none. Ed25519: it signs most and must be quick."""
        path = self._path("service", f"{agency}.pem")
        if not path.exists():
            replace_file(path, SigningKey.generate("EdDSA").to_pem(self._password("service")))
        return self.service_key(agency)

    def service_key(self, agency: str) -> SigningKey:
        """The key that signs effects and machine records of an agency. Raises Misconfigured `key-missing`."""
        if agency not in self._service:
            content = _read(self._path("service", f"{agency}.pem"))
            self._service[agency] = SigningKey.from_pem(content, self._password("service"))
        return self._service[agency]

    def make_log_key(self, log: str, origin: str) -> NoteSigner:
        """The log's signing key, made where it has none; `origin` is the key's name in signed notes."""
        path = self._path("log", f"{log}.pem")
        if not path.exists():
            replace_file(path.with_suffix(".origin"), origin.encode())
            replace_file(path, SigningKey.generate("EdDSA").to_pem(self._password("log")))
        return self.log_signer(log)

    def log_signer(self, log: str) -> NoteSigner:
        """The key that signs tree heads and receipts of a log. Raises Misconfigured `key-missing`."""
        if log not in self._log:
            path = self._path("log", f"{log}.pem")
            key = SigningKey.from_pem(_read(path), self._password("log"))
            self._log[log] = NoteSigner(_read(path.with_suffix(".origin")).decode(), key)
        return self._log[log]

    def account(self, folder: str, name: str, *, make: bool = False) -> Account:
        """A chain account of one of the folders for them. Raises Misconfigured `key-missing`."""
        if (folder, name) not in self._accounts:
            path = self._path(folder, f"{name}.json")
            if not path.exists() and not make:
                raise _missing(path)
            self._accounts[folder, name] = Account.load_or_create(path, self._password(folder).decode())
        return self._accounts[folder, name]

    def feed_sealing_key(self) -> bytes:
        """The key (32 bytes) under which the secrets of feeds are kept in the database."""
        return hashlib.sha256(b"gridwitness-feed-secrets/v1\n" + self._password("feed")).digest()

    def holds(self, folder: str, name: str) -> bool:
        """Whether there is such a chain account here."""
        return self._path(folder, f"{name}.json").exists()

    def _path(self, folder: str, name: str) -> Path:
        return self._folder / folder / name

    def _password(self, folder: str) -> bytes:
        given = os.environ.get(f"GRIDWITNESS_KEYS_{folder.upper()}_PASSWORD")
        return (given or secret_in(self._folder / folder / ".password")).encode()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise _missing(path) from None


def _missing(path: Path) -> Misconfigured:
    return Misconfigured(
        "key-missing",
        f"There is no key {path}.",
        "restore it from the key backup; without it this log cannot go on",
    )
