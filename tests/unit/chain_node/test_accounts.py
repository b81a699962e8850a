"""Keystores open with their password only and show nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eth_account import Account as EthAccount
from gridwitness_chain import Account, KeystoreRefused, password_from_environment, password_from_file

TRANSFER = {
    "nonce": 1,
    "gasPrice": 7,
    "gas": 21_000,
    "value": 0,
    "data": b"",
    "chainId": 5,
    "to": "0x" + "11" * 20,
}


def test_a_created_account_is_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "anchorer.json"
    password = password_from_file(tmp_path / "keys" / "password")
    made = Account.create(path, password)
    loaded = Account.load_or_create(path, password)
    assert loaded.address == made.address
    assert loaded.sign_transaction(dict(TRANSFER)) == made.sign_transaction(dict(TRANSFER))
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_the_signature_is_the_accounts(tmp_path: Path) -> None:
    account = Account.random()
    raw, name = account.sign_transaction(dict(TRANSFER))
    assert EthAccount.recover_transaction(raw) == account.address
    assert name.startswith("0x") and len(name) == 66


def test_the_key_is_neither_in_the_file_nor_in_the_repr(tmp_path: Path) -> None:
    account = Account(b"\x42" * 32)
    made = Account.create(tmp_path / "key.json", "a password")
    assert "42" * 32 not in repr(account) and account.address in repr(account)
    keystore = json.loads((tmp_path / "key.json").read_text())
    assert keystore["version"] == 3 and keystore["crypto"]["kdf"] == "scrypt"
    assert EthAccount.from_key(EthAccount.decrypt(keystore, "a password")).address == made.address


def test_what_does_not_open_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key.json"
    with pytest.raises(KeystoreRefused):
        Account.load(path, "any")
    Account.create(path, "right")
    with pytest.raises(KeystoreRefused):
        Account.load(path, "wrong")
    with pytest.raises(KeystoreRefused):
        Account.create(path, "right")
    for junk in ("", "{}", "[]", '{"version": 3}', '{"version": 3, "crypto": {}}', "7"):
        path.write_text(junk)
        with pytest.raises(KeystoreRefused):
            Account.load(path, "right")
    monkeypatch.delenv("GRIDWITNESS_TEST_PASSWORD", raising=False)
    with pytest.raises(KeystoreRefused):
        Account.create(tmp_path / "other.json", password_from_environment("GRIDWITNESS_TEST_PASSWORD"))
    monkeypatch.setenv("GRIDWITNESS_TEST_PASSWORD", "given")
    assert Account.create(tmp_path / "other.json", password_from_environment("GRIDWITNESS_TEST_PASSWORD"))
