"""Accounts that sign locally; their keys rest in encrypted keystores (Web3 Secret Storage v3).

The scrypt cost is the light one (n = 4096, r = 8, p = 1; about 20 ms), so that a start with several accounts
stays quick. It suffices for the random 256-bit passwords made here; a password a person chose deserves a long
one.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rlp
from eth_account import Account as EthAccount
from eth_keys.exceptions import BadSignature, ValidationError
from rlp.exceptions import RLPException

from .errors import KeystoreRefused
from .home import write_atomically

_SCRYPT_LIGHT = 4096

Password = str | Callable[[], str]


class Account:
    """A secp256k1 key held in memory; `address` is checksummed (EIP-55). Its repr shows the address only."""

    def __init__(self, private_key: bytes) -> None:
        self._key = EthAccount.from_key(private_key)
        self.address: str = self._key.address

    @classmethod
    def random(cls) -> Account:
        """A new account that is stored nowhere."""
        return cls(secrets.token_bytes(32))

    @classmethod
    def create(cls, path: Path, password: Password) -> Account:
        """A new account stored at `path` (0600). Raises `KeystoreRefused` if the file exists."""
        if path.exists():
            raise KeystoreRefused(f"{path} exists already", "load it, or choose another file")
        account = cls.random()
        keystore = EthAccount.encrypt(
            account._key.key, _text(password), kdf="scrypt", iterations=_SCRYPT_LIGHT
        )
        write_atomically(path, json.dumps(keystore) + "\n")
        return account

    @classmethod
    def load(cls, path: Path, password: Password) -> Account:
        """The account stored at `path`. Raises `KeystoreRefused`."""
        try:
            keystore = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as problem:
            raise KeystoreRefused(f"there is no keystore at {path}", "restore it from a backup") from problem
        except ValueError as problem:
            raise KeystoreRefused(
                f"{path} is no keystore: {problem}", "restore it from a backup"
            ) from problem
        try:
            return cls(bytes(EthAccount.decrypt(keystore, _text(password))))
        except (ValueError, KeyError, TypeError, NotImplementedError) as problem:
            raise KeystoreRefused(f"{path} does not open: {problem}", "is this its password?") from problem

    @classmethod
    def load_or_create(cls, path: Path, password: Password) -> Account:
        return cls.load(path, password) if path.exists() else cls.create(path, password)

    def sign_transaction(self, transaction: dict[str, Any]) -> tuple[bytes, str]:
        """(raw bytes, `0x…` hash) of a transaction with explicit gas, gasPrice, nonce and chainId
        (EIP-155).
        """
        signed = self._key.sign_transaction(transaction)
        return bytes(signed.raw_transaction), "0x" + bytes(signed.hash).hex()

    def __repr__(self) -> str:
        return f"Account({self.address})"


def sender_and_nonce(raw: bytes) -> tuple[str, int]:
    """Who signed a transaction as `sign_transaction` makes it, and with which nonce. Raises ValueError."""
    try:
        nonce = int.from_bytes(rlp.decode(raw)[0], "big")
        return str(EthAccount.recover_transaction(raw)), nonce
    except (RLPException, ValidationError, BadSignature, IndexError, AttributeError) as problem:
        raise ValueError(str(problem)) from problem


def password_from_file(path: Path) -> Password:
    """The first line of the file, read when needed; a missing file is made with 256 random bits (0600)."""

    def read() -> str:
        if not path.exists():
            write_atomically(path, secrets.token_urlsafe(32) + "\n")
        return path.read_text(encoding="utf-8").split("\n", 1)[0]

    return read


def password_from_environment(name: str) -> Password:
    """The environment variable's value, read when needed. Raises `KeystoreRefused` when unset or empty."""

    def read() -> str:
        value = os.environ.get(name, "")
        if not value:
            raise KeystoreRefused(
                f"the environment variable {name} is not set", "set it to the keystore's password"
            )
        return value

    return read


def _text(password: Password) -> str:
    return password if isinstance(password, str) else password()
