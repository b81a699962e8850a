"""Anchoring: signed tree heads go into the contract `RecordLog`, and the proof that they did comes back.

1. a transaction under way is finished: the same bytes are sent again, never others beside them
2. heads the contract accepted and we did not store are stored, if they are ours; if not, we refuse to go on
3. the newest tree head is sent: signed transaction stored first, then sent, then waited for
4. when final: header, receipt, receipts-trie proof and the signers' key states are checked and stored

The contract is the truth. It refuses any head that does not extend its own, so anchoring twice is impossible.
"""

from __future__ import annotations

from datetime import UTC, datetime

from gridwitness_chain import (
    AnchoredHead,
    LogState,
    Reverted,
    SignedTransaction,
    TransactionReplaced,
    check_receipt_proof,
    key_state_proof,
    log_id,
    receipt_proof,
)
from gridwitness_evidence import TileTree, base64url
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from gridwitness.chain import Chain, chain_errors
from gridwitness.errors import Misconfigured
from gridwitness.records.logs import Log, latest_anchor
from gridwitness.records.models import AnchorRow, KeyStateRow, RecordRow, SendingRow, TreeHeadRow
from gridwitness.records.sequencing import newest_tree_head
from gridwitness.records.tiles import TileStore

MAXIMUM_GROWTH = 1 << 20
"""Most leaves by which `RecordLog` lets a log grow at once; a longer backlog takes several anchors."""


