"""One deployed contract by its ABI, through web3.py: calls, views, events and custom errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from eth_abi.exceptions import DecodingError, EncodingError
from eth_utils import to_checksum_address
from hexbytes import HexBytes
from web3.exceptions import Web3Exception

from .accounts import Account
from .artifact import Artifact
from .errors import ArtifactMissing, ChainError, MalformedAnswer, Reverted, RpcRefused
from .provider import web3_on
from .transactions import CALL_GAS, DEPLOY_GAS, Receipt, Transactions

# What web3.py and the libraries below it raise for arguments and answers that do not fit.
_UNFIT = (Web3Exception, EncodingError, DecodingError, ValueError, TypeError, LookupError, AttributeError)
_TYPES = "check their types and lengths"

# Solidity's own two errors, which no ABI lists.
_BUILT_IN = [
    {"name": "Error", "inputs": [{"name": "message", "type": "string"}]},
    {"name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
]


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
        """`address` is empty for a contract that is yet to be created."""
        self.transactions = transactions
        self.engine = transactions.engine
        self.artifact = artifact
        self.address = address
        self._web3 = web3_on(self.engine)
        # web3.py leaves custom errors undecoded; their data are laid out as those of a call are.
        errors = [entry for entry in artifact.abi if entry["type"] == "error"] + _BUILT_IN
        calls = [{**entry, "type": "function", "outputs": []} for entry in errors]
        with _raising(ChainError, f"{artifact.name} cannot be used at {address!r}"):
            at = to_checksum_address(address) if address else None
            code = artifact.creation_code
            self._contract = self._web3.eth.contract(address=at, abi=list(artifact.abi), bytecode=code)
            self._errors = self._web3.eth.contract(abi=calls)
            self._events = {HexBytes(event.topic): event for event in self._contract.events}

    def call(self, name: str, *arguments: object) -> Call:
        """Data of a state-changing call. Raises `ChainError` when an argument does not fit its type."""
        function = self._function(name, arguments)
        data = HexBytes(self._contract.encode_abi(name, function.args))
        return Call(self.address, f"{self.artifact.name}.{name}", bytes(data))

    def view(self, name: str, *arguments: object, block: int | str = "latest") -> Any:
        """Outputs of a view at a block: the value, or a tuple of several; structs are tuples."""
        function = self._function(name, arguments)
        found = self._asked(f"{self.artifact.name}.{name}", lambda: function.call(block_identifier=block))
        return tuple(found) if isinstance(found, list) else found

    def check(self, call: Call, sender: str, block: int | str = "latest", *, gas: int = CALL_GAS) -> None:
        """Run the call without a transaction. Raises `Reverted` when the contract would refuse it now."""
        request = {"from": sender, "to": self.address, "data": call.data, "gas": gas}
        self._asked(call.name, lambda: self._web3.eth.call(request, block))

    def creation(self, *arguments: object) -> bytes:
        """Data of the transaction that creates the contract. Raises `ChainError` as `call` does."""
        with _raising(ChainError, "arguments do not fit the constructor", _TYPES):
            spelled = _spelled(self.artifact.constructor["inputs"], arguments)
            return bytes(HexBytes(self._contract.constructor(*spelled).data_in_transaction))

    def check_creation(self, sender: str, data: bytes) -> None:
        """Run the creation without a transaction. Raises `Reverted` when the constructor refuses."""
        request = {"from": sender, "data": data, "gas": DEPLOY_GAS}
        self._asked(f"creating {self.artifact.name}", lambda: self._web3.eth.call(request, "latest"))

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
        place = (receipt.block_number, receipt.block_hash, receipt.transaction)
        found = (self._event(log, *place, position) for position, log in enumerate(receipt.logs))
        return [event for event in found if event is not None]

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
        topics = [] if name is None else [self._known("events", name).topic]
        topics += [] if topic is None else [HexBytes(topic).to_0x_hex()]
        for start in range(from_block, last + 1, chunk):
            span = {"fromBlock": start, "toBlock": min(start + chunk - 1, last)}
            request = {"address": self.address, "topics": topics, **span}
            with _raising(MalformedAnswer, f"logs of {self.artifact.name} do not decode"):
                found = [self._located(log) for log in self._web3.eth.get_logs(request)]
            yield from (event for event in found if event is not None)

    def _known(self, kind: str, name: str) -> Any:
        """web3.py's function or event of that name."""
        try:
            return getattr(self._contract, kind)[name]
        except Web3Exception:
            raise ArtifactMissing(
                f"{self.artifact.name} has no {name} among its {kind}", "compile the contracts again"
            ) from None

    def _function(self, name: str, arguments: Sequence[object]) -> Any:
        function = self._known("functions", name)
        with _raising(ChainError, f"arguments do not fit {name}", _TYPES):
            return function(*_spelled(function.abi["inputs"], arguments))

    def _located(self, log: Any) -> Event | None:
        place = (int(log["blockNumber"]), log["blockHash"].to_0x_hex(), log["transactionHash"].to_0x_hex())
        return self._event(log, *place, int(log["logIndex"]))

    def _event(self, log: Any, *place: Any) -> Event | None:
        """The log as an event of this contract, or None when it is none."""
        with _raising(MalformedAnswer, f"a log of {self.artifact.name} does not decode"):
            decoder = self._events.get(next(map(HexBytes, log["topics"]), None))
            if decoder is None or str(log["address"]).lower() != self.address.lower():
                return None
            found = decoder.process_log(log)
            return Event(found["event"], dict(found["args"]), *place)

    def _asked(self, name: str, ask: Callable[[], Any]) -> Any:
        try:
            with _raising(MalformedAnswer, f"{name} answered what does not decode"):
                return ask()
        except RpcRefused as problem:
            raise self._reverted(name, problem) from problem

    def _reverted(self, name: str, problem: RpcRefused) -> ChainError:
        data = _revert_data(problem.data)
        if data is None:
            return Reverted(name, "NoReason", {"node": problem.text}) if "revert" in problem.text else problem
        error = "0x" + data[:4].hex()
        try:
            error = self._errors.get_function_by_selector(data[:4]).fn_name
            return Reverted(name, error, self._errors.decode_function_input(data)[1])
        except _UNFIT:
            return Reverted(name, error, {"data": "0x" + data[4:].hex()})


@contextmanager
def _raising(failure: type[ChainError], what: str, hint: str = "is the contract there?") -> Iterator[None]:
    """Whatever web3.py raises in here because something does not fit becomes `failure`."""
    try:
        yield
    except _UNFIT as problem:
        raise failure(f"{what}: {' '.join(str(problem).split())}", hint) from problem


def _spelled(inputs: Sequence[dict[str, Any]], arguments: Sequence[object]) -> list[Any]:
    """The arguments, addresses spelled as in EIP-55: web3.py looks anything else up as a name."""
    return [_checksummed(given["type"], value) for given, value in zip(inputs, arguments, strict=True)]


def _checksummed(kind: str, value: Any) -> Any:
    if kind == "address[]":
        return [to_checksum_address(part) for part in value]
    return to_checksum_address(value) if kind == "address" else value


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
