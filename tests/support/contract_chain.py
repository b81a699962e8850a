"""A chain for contract tests: Anvil on a free port, locally signed transactions, the committed artifacts."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import eth_abi
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.abi import collapse_if_tuple
from web3 import Web3
from web3.exceptions import ContractCustomError, ContractLogicError
from web3.logs import DISCARD

ROOT = Path(__file__).resolve().parents[2]
ANVIL = ROOT / "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
GANACHE = ROOT / "node_modules/.bin/ganache"
CHAIN_ID = 31337
GAS = 8_000_000


@cache
def artifact(name: str) -> dict[str, Any]:
    """The committed artifact of a contract."""
    found: dict[str, Any] = json.loads(
        (ROOT / f"contracts/artifacts/{name}.json").read_text(encoding="utf-8")
    )
    return found


def account(number: int) -> LocalAccount:
    """Test account `number`; the same key every time, unfunded (gas costs nothing here)."""
    return Account.from_key(Web3.keccak(text=f"gridwitness contract test account {number}"))


def code(text: str) -> bytes:
    """ASCII text as a left aligned `bytes32`: agency codes and role names."""
    return text.encode("ascii").ljust(32, b"\0")


@dataclass(frozen=True)
class Sent:
    """A mined transaction: its receipt and calldata."""

    receipt: Any
    data: str

    @property
    def gas(self) -> int:
        return int(self.receipt["gasUsed"])


class Deployed:
    """A contract on the chain; `send` signs locally, `call` reads, `refused` names the custom error."""

    def __init__(self, chain: ContractChain, name: str, address: str) -> None:
        self.chain = chain
        self.name = name
        self.address = address
        self.contract = chain.web3.eth.contract(address=address, abi=artifact(name)["abi"])
        self._functions = {
            str(entry["name"]): (_selector(entry), _types(entry["inputs"]), _types(entry["outputs"]))
            for entry in artifact(name)["abi"]
            if entry["type"] == "function"
        }
        self._errors = {
            _selector(entry): str(entry["name"])
            for entry in artifact(name)["abi"]
            if entry["type"] == "error"
        }

    def call(self, function: str, *arguments: Any) -> Any:
        """Read a view: one value as it is, several as a tuple; bytes stay bytes, addresses lower case."""
        request = {"to": self.address, "data": self.encode(function, *arguments), "gas": hex(GAS)}
        answer = bytes.fromhex(self.chain.rpc("eth_call", request, "latest")[2:])
        values = eth_abi.decode(self._functions[function][2], answer)
        return values[0] if len(values) == 1 else values

    def encode(self, function: str, *arguments: Any) -> str:
        """Calldata of a call."""
        selector, types, _ = self._functions[function]
        return "0x" + selector + eth_abi.encode(types, arguments).hex()

    def send(self, sender: LocalAccount, function: str, *arguments: Any) -> Sent:
        """Send and demand success; a revert raises `RevertedError` with the custom error's name."""
        return self.chain.send(sender, self.address, self.encode(function, *arguments), self.error_name)

    def error(self, sender: LocalAccount, function: str, *arguments: Any) -> str:
        """Name of the custom error this transaction reverts with; fails if it would succeed."""
        try:
            self.send(sender, function, *arguments)
        except RevertedError as refused:
            return refused.error
        raise AssertionError(f"{self.name}.{function} was accepted")

    def events(self, sent: Sent) -> list[tuple[str, dict[str, Any]]]:
        """Events of this contract in a receipt, in order, by name."""
        found = []
        for event in self.contract.events:
            for entry in event().process_receipt(sent.receipt, errors=DISCARD):
                if entry["address"] == self.address:
                    found.append((entry["logIndex"], entry["event"], dict(entry["args"])))
        return [(name, arguments) for _, name, arguments in sorted(found, key=lambda item: item[0])]

    def error_name(self, data: str) -> str:
        return self._errors.get(data[2:10], data)


