"""Registering: milestones go into the contract `CaseRegistry`, and the proof that they did comes back.

1. a batch under way is finished: the same bytes are sent again, never others beside them
2. milestones whose record is anchored are taken up
3. refused ones that the contract would take by now wait again
4. batches are sent: all signed transactions of one stored first, then sent, then waited for
5. when final: those it took are stored with their proofs; those it did not take are looked into

The contract is the truth. It takes an entry once, so registering twice is impossible; a milestone it has and
we did not store is adopted, if it is ours. One it refuses stays in the outbox with the contract's error and
holds up its own case only (and, where it opens one, the cases with later numbers: these have no gap).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from gridwitness_chain import (
    Account,
    Call,
    Contracts,
    MilestoneReached,
    Proof,
    ReachedIn,
    Receipt,
    Reverted,
    SignedTransaction,
    case_id,
    check_milestone_proof,
    milestone_proofs,
    settle,
)
from sqlalchemy import insert
from sqlalchemy.orm import Session, sessionmaker

from gridwitness.cases.models import RegistrationRow
from gridwitness.cases.outbox import Outbox, Refused, Waiting
from gridwitness.chain import Chain, chain_errors
from gridwitness.records import Log

BATCH = 64
"""Milestones of one batch; two batches may be under way at once."""
BATCHES = 8
"""Batches of one round, so that anchoring gets its turn."""
GAS = 300_000
"""Twice what an opening takes (`docs/gas.md`), so that a batch fits into few blocks."""
PATIENCE_SECONDS = 10.0
"""Between two looks at a refused milestone."""
FOREIGN = "foreign-milestone"
"""`error` of a milestone in whose place the contract has another: the recorder's key is in other hands."""

OVERTAKEN = "out of gas, or overtaken by another transaction"

Pair = tuple[Waiting, SignedTransaction]
Receipts = dict[str, Receipt | None]

_log = logging.getLogger("gridwitness.registering")


@dataclass(slots=True)
class _Fates:
    """What became of milestones: the contract has them (by transaction), refuses them, would take them by
    now, or was never asked and has to be asked again.
    """

    reached: list[tuple[Waiting, str]] = field(default_factory=list)
    refused: list[tuple[Waiting, str]] = field(default_factory=list)
    released: list[Waiting] = field(default_factory=list)
    again: list[Waiting] = field(default_factory=list)


