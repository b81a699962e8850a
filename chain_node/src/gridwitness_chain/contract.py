"""One deployed contract by its ABI: encode calls, read views, decode events and custom errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError
from eth_utils import keccak, to_checksum_address

from .accounts import Account
from .artifact import Artifact
from .errors import ArtifactMissing, ChainError, MalformedAnswer, Reverted, RpcRefused
from .transactions import CALL_GAS, DEPLOY_GAS, Receipt, Transactions

# Solidity's own two errors.
_BUILT_IN: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "08c379a0": ("Error", [{"name": "message", "type": "string"}]),
    "4e487b71": ("Panic", [{"name": "code", "type": "uint256"}]),
}


@dataclass(frozen=True)
class Call:
    """A call of a contract, ready to be signed: `name` for people, `data` = selector ‖ arguments."""

    contract: str
    name: str
    data: bytes


@dataclass(frozen=True)
class Event:
    """One event of a contract as mined; `position` counts the logs of its own receipt when read from one."""

    name: str
    values: dict[str, Any]
    block_number: int
    block_hash: str
    transaction: str
    position: int


class Contract:
    """A contract at an address. Raises `Reverted` with the decoded custom error wherever the contract
    refuses.
    """

    def __init__(self, transactions: Transactions, artifact: Artifact, address: str) -> None:
        self.transactions = transactions
        self.engine = transactions.engine
        self.artifact = artifact
        self.address = address
        self._entries = {(entry["type"], entry.get("name")): entry for entry in artifact.abi}
        self._events = {
            keccak(text=signature(entry)): entry for entry in artifact.abi if entry["type"] == "event"
        }
        self._errors = {
            keccak(text=signature(entry))[:4].hex(): entry
            for entry in artifact.abi
            if entry["type"] == "error"
        }

    def call(self, name: str, *arguments: object) -> Call:
        """Data of a state-changing call. Raises `ChainError` when an argument does not fit its type."""
        entry = self._entry("function", name)
        return Call(self.address, f"{self.artifact.name}.{name}", self._encoded(entry, arguments))

    def view(self, name: str, *arguments: object, block: int | str = "latest") -> Any:
        """Outputs of a view at a block: the value, or a tuple of several; structs are tuples."""
        entry = self._entry("function", name)
        request = {"to": self.address, "data": "0x" + self._encoded(entry, arguments).hex()}
        found = self._eth_call(f"{self.artifact.name}.{name}", request, block)
        try:
            values = _decoded(entry["outputs"], found)
        except DecodingError as problem:
            raise MalformedAnswer(
                f"{name} answered {len(found)} bytes", "is the contract there?"
            ) from problem
        return values[0] if len(values) == 1 else values

    def check(self, call: Call, sender: str, block: int | str = "latest") -> None:
        """Run the call without a transaction. Raises `Reverted` when the contract would refuse it now."""
        request = {"from": sender, "to": self.address, "data": "0x" + call.data.hex(), "gas": hex(CALL_GAS)}
        self._eth_call(call.name, request, block)

    def check_creation(self, sender: str, data: bytes) -> None:
        """Run the creation without a transaction. Raises `Reverted` when the constructor refuses."""
        request = {"from": sender, "data": "0x" + data.hex(), "gas": hex(DEPLOY_GAS)}
        self._eth_call(f"creating {self.artifact.name}", request, "latest")

    def submit(self, account: Account, call: Call, timeout: float = 30.0) -> Receipt:
        """Check, sign, send and wait until final. Raises `Reverted`; nothing is sent if the check already
        fails.
        """
        self.check(call, account.address)
        receipt = self.transactions.execute(account, self.address, call.data, timeout=timeout)
        if not receipt.succeeded:
            self.explain(call, account.address, receipt)
        return receipt

    def explain(self, call: Call, sender: str, receipt: Receipt) -> None:
        """Raise `Reverted` for a mined failure, with the error the same call gives around that block."""
        for block in (receipt.block_number - 1, receipt.block_number):
            self.check(call, sender, block)
        raise Reverted(call.name, "OutOfGasOrOvertaken", {"transaction": receipt.transaction})

    def events_in(self, receipt: Receipt) -> list[Event]:
        """This contract's events of one receipt, in order."""
        return [event for at, log in enumerate(receipt.logs) if (event := self._event(log, at)) is not None]

    def events(
        self,
        from_block: int,
        to_block: int | None = None,
        *,
        name: str | None = None,
        topic: bytes | None = None,
        chunk: int = 2_000,
    ) -> Iterator[Event]:
        """Events of the blocks `from_block`…`to_block` (default: the final block), asked for in chunks of
        blocks.

        `name` narrows to one event, `topic` then to one value of its first indexed argument.
        """
        last = self.engine.final_block() if to_block is None else to_block
        topics = [] if name is None else ["0x" + keccak(text=signature(self._entry("event", name))).hex()]
        topics += [] if topic is None else ["0x" + topic.hex()]
        for start in range(from_block, last + 1, chunk):
            span = {"fromBlock": hex(start), "toBlock": hex(min(start + chunk - 1, last))}
            for log in self.engine.rpc.call(
                "eth_getLogs", {"address": self.address, "topics": topics, **span}
            ):
                event = self._event(log, int(log["logIndex"], 16))
                if event is not None:
                    yield event

    def _eth_call(self, name: str, request: dict[str, str], block: int | str) -> bytes:
        try:
            found = self.engine.rpc.call("eth_call", request, hex(block) if isinstance(block, int) else block)
        except RpcRefused as problem:
            raise self._reverted(name, problem) from problem
        try:
            return bytes.fromhex(str(found).removeprefix("0x"))
        except ValueError as problem:
            raise MalformedAnswer(f"{name} answered no hex") from problem

    def _reverted(self, name: str, problem: RpcRefused) -> ChainError:
        data = _revert_data(problem.data)
        if data is None:
            return Reverted(name, "NoReason", {"node": problem.text}) if "revert" in problem.text else problem
        selector, body = data[:4].hex(), data[4:]
        if selector in self._errors:
            entry = self._errors[selector]
            error, inputs = entry["name"], entry["inputs"]
        elif selector in _BUILT_IN:
            error, inputs = _BUILT_IN[selector]
        else:
            return Reverted(name, f"0x{selector}", {"data": "0x" + body.hex()})
        try:
            return Reverted(name, error, _named(inputs, body))
        except DecodingError:
            return Reverted(name, error, {"data": "0x" + body.hex()})

    def _event(self, log: dict[str, Any], position: int) -> Event | None:
        """The log as an event of this contract, or None when it is none."""
        try:
            return self._read_event(log, position)
        except (DecodingError, KeyError, ValueError, TypeError) as problem:
            raise MalformedAnswer(f"a log of {self.artifact.name} does not decode: {problem}") from problem

    def _read_event(self, log: dict[str, Any], position: int) -> Event | None:
        topics = [bytes.fromhex(str(topic).removeprefix("0x")) for topic in log["topics"]]
        if str(log["address"]).lower() != self.address.lower() or not topics or topics[0] not in self._events:
            return None
        entry = self._events[topics[0]]
        indexed = [given for given in entry["inputs"] if given["indexed"]]
        plain = [given for given in entry["inputs"] if not given["indexed"]]
        values: dict[str, Any] = {}
        for given, topic in zip(indexed, topics[1:], strict=True):
            values |= _named([given], topic)
        values |= _named(plain, bytes.fromhex(str(log["data"]).removeprefix("0x")))
        return Event(
            entry["name"],
            values,
            int(log["blockNumber"], 16),
            str(log["blockHash"]).lower(),
            str(log["transactionHash"]).lower(),
            position,
        )

    def _entry(self, kind: str, name: str) -> dict[str, Any]:
        try:
            return self._entries[kind, name]
        except KeyError:
            raise ArtifactMissing(
                f"{self.artifact.name} has no {kind} {name}", "compile the contracts again"
            ) from None

    def _encoded(self, entry: dict[str, Any], arguments: Sequence[object]) -> bytes:
        return keccak(text=signature(entry))[:4] + encoded_arguments(entry, arguments)


