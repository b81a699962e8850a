"""Publishing: snapshots go into the contract `HotspotBoard`, and the proof that they did comes back.

1. a transaction under way is finished: the same bytes are sent again, never others beside them
2. what the contract has and we did not store is stored, if it is ours
3. the next snapshot whose record is anchored is sent: signed transaction stored first, then sent, waited for
4. when final: header, receipt and receipts-trie proof are checked and stored

The contract is the truth. It takes numbers without gap and a record once, so publishing twice is impossible.
What it refuses waits, with its error in `hotspots.sending`, and is tried again.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from gridwitness_chain import (
    BoardSnapshot,
    Call,
    HotspotPublished,
    Reverted,
    SignedTransaction,
    TransactionReplaced,
    board_proof,
    check_board_proof,
)
from gridwitness_evidence import base64url
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session, sessionmaker

from gridwitness.chain import Chain, chain_errors
from gridwitness.hotspots.models import PublicationRow, SendingRow, SnapshotRow
from gridwitness.records import Log
from gridwitness.rules.publication import digest_of

FOREIGN = "foreign-snapshot"
"""`error` of a snapshot in whose place the contract has another: the publisher's key is in other hands."""
PATIENCE = timedelta(seconds=10)
"""Between two attempts at a refused snapshot."""
OVERTAKEN = "out of gas, or overtaken by another transaction"

_log = logging.getLogger("gridwitness.publishing")

_IS_ANCHORED = text("""
    SELECT EXISTS (
        SELECT FROM records.record AS r JOIN records.anchor AS a ON a.log = r.log AND a.size > r.leaf_index
        WHERE r.jti = :record
    )
""")


class Publisher:
    """Publishes one agency's snapshots. Only one may run at a time: hold its log's `sole_sequencer`."""

    def __init__(self, sessions: sessionmaker[Session], log: Log, chain: Chain) -> None:
        self._sessions = sessions
        self._agency = log.agency
        self._chain = chain

    def round(self) -> bool:
        """One snapshot; False when none was waiting. Raises Unavailable where the chain is away."""
        with self._sessions() as session:
            sending = session.get(SendingRow, self._agency)
            waiting = waiting_snapshot(session, self._agency)
        if sending is None and waiting is None:
            return False
        with chain_errors():
            if sending is not None and sending.raw is not None:
                self._finish(sending)  # 1
                return True
            if waiting is None or _is_patient(sending):
                return False
            if self._chain.contracts.hotspot_board.count_of(self._agency) >= waiting.number:
                return self._adopt(waiting)  # 2
            return self._send(waiting)  # 3 4

    def _finish(self, sending: SendingRow) -> None:
        assert sending.raw is not None
        self._settle(SignedTransaction.read(sending.raw), sending.number)

    def _adopt(self, row: SnapshotRow) -> bool:
        """The contract has a snapshot of this number: ours is stored, another is named."""
        there = self._there(row.number)
        if there is None or there.snapshot != _snapshot(row) or there.cells != _cells(row):
            place = "nowhere" if there is None else there.transaction
            self._refuse(row.number, f"{FOREIGN}: number {row.number} in {place}")
            return False
        self._store(row.number, there.transaction)
        return True

    def _there(self, number: int) -> HotspotPublished | None:
        contracts = self._chain.contracts
        found = contracts.hotspot_board.snapshots(contracts.deployment.block, agency=self._agency)
        return next((event for event in found if event.number == number), None)

    def _send(self, row: SnapshotRow) -> bool:
        contracts, account = self._chain.contracts, self._chain.publisher(self._agency)
        board, call, gas = contracts.hotspot_board, self._call(row), gas_for(len(_cells(row)))
        self._chain.tick()
        try:
            board.check(call, account.address, gas=gas)
        except Reverted as refused:
            self._refuse(row.number, refused.message)
            return False
        signed = contracts.transactions.prepare(account, board.address, call.data, gas)
        with self._sessions.begin() as session:
            session.merge(
                SendingRow(
                    agency=self._agency,
                    number=row.number,
                    nonce=signed.nonce,
                    raw=signed.raw,
                    transaction=bytes.fromhex(signed.hash[2:]),
                    error=None,
                    refused_at=None,
                )
            )
        self._settle(signed, row.number)
        return True

    def _settle(self, signed: SignedTransaction, number: int) -> None:
        """Send (again), wait, store; a transaction that can never count is dropped and its snapshot waits."""
        transactions = self._chain.contracts.transactions
        try:
            transactions.send(signed)
            receipt = transactions.wait(signed.hash)
        except (TransactionReplaced, Reverted):
            self._drop()
            return
        if receipt.succeeded:
            self._store(number, signed.hash)
        else:
            self._refuse(number, OVERTAKEN)

    def _store(self, number: int, transaction: str) -> None:
        contracts = self._chain.contracts
        engine, address = contracts.transactions.engine, contracts.hotspot_board.address
        proof = board_proof(engine, address, self._agency, number, transaction)
        shown = check_board_proof(proof, chain_id=engine.chain_id, contract=address)
        with self._sessions.begin() as session:
            session.merge(
                PublicationRow(
                    agency=self._agency,
                    number=number,
                    transaction=bytes.fromhex(transaction[2:]),
                    block_number=shown.block_number,
                    block_hash=bytes.fromhex(shown.block_hash[2:]),
                    block_time=datetime.fromtimestamp(shown.block_time, UTC),
                    proof=proof,
                )
            )
            session.execute(delete(SendingRow).where(SendingRow.agency == self._agency))

    def _refuse(self, number: int, error: str) -> None:
        _log.error("snapshot %d of %s: %s", number, self._agency, error)
        with self._sessions.begin() as session:
            refused = SendingRow(agency=self._agency, number=number, error=error)
            refused.nonce = refused.raw = refused.transaction = None
            refused.refused_at = session.scalar(select(func.now()))
            session.merge(refused)

    def _drop(self) -> None:
        with self._sessions.begin() as session:
            session.execute(delete(SendingRow).where(SendingRow.agency == self._agency))

    def _call(self, row: SnapshotRow) -> Call:
        board = self._chain.contracts.hotspot_board
        return board.publish(self._agency, row.number, _snapshot(row), _cells(row))


def waiting_snapshot(session: Session, agency: str) -> SnapshotRow | None:
    """The agency's first snapshot that the contract does not have yet, once its record is anchored."""
    published = select(PublicationRow.number).where(PublicationRow.agency == agency)
    row = session.scalars(
        select(SnapshotRow)
        .where(SnapshotRow.agency == agency, SnapshotRow.number.not_in(published))
        .order_by(SnapshotRow.number)
        .limit(1)
    ).first()
    if row is None or not session.scalar(_IS_ANCHORED, {"record": row.record}):
        return None
    return row


def gas_for(cell_bytes: int) -> int:
    """Gas of a publication, with room to spare (`docs/gas.md`)."""
    return 300_000 + 60 * cell_bytes


def _is_patient(sending: SendingRow | None) -> bool:
    """Whether a refused snapshot was tried a moment ago."""
    if sending is None or sending.refused_at is None:
        return False
    return datetime.now(UTC) < sending.refused_at + PATIENCE


def _snapshot(row: SnapshotRow) -> BoardSnapshot:
    return BoardSnapshot(
        row.family,
        int(row.period_from.timestamp()),
        int(row.period_to.timestamp()),
        row.resolution,
        bytes.fromhex(row.rules),
        bytes.fromhex(digest_of(row.method)),
        base64url.decode(row.inputs),
        row.head,
    )


def _cells(row: SnapshotRow) -> bytes:
    return base64url.decode(row.cells)
