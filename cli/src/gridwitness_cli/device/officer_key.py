"""The officer's signing key: encrypted PKCS #8 in a file of mode 0600, opened with a passphrase."""

from __future__ import annotations

import os
from pathlib import Path

import typer
from gridwitness.durable_file import replace_file
from gridwitness.errors import Conflict, InvalidInput
from gridwitness_evidence import EvidenceError, SigningKey

from gridwitness_cli.device.local_files import read_local

PASSPHRASE_VARIABLE = "GRIDWITNESS_PASSPHRASE"  # noqa: S105 - the variable's name
SHORTEST = 8


def new_key(path: Path, alg: str, passphrase: str) -> SigningKey:
    """Make a key and write it. Raises Conflict `key-exists`, InvalidInput `key-form`, `passphrase-short`."""
    if path.exists():
        raise Conflict(
            "key-exists", f"{path} is there already.", "choose another name; keys are never replaced"
        )
    if len(passphrase) < SHORTEST:
        raise InvalidInput(
            "passphrase-short", f"The passphrase has less than {SHORTEST} characters.", "take a longer one"
        )
    if alg not in ("ES256", "EdDSA"):
        raise InvalidInput("key-form", f"There is no algorithm {alg!r}.", "take ES256 or EdDSA")
    key = SigningKey.generate("ES256" if alg == "ES256" else "EdDSA")
    replace_file(path, key.to_pem(passphrase.encode()))
    return key


def open_key(path: Path, passphrase_file: Path | None) -> SigningKey:
    """Open a key. Raises InvalidInput `file-unreadable`, `key-password`, `key-form`."""
    pem = read_local(path)
    passphrase = given_passphrase(passphrase_file) or typer.prompt(
        "口令 Passphrase", hide_input=True, err=True
    )
    try:
        return SigningKey.from_pem(pem, passphrase.encode())
    except EvidenceError as error:
        raise InvalidInput(error.code, f"{path}: {error.message}", "check file and passphrase") from error


def given_passphrase(file: Path | None) -> str | None:
    """From the file, else the environment; None: ask. Line ends around it do not count."""
    if file is not None:
        try:
            return read_local(file).decode("utf-8").strip("\r\n")
        except UnicodeDecodeError:
            raise InvalidInput("file-unreadable", f"{file} is not UTF-8 text.", "give a text file") from None
    return os.environ.get(PASSPHRASE_VARIABLE) or None