class Registrar:
    """Registers one agency's milestones. Only one may run at a time: hold its log's `sole_sequencer`."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        log: Log,
        chain: Chain,
        *,
        batch: int = BATCH,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """`log` is the agency's open log."""
        self._sessions = sessions
        self._log = log
        self._agency = log.agency
        self._chain = chain
        self._batch = batch
        self._patience = patience_seconds

    def round(self, *, thorough: bool = False) -> bool:
        """Some batches; False when nothing was waiting. Raises Unavailable where the chain is away.

        `thorough`, once after a start: milestones are looked for from the first one on.
        """
        with chain_errors():
            finished = self._finish_sending()  # 1
            with self._sessions.begin() as session:
                Outbox(session, self._log).take_up(thorough=thorough)  # 2
            self._retry_refused()  # 3
            return self._send_batches() or finished  # 4 5

    def left(self) -> int:
        """Milestones on their way to the contract; refused ones are none of them."""
        with self._sessions() as session:
            return Outbox(session, self._log).left()

    def refusals(self) -> list[Refused]:
        """What the contract does not take, for people to look into."""
        with self._sessions() as session:
            return Outbox(session, self._log).refusals()

    def _finish_sending(self) -> bool:
        with self._sessions() as session:
            stored = Outbox(session, self._log).signed()
        if not stored:
            return False
        pairs = [(one, SignedTransaction.read(raw)) for one, raw in stored]
        for sender in sorted({signed.sender for _, signed in pairs}):
            same = [(one, signed) for one, signed in pairs if signed.sender == sender]
            self._conclude(same, self._settle(same))
        return True

    def _retry_refused(self) -> None:
        with self._sessions() as session:
            refused = Outbox(session, self._log).refused(self._batch, self._patience)
        fates = _Fates()
        for one in refused:
            self._look_into(one, "latest", fates)
        if refused:
            self._store(fates)

    def _send_batches(self) -> bool:
        """While the node works on one batch, the next is signed and the one before is proved."""
        signed = self._sign(None)
        if not signed:
            return False
        with ThreadPoolExecutor(1, "registrar") as sender:
            receipts = sender.submit(self._settle, signed)
            for _ in range(BATCHES):
                following = self._sign(signed[-1][1].nonce + 1)
                settled = receipts.result()
                if following:
                    receipts = sender.submit(self._settle, following)
                self._conclude(signed, settled)
                if not following:
                    return True
                signed = following
            self._conclude(signed, receipts.result())
        return True

    def _sign(self, nonce: int | None) -> list[Pair]:
        """The next batch, its bytes stored. `nonce`: the one after those under way; None: nothing is."""
        with self._sessions() as session:
            ones = Outbox(session, self._log).waiting(self._batch)
        if not ones:
            return []
        contracts = self._chain.contracts
        self._chain.tick()
        data = [self._call(contracts, one).data for one in ones]
        address = contracts.case_registry.address
        prepared = contracts.transactions.prepare_batch(self._recorder, address, data, GAS, nonce=nonce)
        pairs = list(zip(ones, prepared, strict=True))
        with self._sessions.begin() as session:
            Outbox(session, self._log).sign(pairs)
        return pairs

    def _settle(self, pairs: Sequence[Pair]) -> Receipts:
        """Send (again) and wait. None of them is settled where something before them is lost."""
        transactions, first = self._chain.contracts.transactions, pairs[0][1]
        if first.nonce > transactions.nonce(first.sender):
            return {signed.hash: None for _, signed in pairs}
        return settle(transactions, [signed for _, signed in pairs])

    def _conclude(self, pairs: Sequence[Pair], receipts: Receipts) -> None:
        """Store what became of each, in one transaction."""
        fates = _Fates()
        for one, signed in pairs:
            receipt = receipts[signed.hash]
            if receipt is None:  # its nonce was used by another: the contract says whether it is needed still
                fates.again.append(one)
            elif receipt.succeeded:
                fates.reached.append((one, signed.hash))
            else:
                self._look_into(one, receipt.block_number - 1, fates)
        # Those were mined and failed: sent again at once they might do so for ever.
        fates.refused += [(one, OVERTAKEN) for one in fates.released]
        fates.released.clear()
        self._store(fates)
        for one, error in fates.refused:
            _log.error("milestone %s (%d) of case %s: %s", one.milestone, one.index, one.sub, error)

    def _look_into(self, one: Waiting, block: int | str, fates: _Fates) -> None:
        """The contract has the milestone already, has another in its place, refuses it, or would take it."""
        there = self._there(one)
        if there is not None and _is_this(there, one):
            fates.reached.append((one, there.transaction))
        elif there is not None:
            error = f"{FOREIGN}: {there.milestone} at index {there.index} in {there.transaction}"
            fates.refused.append((one, error))
        elif refusal := self._refusal(one, block):
            fates.refused.append((one, refusal))
        else:
            fates.released.append(one)

    def _there(self, one: Waiting) -> MilestoneReached | None:
        """What the contract has in the milestone's place."""
        registry, name = self._chain.contracts.case_registry, case_id(one.sub)
        state = registry.case_of(self._agency, name)
        if state is None or state.index < one.index:
            return None
        with self._sessions() as session:
            start = Outbox(session, self._log).anchored_at(one)
        # From the deployment where it is there earlier: then it is none of ours.
        for from_block in (start, self._chain.contracts.deployment.block):
            for event in registry.milestones(from_block, case_id=name):
                if (event.agency, event.index) == (self._agency, one.index):
                    return event
        return None

    def _refusal(self, one: Waiting, block: int | str = "latest") -> str | None:
        """The error with which the contract refuses it at a block, or None."""
        contracts = self._chain.contracts
        try:
            contracts.case_registry.check(self._call(contracts, one), self._recorder.address, block)
        except Reverted as refused:
            return refused.message
        return None

    def _store(self, fates: _Fates) -> None:
        rows = self._registrations(fates.reached)
        with self._sessions.begin() as session:
            outbox = Outbox(session, self._log)
            if rows:
                session.execute(insert(RegistrationRow), rows)
                outbox.remove([one.key for one, _ in fates.reached])
            outbox.unsign(fates.again)
            for one, error in fates.refused:
                outbox.refuse(one, error)
            for one in fates.released:
                outbox.release(one)

    def _registrations(self, reached: Sequence[tuple[Waiting, str]]) -> list[dict[str, object]]:
        contracts = self._chain.contracts
        engine, address = contracts.transactions.engine, contracts.case_registry.address
        wanted = [
            ReachedIn(transaction, self._agency, case_id(one.sub), one.index) for one, transaction in reached
        ]
        proofs = milestone_proofs(engine, address, wanted)
        return [
            _registration(one, transaction, proof, engine.chain_id, address)
            for (one, transaction), proof in zip(reached, proofs, strict=True)
        ]

    def _call(self, contracts: Contracts, one: Waiting) -> Call:
        registry, name = contracts.case_registry, case_id(one.sub)
        if one.index > 0:
            return registry.advance(self._agency, name, one.index, one.milestone, one.seq, one.head)
        procedure, year, number = bytes.fromhex(one.rules), one.year or 0, one.number or 0
        return registry.open(self._agency, name, procedure, year, number, one.seq, one.head)

    @property
    def _recorder(self) -> Account:
        return self._chain.recorder(self._agency)


def _is_this(there: MilestoneReached, one: Waiting) -> bool:
    return (there.milestone, there.seq, there.head) == (one.milestone, one.seq, one.head)


def _registration(
    one: Waiting, transaction: str, proof: Proof, chain_id: int, contract: str
) -> dict[str, object]:
    shown = check_milestone_proof(proof, chain_id=chain_id, contract=contract)
    return {
        "sub": one.sub,
        "index": one.index,
        "transaction": bytes.fromhex(transaction[2:]),
        "block_number": shown.block_number,
        "block_hash": bytes.fromhex(shown.block_hash[2:]),
        "block_time": datetime.fromtimestamp(shown.block_time, UTC),
        "proof": proof,
    }
