"""The chain as the platform uses it: contracts bound on first use, errors in our words, one clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from gridwitness_chain import (
    Account,
    Call,
    ChainError,
    Contract,
    Contracts,
    Deployment,
    KeystoreRefused,
    NotApproved,
    Receipt,
    RemoteEngine,
    Reverted,
    WrongChain,
    approve,
)

from gridwitness.clock import Clock, SimulatedClock
from gridwitness.errors import Conflict, GridWitnessError, Misconfigured, Unavailable
from gridwitness.keystore import Keystore

DEPLOYMENT_FILE = "deployment.json"

ALREADY_APPROVED = frozenset({"MembersAlreadyApproved", "0x0124e847"})
"""The refusal of a second approval: by name, and by selector where it comes through another contract."""

Answer = TypeVar("Answer")


class Chain:
    """One deployment's contracts behind an RPC URL. Connects at first use and again after the node was away.

    Raises Unavailable `chain-unreachable`, Misconfigured `wrong-chain`, Conflict `contract-refused`.
    """

    def __init__(self, rpc_url: str, folder: Path, keystore: Keystore, clock: Clock) -> None:
        self.rpc_url = rpc_url
        self._record = folder / DEPLOYMENT_FILE
        self._keystore = keystore
        self._clock = clock
        self._lock = threading.RLock()
        self._contracts: Contracts | None = None

    @property
    def deployment(self) -> Deployment:
        """What was deployed where. Raises Misconfigured `not-deployed`."""
        with chain_errors():
            found = Deployment.load(self._record)
        if found is None:
            raise Misconfigured("not-deployed", f"There is no {self._record}.", "run `gridwitness up` once")
        return found

    @property
    def contracts(self) -> Contracts:
        """The contracts, after chain and code were compared with the deployment record."""
        with self._lock:
            if self._contracts is None:
                with chain_errors():
                    engine = RemoteEngine(self.rpc_url, chain_id=self.deployment.chain_id).start()
                    self._contracts = Contracts.connect(engine, self.deployment)
            return self._contracts

    def anchorer(self, log: str) -> Account:
        """The account that appends to a log; an agency's first log has the agency's code for a name."""
        return self._keystore.account("anchorer", log)

    def recorder(self, agency: str) -> Account:
        """The account that reports an agency's milestones."""
        return self._keystore.account("recorder", agency)

    def publisher(self, agency: str) -> Account:
        """The account that publishes an agency's hotspot snapshots."""
        return self._keystore.account("publisher", agency)

    def transaction_input(self, transaction: str) -> bytes:
        """The calldata of a mined transaction (`0x…`); empty where the node does not have it."""
        with chain_errors():
            rpc = self.contracts.transactions.engine.rpc
            found = rpc.call("eth_getTransactionByHash", transaction) or {}
            return bytes.fromhex(str(found.get("input", "0x")).removeprefix("0x"))

    def registrar(self, agency: str) -> Account:
        """The account that votes for an agency and handles its keys."""
        return self._keystore.account("registrar", agency)

    def submit(self, account: Account, contract: Contract, call: Call) -> Receipt:
        """Send a call and wait until it is final."""
        with chain_errors():
            self.tick()
            return contract.submit(account, call)

    def submit_in_new_block(self, account: Account, contract: Contract, call: Call) -> Receipt:
        """As `submit`, for a call that speaks of the present: trying it out first would be at the time of the
        latest block, which may be long ago.
        """
        with chain_errors():
            self.tick()
            receipt = contract.transactions.execute(account, contract.address, call.data)
            if not receipt.succeeded:
                contract.explain(call, account.address, receipt)
            return receipt

    def decide(self, agencies: Sequence[str], contract: Contract, call: Call) -> Receipt:
        """Have the agencies, in order, approve a call until it is executed; approvals that stand are not
        repeated.

        Raises Conflict `not-approved` when these agencies are too few.
        """
        with chain_errors():
            for agency in agencies:
                try:
                    return approve(self.contracts.members, contract, [self._ready(agency)], call)
                except NotApproved:
                    continue
                except Reverted as error:
                    if error.error not in ALREADY_APPROVED:
                        raise
        raise Conflict(
            "not-approved", f"{call.name} needs the approval of more agencies than {list(agencies)}.", None
        )

    def _ready(self, agency: str) -> Account:
        self.tick()
        return self.registrar(agency)

    def tick(self) -> None:
        """Under a simulated clock the next block gets its time; otherwise the engine has its own."""
        if not isinstance(self._clock, SimulatedClock):
            return
        engine = self.contracts.transactions.engine
        latest = engine.block_time()
        now = max(int(self._clock.now().timestamp()), latest)
        if engine.profile.name == "ganache":
            engine.rpc.call("evm_setTime", now * 1000)
        elif now > latest:
            engine.rpc.call("evm_setNextBlockTimestamp", now)

    def read(self, question: Callable[[Contracts], Answer]) -> Answer:
        """Ask the contracts something, with errors in our words."""
        with chain_errors():
            return question(self.contracts)


@contextmanager
def chain_errors() -> Iterator[None]:
    """Turn `ChainError` into the platform's own errors; ours pass through."""
    try:
        yield
    except GridWitnessError:
        raise
    except Reverted as error:
        raise Conflict("contract-refused", f"The contract refused: {error}", None) from error
    except WrongChain as error:
        raise Misconfigured("wrong-chain", str(error), None) from error
    except KeystoreRefused as error:
        raise Misconfigured("key-missing", str(error), None) from error
    except ChainError as error:
        raise Unavailable("chain-unreachable", str(error), "is the chain node running?") from error
