"""What stands beside anchoring: one transaction per record, sent with web3.py to the same chain.

The cheapest honest form: a signed transaction whose calldata is a 32-byte digest, to an account without code.
No contract runs, no officer's signature is checked, nothing is stored in a database. All transactions are
sent before the first receipt is waited for, which is faster than one after the other.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any

from gridwitness_chain import RemoteEngine
from web3 import HTTPProvider, Web3

_GAS = 30_000
POLL_SECONDS = 0.002
"""Between two looks for a receipt; web3.py's own default is 0.1."""


@dataclass(frozen=True, slots=True)
class SentTransactions:
    """`seconds` from signing the first to the last receipt; `gas` of one."""

    count: int
    seconds: float
    gas: int

    @property
    def rate(self) -> float:
        """Transactions a second."""
        return self.count / self.seconds


def send_transactions(rpc_url: str, count: int) -> SentTransactions:
    """Send `count` digests, each in its own transaction from one fresh funded account."""
    web3 = Web3(HTTPProvider(rpc_url))
    account = web3.eth.account.create()
    spend_first_nonce(rpc_url, web3, account)
    receiver = web3.eth.account.create().address
    price = 2 * web3.eth.gas_price
    chain_id = web3.eth.chain_id
    began = time.perf_counter()
    names = []
    for nonce in range(1, count + 1):
        transaction = {
            "nonce": nonce,
            "to": receiver,
            "value": 0,
            "data": os.urandom(32),
            "gas": _GAS,
            "gasPrice": price,
            "chainId": chain_id,
        }
        signed = account.sign_transaction(transaction)
        names.append(web3.eth.send_raw_transaction(signed.raw_transaction))
    receipts = [web3.eth.wait_for_transaction_receipt(name, poll_latency=POLL_SECONDS) for name in names]
    return SentTransactions(count, time.perf_counter() - began, receipts[-1]["gasUsed"])


def spend_first_nonce(rpc_url: str, web3: Web3, account: Any) -> None:
    """Funds, and nonce 0 out of the way, as the platform's own accounts have it."""
    address = account.address
    engine = RemoteEngine(rpc_url).start()
    engine.fund(address)
    engine.stop()
    first = {
        "nonce": 0,
        "to": address,
        "value": 0,
        "gas": 21_000,
        "gasPrice": 2 * web3.eth.gas_price,
        "chainId": web3.eth.chain_id,
    }
    signed = account.sign_transaction(first)
    web3.eth.wait_for_transaction_receipt(
        web3.eth.send_raw_transaction(signed.raw_transaction), poll_latency=POLL_SECONDS
    )