class Anchorer:
    """Anchors one log. Only one may run at a time: hold `sole_sequencer`."""

    def __init__(self, sessions: sessionmaker[Session], log: Log, tiles: TileStore, chain: Chain) -> None:
        self._sessions = sessions
        self._log = log
        self._log_id = log_id(log.origin)
        self._tiles = tiles
        self._chain = chain

    def round(self) -> bool:
        """Bring the contract up to the newest tree head; False when it was there already."""
        with chain_errors():
            self.finish_sending()  # 1
            self._adopt()  # 2
            return self._append()  # 3 4

    def contract_head(self) -> LogState:
        """The log as the contract has it. Raises Misconfigured `log-not-open`."""
        state = self._chain.read(lambda contracts: contracts.record_log.log_of(self._log_id))
        if state is None:
            raise Misconfigured("log-not-open", f"The contract knows no log {self._log.origin}.", None)
        return state

    def check_standing(self) -> None:
        """Refuse where the contract's head is not one of ours: an old backup, another database, a stolen
        anchorer.
        """
        state = self.contract_head()
        if state.size == 0:
            return
        with self._sessions() as session:
            head = session.get(TreeHeadRow, (self._log.name, state.size))
            newest = newest_tree_head(session, self._log.name)
        if head is not None and head.root == state.root:
            return
        ours = 0 if newest is None else newest.size
        raise Misconfigured(
            "database-behind",
            f"The contract holds {state.size} entries of log {self._log.name}; this database has {ours} "
            "of them, or others.",
            "run `gridwitness recover`, which refills what the tiles still have and names what is lost",
        )

    def finish_sending(self) -> None:
        """Settle the transaction that a worker before us had under way, if there is one."""
        with self._sessions() as session:
            row = session.get(SendingRow, self._log.name)
        if row is None:
            return
        account = self._chain.anchorer(self._log.name)
        name = "0x" + row.transaction.hex()
        signed = SignedTransaction(row.raw, name, row.nonce, account.address)
        self._settle(signed, row.size)

    def _settle(self, signed: SignedTransaction, size: int) -> None:
        """Send (again), wait, store the anchor; a transaction that can never count is dropped."""
        transactions = self._chain.contracts.transactions
        try:
            transactions.send(signed)
            receipt = transactions.wait(signed.hash)
        except (TransactionReplaced, Reverted):
            self._drop_sending()
            return
        if receipt.succeeded:
            self._store(signed.hash, size)
        else:
            self._drop_sending()

    def _adopt(self) -> None:
        with self._sessions() as session:
            anchor = latest_anchor(session, self._log.name)
        state = self.contract_head()
        if state.size != (0 if anchor is None else anchor.size):
            self.check_standing()
            self.adopt(state.size)

    def adopt(self, size: int) -> None:
        """Store the anchors, up to this size, of heads that the contract accepted."""
        with self._sessions() as session:
            anchor = latest_anchor(session, self._log.name)
        contracts = self._chain.contracts
        start = contracts.deployment.block if anchor is None else anchor.block_number
        stored = 0 if anchor is None else anchor.size
        with chain_errors():
            for head in contracts.record_log.heads(start, log_id=self._log_id):
                if stored < head.new_size <= size:
                    self._store(head.transaction, head.new_size)

    def _append(self) -> bool:
        state = self.contract_head()
        with self._sessions() as session:
            head = newest_tree_head(session, self._log.name, up_to=state.size + MAXIMUM_GROWTH)
        if head is None or head.size <= state.size or state.closed:
            return False
        proof: list[bytes] = []
        if state.size > 0:
            proof = list(TileTree(self._tiles.read_tile, head.size).consistency_proof(state.size))
        contracts = self._chain.contracts
        call = contracts.record_log.append(self._log_id, state.size, head.size, head.root, proof)
        account = self._chain.anchorer(self._log.name)
        contracts.record_log.check(call, account.address)
        self._chain.tick()
        signed = contracts.transactions.prepare(account, contracts.record_log.address, call.data)
        with self._sessions.begin() as session:
            transaction = bytes.fromhex(signed.hash[2:])
            session.merge(
                SendingRow(
                    log=self._log.name,
                    size=head.size,
                    nonce=signed.nonce,
                    raw=signed.raw,
                    transaction=transaction,
                )
            )
        self._settle(signed, head.size)
        return True

    def _store(self, transaction: str, size: int) -> None:
        contracts = self._chain.contracts
        engine, address = contracts.transactions.engine, contracts.record_log.address
        proof = receipt_proof(engine, address, transaction, self._log_id, size)
        shown = check_receipt_proof(proof, chain_id=engine.chain_id, contract=address)
        with self._sessions.begin() as session:
            head = session.get(TreeHeadRow, (self._log.name, size))
            if head is None or head.root != shown.root:
                raise Misconfigured(
                    "foreign-head",
                    f"The contract accepted a head of {size} entries of log {self._log.name} that is not"
                    " ours.",
                    "the anchorer's key is in other hands: `gridwitness recover --accept-loss` closes it",
                )
            session.merge(self._anchor(transaction, shown, proof))
            for agency, kid in self._signers(session, shown):
                state = key_state_proof(
                    engine,
                    contracts.members.address,
                    agency,
                    base64url.decode(kid),
                    contracts.deployment.keys_slot,
                    shown.block_number,
                )
                session.merge(KeyStateRow(log=self._log.name, size=size, agency=agency, kid=kid, proof=state))
            session.execute(delete(SendingRow).where(SendingRow.log == self._log.name))

    def _anchor(self, transaction: str, shown: AnchoredHead, proof: dict[str, object]) -> AnchorRow:
        return AnchorRow(
            log=self._log.name,
            size=shown.size,
            old_size=shown.old_size,
            root=shown.root,
            transaction=bytes.fromhex(transaction[2:]),
            block_number=shown.block_number,
            block_hash=bytes.fromhex(shown.block_hash[2:]),
            block_time=datetime.fromtimestamp(shown.block_time, UTC),
            proof=proof,
        )

    def _signers(self, session: Session, shown: AnchoredHead) -> list[tuple[str, str]]:
        rows = session.execute(
            select(RecordRow.iss, RecordRow.kid)
            .where(
                RecordRow.log == self._log.name,
                RecordRow.leaf_index >= shown.old_size,
                RecordRow.leaf_index < shown.size,
            )
            .distinct()
        )
        return [(iss, kid) for iss, kid in rows]

    def _drop_sending(self) -> None:
        with self._sessions.begin() as session:
            session.execute(delete(SendingRow).where(SendingRow.log == self._log.name))