class RevertedError(Exception):
    """A transaction reverted; `error` is the custom error's name, or the raw data."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass
class ContractChain:
    """A running engine. `gas_price` 0 where the engine mines free transactions."""

    web3: Web3
    gas_price: int = 0

    def deploy(self, deployer: LocalAccount, name: str, *arguments: Any) -> Deployed:
        factory = self.web3.eth.contract(abi=artifact(name)["abi"], bytecode=artifact(name)["bytecode"])
        data = factory.constructor(*arguments).data_in_transaction
        names = {_selector(e): str(e["name"]) for e in artifact(name)["abi"] if e["type"] == "error"}
        sent = self.send(deployer, None, data, lambda revert: names.get(revert[2:10], revert))
        return Deployed(self, name, sent.receipt["contractAddress"])

    def send(
        self, sender: LocalAccount, to: str | None, data: str, name_of: Callable[[str], str] = str
    ) -> Sent:
        """Sign and mine one transaction; reverted ones are mined too, then asked for their reason."""
        fields: dict[str, Any] = {
            "nonce": self.web3.eth.get_transaction_count(sender.address),
            "gas": GAS,
            "gasPrice": self.gas_price,
            "value": 0,
            "data": data,
            "chainId": CHAIN_ID,
        }
        if to is not None:
            fields["to"] = to
        raw = self.web3.eth.send_raw_transaction(sender.sign_transaction(fields).raw_transaction)
        receipt = self.web3.eth.wait_for_transaction_receipt(raw, timeout=30, poll_latency=0.005)
        if receipt["status"] != 1:
            raise RevertedError(name_of(self._reason(sender, to, data)))
        return Sent(receipt, data)

    def set_time(self, timestamp: int) -> None:
        """Give the next block this time (Unix seconds)."""
        self.rpc("evm_setNextBlockTimestamp", timestamp)

    def now(self) -> int:
        """Time of the latest block, Unix seconds."""
        return int(self.web3.eth.get_block("latest")["timestamp"])

    def rpc(self, method: str, *parameters: Any) -> Any:
        answer = self.web3.provider.make_request(method, list(parameters))
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer.get("result")

    def _reason(self, sender: LocalAccount, to: str | None, data: str) -> str:
        call: dict[str, Any] = {"from": sender.address, "data": data, "gas": GAS}
        if to is not None:
            call["to"] = to
        try:
            self.web3.eth.call(call)
        except (ContractCustomError, ContractLogicError) as error:
            return str(error.data)
        return "0x"


@contextmanager
def running_anvil() -> Iterator[ContractChain]:
    """Anvil with free gas on a free port; gone afterwards."""
    flags = "--host 127.0.0.1 --hardfork shanghai --gas-price 0 --base-fee 0 --accounts 1 --silent"
    with _running([str(ANVIL), *flags.split(), "--chain-id", str(CHAIN_ID)]) as web3:
        yield ContractChain(web3)


@contextmanager
def running_ganache(funded: list[LocalAccount]) -> Iterator[ContractChain]:
    """Ganache, which has no free gas after Berlin: `funded` accounts pay."""
    arguments = f"-q --server.host 127.0.0.1 --chain.chainId {CHAIN_ID} --chain.hardfork shanghai".split()
    for payer in funded:
        arguments += ["--wallet.accounts", f"{payer.key.to_0x_hex()},{10**24}"]
    with _running([str(GANACHE), *arguments], port_flag="--server.port") as web3:
        yield ContractChain(web3, gas_price=10**10)


def lacks_anvil() -> str | None:
    """Why Anvil can't run here, or None."""
    return None if os.access(ANVIL, os.X_OK) else "Anvil is not installed: run `npm ci`"


def lacks_ganache() -> str | None:
    """Why Ganache can't run here, or None."""
    return None if GANACHE.exists() and shutil.which("node") else "Ganache is not installed: run `npm ci`"


@contextmanager
def _running(command: list[str], port_flag: str = "--port") -> Iterator[Web3]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*command, port_flag, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        web3 = Web3(Web3.HTTPProvider(f"http://127.0.0.1:{port}", request_kwargs={"timeout": 60}))
        deadline = time.monotonic() + 30
        while not web3.is_connected():
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{command[0]} did not come up on port {port}")
            time.sleep(0.02)
        yield web3
    finally:
        process.terminate()
        process.wait(timeout=10)


def _selector(entry: dict[str, Any]) -> str:
    signature = f"{entry['name']}({','.join(_types(entry['inputs']))})"
    return Web3.keccak(text=signature)[:4].hex()


def _types(items: list[dict[str, Any]]) -> list[str]:
    return [str(collapse_if_tuple(item)) for item in items]
