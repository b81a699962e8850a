"""Send a batch of stored transactions, as often as it takes, and say what became of each."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from .errors import ChainError, MalformedAnswer, NotMined, RpcRefused
from .transactions import Receipt, SignedTransaction, Transactions

# A receipt may appear a moment later than the nonce it used.
_LOOKS = 4


def settle(
    transactions: Transactions, signed: Sequence[SignedTransaction], timeout: float = 30.0
) -> dict[str, Receipt | None]:
    """By hash, the final receipt of each, or None where its nonce was used by another, so that it never is
    mined. All are of one sender. Safe to repeat, also after a crash.

    `timeout` in seconds, for the waiting after all were sent. Raises `NotMined` (send the same bytes again)
    and what the node gave for refusing one.
    """
    refused = _send(transactions, signed)
    settled: dict[str, Receipt | None] = {}
    looks: dict[str, int] = {}
    deadline, pause = time.monotonic() + timeout, 0.003
    while True:
        left = [one for one in signed if one.hash not in settled]
        missing = _collect(transactions, left, settled)
        if missing:
            _judge(transactions, missing, refused, looks, settled)
        if len(settled) == len(signed):
            return settled
        if time.monotonic() >= deadline:
            raise NotMined(
                f"{len(signed) - len(settled)} of {len(signed)} transactions have no final receipt after"
                f" {timeout:g} s",
                "send the same bytes again",
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)


def _send(transactions: Transactions, signed: Sequence[SignedTransaction]) -> dict[str, RpcRefused]:
    """Send what is not mined yet, in order of nonces; what the node refused, by hash."""
    mined = transactions.receipts([one.hash for one in signed])
    waiting = [one for one, receipt in zip(signed, mined, strict=True) if receipt is None]
    waiting.sort(key=lambda one: one.nonce)
    requests = [("eth_sendRawTransaction", ("0x" + one.raw.hex(),)) for one in waiting]
    refused = {}
    for one, answered in zip(waiting, transactions.engine.rpc.batch(requests), strict=True):
        if isinstance(answered, RpcRefused):
            refused[one.hash] = answered
        elif str(answered).lower() != one.hash:
            raise MalformedAnswer(f"the node calls the transaction {answered}, its bytes hash to {one.hash}")
    return refused


def _collect(
    transactions: Transactions, left: Sequence[SignedTransaction], settled: dict[str, Receipt | None]
) -> list[SignedTransaction]:
    """Note the final receipts; those without any are returned."""
    found = transactions.receipts([one.hash for one in left])
    final = transactions.engine.final_block()
    missing = []
    for one, receipt in zip(left, found, strict=True):
        if receipt is None:
            missing.append(one)
        elif receipt.block_number <= final:
            settled[one.hash] = receipt
    return missing


def _judge(
    transactions: Transactions,
    missing: Sequence[SignedTransaction],
    refused: Mapping[str, ChainError],
    looks: dict[str, int],
    settled: dict[str, Receipt | None],
) -> None:
    """Those whose nonce is used are settled, after some looks; a refusal of another is raised."""
    used = transactions.nonce(missing[0].sender)
    for one in missing:
        if one.nonce < used:
            looks[one.hash] = looks.get(one.hash, 0) + 1
            if looks[one.hash] >= _LOOKS:
                settled[one.hash] = None
        elif one.hash in refused and not transactions.is_known(one):
            raise refused[one.hash]
