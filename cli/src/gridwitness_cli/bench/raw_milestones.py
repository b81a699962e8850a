"""What stands beside milestones: the same contract calls as somebody makes them who has only web3.py.

A `CaseRegistry` of its own on the same chain, for the platform's one is audited. Each call is built, signed
by web3's account with a nonce counted here, sent, and its receipt waited for; no estimate of gas is asked for
and nothing is stored: no database, no outbox, no proof.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gridwitness_chain import (
    MILESTONES,
    Account,
    Contracts,
    RemoteEngine,
    agency_word,
    approve,
    deploy,
    load_artifact,
)
from web3 import HTTPProvider, Web3

from gridwitness_cli.bench.transactions import POLL_SECONDS, SentTransactions, spend_first_nonce

_AGENCY = "330100CG"
_GAS = 400_000
_EVERY_EDGE = 0x007E7E7E7E7E7E7E


class RawMilestones:
    """One account that may report milestones, and what it takes to build its calls."""

    def __init__(self, web3: Web3, contract: Any, account: Any, procedure: bytes) -> None:
        self._web3 = web3
        self._contract = contract
        self._account = account
        self._procedure = procedure
        self._agency = agency_word(_AGENCY)
        self._nonce = 1
        self._number = 0

    def send(self, cases: int, milestones: int, *, awaited: bool) -> SentTransactions:
        """`cases` opened and carried through `milestones` each, case by case in every milestone.

        `awaited`: every receipt before the next call, as such loops are written; else all are sent first.
        """
        names = [os.urandom(32) for _ in range(cases)]
        price, chain_id = 2 * self._web3.eth.gas_price, self._web3.eth.chain_id
        began = time.perf_counter()
        waiting, gas = [], 0
        for index in range(milestones):
            for name in names:
                call = self._open(name) if index == 0 else self._advance(name, index)
                sent = self._send(call, price, chain_id)
                if awaited:
                    gas = self._receipt(sent)
                else:
                    waiting.append(sent)
        for sent in waiting:
            gas = self._receipt(sent)
        return SentTransactions(cases * milestones, time.perf_counter() - began, gas)

    def _open(self, name: bytes) -> Any:
        self._number += 1
        return self._contract.functions.open(
            self._agency, name, self._procedure, 2026, self._number, 0, os.urandom(32)
        )

    def _advance(self, name: bytes, index: int) -> Any:
        code = 1 + index % len(MILESTONES)
        return self._contract.functions.advance(self._agency, name, index, code, index, os.urandom(32))

    def _send(self, call: Any, price: int, chain_id: int) -> Any:
        transaction = call.build_transaction(
            {
                "from": self._account.address,
                "nonce": self._nonce,
                "gas": _GAS,
                "gasPrice": price,
                "chainId": chain_id,
            }
        )
        self._nonce += 1
        signed = self._account.sign_transaction(transaction)
        return self._web3.eth.send_raw_transaction(signed.raw_transaction)

    def _receipt(self, name: Any) -> int:
        receipt = self._web3.eth.wait_for_transaction_receipt(name, poll_latency=POLL_SECONDS)
        if receipt["status"] != 1:
            raise AssertionError(f"{name.hex()} was refused: no comparison without it")
        return int(receipt["gasUsed"])


@contextmanager
def raw_milestones(rpc_url: str, folder: Path) -> Iterator[RawMilestones]:
    """Contracts of its own, a procedure in which every milestone may follow every other, a funded account."""
    folder.mkdir(parents=True, exist_ok=True)
    web3 = Web3(HTTPProvider(rpc_url))
    account = web3.eth.account.create()
    spend_first_nonce(rpc_url, web3, account)
    procedure = os.urandom(32)
    with RemoteEngine(rpc_url) as engine:
        registrar = Account.random()
        founding = [(_AGENCY, registrar.address)]
        deployment = deploy(
            engine, Account.random(), founding, os.urandom(16), folder / "raw-deployment.json"
        )
        contracts = Contracts.connect(engine, deployment)
        registry = contracts.case_registry
        for call in (
            registry.approve_procedure(procedure, _EVERY_EDGE),
            registry.appoint_recorder(_AGENCY, account.address),
        ):
            approve(contracts.members, registry, [registrar], call)
        address = web3.to_checksum_address(registry.address)
    contract = web3.eth.contract(address=address, abi=list(load_artifact("CaseRegistry").abi))
    yield RawMilestones(web3, contract, account, procedure)
