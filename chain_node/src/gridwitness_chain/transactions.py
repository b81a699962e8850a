"""Sign locally, send at most once, wait for the final receipt.

A transaction is prepared (signed, nothing sent), stored by the caller, then sent; after a crash the same
bytes are sent again. One account has one transaction under way: `prepare` refuses a second nonce until the
first is mined. Who keeps several under way counts its nonces itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from eth_utils import keccak

from .accounts import Account, sender_and_nonce
from .engine import GANACHE, Engine
from .errors import MalformedAnswer, NotMined, RpcRefused, TransactionReplaced, TransactionUnderWay

# Explicit and fixed: every call of our contracts stays well below, and no node has to be asked for an
# estimate.
CALL_GAS = 2_000_000
DEPLOY_GAS = 8_000_000

_ATTEMPTS = 5
_TRANSFER_GAS = 21_000


@dataclass(frozen=True)
class SignedTransaction:
    """`raw` is what is sent, `hash` its keccak (`0x…`); `nonce` orders the sender's transactions."""

    raw: bytes
    hash: str
    nonce: int
    sender: str

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """Our own bytes, stored and read again. Raises `MalformedAnswer` where they are none of ours."""
        try:
            sender, nonce = sender_and_nonce(raw)
        except (ValueError, TypeError, KeyError) as problem:
            raise MalformedAnswer(f"stored bytes are no signed transaction: {problem}") from problem
        return cls(raw, "0x" + keccak(raw).hex(), nonce, sender)


@dataclass(frozen=True)
class Receipt:
    """A mined transaction; `logs` are the node's raw log objects, in the receipt's order."""

    transaction: str
    succeeded: bool
    block_number: int
    block_hash: str
    index: int
    gas_used: int
    contract: str | None
    logs: tuple[dict[str, Any], ...]