def encoded_arguments(entry: dict[str, Any], arguments: Sequence[object]) -> bytes:
    """ABI encoding of the arguments of a function, error or constructor entry."""
    try:
        return bytes(encode([_type(given) for given in entry["inputs"]], list(arguments)))
    except (EncodingError, ValueError, TypeError) as problem:
        name = entry.get("name", "the constructor")
        raise ChainError(
            f"arguments do not fit {name}: {problem}", "check their types and lengths"
        ) from problem


def signature(entry: dict[str, Any]) -> str:
    """`name(type,…)`, what selectors and event topics are hashed from."""
    return f"{entry['name']}({','.join(_type(given) for given in entry['inputs'])})"


def _named(inputs: Sequence[dict[str, Any]], body: bytes) -> dict[str, Any]:
    return dict(zip((given["name"] for given in inputs), _decoded(inputs, body), strict=True))


def _decoded(inputs: Sequence[dict[str, Any]], body: bytes) -> tuple[Any, ...]:
    values = decode([_type(given) for given in inputs], body)
    return tuple(_checksummed(given, value) for given, value in zip(inputs, values, strict=True))


def _checksummed(given: dict[str, Any], value: Any) -> Any:
    """The value with every address in it spelled as EIP-55 does, the one spelling used everywhere here."""
    kind = str(given["type"])
    if kind.endswith("[]"):
        inner = {**given, "type": kind[:-2]}
        return tuple(_checksummed(inner, part) for part in value)
    if kind == "tuple":
        return tuple(
            _checksummed(part, found) for part, found in zip(given["components"], value, strict=True)
        )
    return to_checksum_address(value) if kind == "address" else value


def _type(given: dict[str, Any]) -> str:
    kind = str(given["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(_type(part) for part in given['components'])}){kind.removeprefix('tuple')}"


def _revert_data(data: object) -> bytes | None:
    """Revert bytes as the engines give them: the hex itself, or an object that holds it."""
    if isinstance(data, dict):
        data = data.get("result") or data.get("data")
    if not isinstance(data, str):
        return None
    try:
        found = bytes.fromhex(data.removeprefix("0x"))
    except ValueError:
        return None
    return found if len(found) >= 4 else None
