"""Succession: a log that cannot go on is closed at its newest head that is ours, and followed by another.

The agencies approve it like any change of the contract. The successor has its own log key and its own
anchorer account: the old one may be in other hands.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from gridwitness_chain import TreeHeadAnchored, log_id
from gridwitness_evidence import base64url
from sqlalchemy import delete
from sqlalchemy.orm import Session, sessionmaker

from gridwitness.chain import Chain
from gridwitness.errors import Misconfigured
from gridwitness.keystore import Keystore
from gridwitness.records.acceptance import Acceptance
from gridwitness.records.anchoring import Anchorer
from gridwitness.records.logs import Log
from gridwitness.records.models import LogRow, SendingRow
from gridwitness.records.prefixes import KnownNodes, consistency_proof_of
from gridwitness.records.tiles import TileStore

INCARNATION_KIND = "deployment.incarnation.v1"
REASON = "the contract holds entries that are neither in the database nor in the tiles"


class Succession:
    """Closes one log and opens its successor. Every step is looked up first: it can be repeated."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        log: Log,
        tiles: TileStore,
        chain: Chain,
        keystore: Keystore,
    ) -> None:
        self._sessions = sessions
        self._log = log
        self._tiles = tiles
        self._chain = chain
        self._keystore = keystore

    def carry_out(
        self,
        accepted: Sequence[TreeHeadAnchored],
        kept: int,
        lost: tuple[int, int],
        acceptance: Acceptance,
        agencies: Sequence[str],
    ) -> Log:
        """Anchors up to `kept` are stored, the log is closed there, the successor's first record says so.

        Where nothing is ours (`kept` 0) the contract can be closed at its own head only.
        """
        Anchorer(self._sessions, self._log, self._tiles, self._chain).adopt(kept)
        closing = next((head for head in accepted if head.new_size == kept), accepted[-1])
        successor = self._successor()
        self._close(accepted, closing, successor, agencies)
        self._record(successor, closing, lost, acceptance)
        return successor

    def _successor(self) -> Log:
        number = int(self._log.name.rpartition("-")[2]) + 1 if "-" in self._log.name else 2
        name = f"{self._log.agency}-{number}"
        origin = f"{self._log.origin.rpartition('/')[0]}/{name}"
        return Log(name, origin, self._log.agency, self._log.maximum_merge_delay, self._log.origin)

    def _close(
        self,
        accepted: Sequence[TreeHeadAnchored],
        closing: TreeHeadAnchored,
        successor: Log,
        agencies: Sequence[str],
    ) -> None:
        name = log_id(self._log.origin)
        anchorer = self._keystore.account("anchorer", successor.name, make=True)
        state = self._chain.read(lambda contracts: contracts.record_log.log_of(name))
        assert state is not None
        if state.closed:
            if state.size != closing.new_size or state.successor != log_id(successor.origin):
                raise Misconfigured(
                    "closed-elsewhere",
                    f"The contract closed log {self._log.name} at size {state.size}, with another successor.",
                    "restore a backup that has that successor",
                )
            return
        proof = self._proof(accepted, closing)
        record_log = self._chain.contracts.record_log
        call = record_log.close_log(
            name, closing.new_size, closing.root, proof, successor.origin, anchorer.address
        )
        self._chain.decide(agencies, record_log, call)

    def _proof(self, accepted: Sequence[TreeHeadAnchored], closing: TreeHeadAnchored) -> list[bytes]:
        """That the head to close at is a prefix of the contract's; empty where it is that very head."""
        later = [head for head in accepted if head.new_size > closing.new_size]
        if not later:
            return []
        nodes = KnownNodes()
        nodes.learn_head(closing.new_size, closing.root)
        for head in later:
            sent = self._chain.transaction_input(head.transaction)
            nodes.learn_head(head.new_size, head.root)
            nodes.learn_proof(head.old_size, head.new_size, consistency_proof_of(sent))
        return nodes.consistency_proof(closing.new_size, later[-1].new_size)

    def _record(
        self, successor: Log, closing: TreeHeadAnchored, lost: tuple[int, int], acceptance: Acceptance
    ) -> None:
        """The successor's row and its first record, in one transaction."""
        signer = self._keystore.make_log_key(successor.name, successor.origin)
        fields = {
            "predecessor": self._log.origin,
            "size": closing.new_size,
            "root": base64url.encode(closing.root),
            "lost_from": lost[0],
            "lost_to": lost[1],
            "reason": REASON,
        }
        key = self._keystore.service_key(self._log.agency)
        with self._sessions.begin() as session:
            session.execute(delete(SendingRow).where(SendingRow.log == self._log.name))
            session.add(
                LogRow(
                    name=successor.name,
                    origin=successor.origin,
                    agency=successor.agency,
                    vkey=signer.vkey,
                    maximum_merge_delay=successor.maximum_merge_delay,
                    predecessor=self._log.origin,
                )
            )
            session.flush()
            statement = acceptance.sign_own(
                session,
                successor,
                INCARNATION_KIND,
                secrets.token_hex(16),
                fields,
                key=key,
                iss=self._log.agency,
            )
            acceptance.accept_one(session, statement, internal=True)