class Transactions:
    """Transactions on one engine. One thread at a time works for an account: see `turn`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def prepare(
        self, account: Account, to: str | None, data: bytes, gas: int = CALL_GAS
    ) -> SignedTransaction:
        """Sign the account's next transaction; `to` None deploys.

        Raises `TransactionUnderWay` and `Underfunded`.
        """
        return self.prepare_batch(account, to, [data], gas)[0]

    def prepare_batch(
        self,
        account: Account,
        to: str | None,
        data: Sequence[bytes],
        gas: int = CALL_GAS,
        *,
        nonce: int | None = None,
    ) -> list[SignedTransaction]:
        """Sign the account's next transactions, with consecutive nonces; raises as `prepare` does.

        `nonce`: the first one to use, after a batch that the caller has under way and nobody else.
        """
        nonce = self._free_nonce(account) if nonce is None else nonce
        price = self.engine.gas_price()
        return [self._signed(account, nonce + place, to, part, gas, price) for place, part in enumerate(data)]

    def send(self, signed: SignedTransaction) -> None:
        """Send the bytes unless they are mined or known already; safe to repeat, also after a crash.

        Raises `TransactionReplaced` when the nonce was used by another transaction.
        """
        if self.receipt(signed.hash) is not None:
            return
        if self.nonce(signed.sender) > signed.nonce:
            self._settled_by_another(signed)
            return
        try:
            answered = self.engine.rpc.call("eth_sendRawTransaction", "0x" + signed.raw.hex())
        except RpcRefused as problem:
            if not self.is_known(signed):
                if self.nonce(signed.sender) > signed.nonce:
                    self._settled_by_another(signed)
                    return
                raise problem
            return
        if str(answered).lower() != signed.hash:
            raise MalformedAnswer(
                f"the node calls the transaction {answered}, its bytes hash to {signed.hash}"
            )

    def wait(self, transaction: str, timeout: float = 30.0) -> Receipt:
        """The receipt once final under the engine's profile; look at `succeeded`. Raises `NotMined`."""
        deadline = time.monotonic() + timeout
        pause = 0.003
        while True:
            found = self.receipt(transaction)
            if found is not None and found.block_number <= self.engine.final_block():
                return found
            if time.monotonic() >= deadline:
                raise NotMined(
                    f"{transaction} has no final receipt after {timeout:g} s", "send the same bytes again"
                )
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)

    def receipt(self, transaction: str) -> Receipt | None:
        """The receipt as it stands now (perhaps not final), or None."""
        raw = self.engine.rpc.call("eth_getTransactionReceipt", transaction)
        return None if raw is None else _receipt(raw)

    def receipts(self, transactions: Sequence[str]) -> list[Receipt | None]:
        """As `receipt`, for several in one exchange."""
        asked = [("eth_getTransactionReceipt", (name,)) for name in transactions]
        found = self.engine.rpc.batch(asked)
        for raw in found:
            if isinstance(raw, RpcRefused):
                raise raw
        return [None if raw is None else _receipt(raw) for raw in found]

    def execute(
        self, account: Account, to: str | None, data: bytes, *, gas: int = CALL_GAS, timeout: float = 30.0
    ) -> Receipt:
        """Prepare, send and wait, for callers without an outbox; a new nonce only once the old is settled."""
        attempt = 0
        with self.turn(account.address):
            while True:
                attempt += 1
                try:
                    signed = self.prepare(account, to, data, gas)
                    self.send(signed)
                    return self.wait(signed.hash, timeout)
                except (TransactionReplaced, TransactionUnderWay):
                    # Another process uses this account; nothing of ours is or can be mined: try again.
                    if attempt == _ATTEMPTS:
                        raise
                    time.sleep(0.1 * attempt)

    def turn(self, address: str) -> threading.Lock:
        """Held from `prepare` to the end of `wait`, it keeps the account's threads of this process apart."""
        with self._guard:
            return self._locks.setdefault(address, threading.Lock())

    def nonce(self, address: str, block: str = "latest") -> int:
        """Transactions of the account mined up to that block = the next nonce."""
        return self.engine.rpc.number("eth_getTransactionCount", address, block)

    def is_known(self, signed: SignedTransaction) -> bool:
        """Whether the node has it, mined or waiting."""
        return self.engine.rpc.call("eth_getTransactionByHash", signed.hash) is not None

    def _settled_by_another(self, signed: SignedTransaction) -> None:
        """The nonce is used: by us (then a receipt exists, perhaps a moment later) or by another."""
        for _ in range(3):
            if self.receipt(signed.hash) is not None:
                return
            time.sleep(0.05)
        raise TransactionReplaced(
            f"nonce {signed.nonce} of {signed.sender} was used by another transaction than {signed.hash}",
            "look at the chain's state, then prepare a new transaction if it is still needed",
        )

    def _free_nonce(self, account: Account) -> int:
        nonce = self._next_nonce(account)
        if self.nonce(account.address, "pending") != nonce:
            raise TransactionUnderWay(
                f"{account.address} has a transaction under way at nonce {nonce}",
                "send its stored bytes and wait",
            )
        return nonce

    def _next_nonce(self, account: Account) -> int:
        self.engine.fund(account.address)
        nonce = self.nonce(account.address)
        if nonce == 0 and self.engine.profile is GANACHE:
            # Ganache takes nonce 0 for "none given" and executes such a transaction again each time its bytes
            # arrive. So the first nonce is spent on nothing; from nonce 1 on it refuses as it should.
            price = self.engine.gas_price()
            idle = self._signed(account, 0, account.address, b"", _TRANSFER_GAS, price)
            self.engine.rpc.call("eth_sendRawTransaction", "0x" + idle.raw.hex())
            self.wait(idle.hash)
            nonce = self.nonce(account.address)
        return nonce

    def _signed(
        self, account: Account, nonce: int, to: str | None, data: bytes, gas: int, price: int
    ) -> SignedTransaction:
        transaction: dict[str, Any] = {
            "nonce": nonce,
            "gasPrice": price,
            "gas": gas,
            "value": 0,
            "data": data,
            "chainId": self.engine.chain_id,
        }
        if to is not None:
            transaction["to"] = to
        raw, name = account.sign_transaction(transaction)
        return SignedTransaction(raw, name, nonce, account.address)


def _receipt(raw: dict[str, Any]) -> Receipt:
    try:
        return Receipt(
            transaction=str(raw["transactionHash"]).lower(),
            succeeded=int(raw["status"], 16) == 1,
            block_number=int(raw["blockNumber"], 16),
            block_hash=str(raw["blockHash"]).lower(),
            index=int(raw["transactionIndex"], 16),
            gas_used=int(raw["gasUsed"], 16),
            contract=raw.get("contractAddress"),
            logs=tuple(raw["logs"]),
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise MalformedAnswer(
            f"a receipt without {problem}", "is the node an Ethereum node after Byzantium?"
        ) from problem
