"""Recovery: a database behind its contract (an old backup, a lost disk) is refilled from the tiles.

1. the tiles are read up to the contract's head and must give its root
2. entries the database lacks come back with their leaf indexes; their disclosures do not: the log never held
   them
3. tree heads up to the contract's are signed again; the anchoring worker goes on from there

Where the tiles are lost as well, `accept_loss` closes the log at the contract's head and opens its
successor, whose first record says what is gone.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gridwitness_chain import LogState, log_id
from gridwitness_evidence import (
    ENTRIES,
    EvidenceError,
    Receipt,
    Record,
    TileTree,
    TreeHead,
    base64url,
    entry_bundle_decode,
    parse_entry,
    sign_receipt,
    sign_tree_head,
)
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from gridwitness.chain import Chain
from gridwitness.clock import Clock
from gridwitness.errors import Conflict, NotFound
from gridwitness.keystore import Keystore
from gridwitness.records.acceptance import Acceptance
from gridwitness.records.logs import Log
from gridwitness.records.models import LogRow, RecordRow, TreeHeadRow
from gridwitness.records.tiles import TILE_WIDTH, TileStore

INCARNATION_KIND = "deployment.incarnation.v1"


@dataclass(frozen=True, slots=True)
class Recovered:
    """What recovery found and did for one log."""

    log: str
    contract_size: int
    database_size: int
    refilled: int
    without_disclosures: int
    lost: tuple[int, int] | None
    """Leaf indexes (first, last) that neither database nor tiles have."""


class Recovery:
    """Recovers one log. The platform must not be running: hold `sole_sequencer`."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        log: Log,
        tiles: TileStore,
        chain: Chain,
        keystore: Keystore,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._log = log
        self._tiles = tiles
        self._chain = chain
        self._keystore = keystore
        self._clock = clock

    def run(self) -> Recovered:
        """Refill what can be refilled, and say what is lost."""
        state = self._contract()
        with self._sessions.begin() as session:
            present = self._present(session)
            missing = [index for index in range(state.size) if index not in present]
            entries, lost = self._from_tiles(state, missing)  # 1
            bare = self._refill(session, entries)  # 2
            if lost is None:
                self._heads(session, state)  # 3
        return Recovered(self._log.name, state.size, len(present), len(entries), bare, lost)

    def accept_loss(self, found: Recovered, acceptance: Acceptance, agencies: Sequence[str]) -> Log:
        """Close the log at the contract's head and go on in its successor, which says what is lost."""
        if found.lost is None:
            raise Conflict("nothing-lost", f"Log {self._log.name} has lost nothing; it can go on.", None)
        state = self._contract()
        successor = self._open_successor(state, agencies)
        fields = {
            "predecessor": self._log.origin,
            "size": state.size,
            "root": base64url.encode(state.root),
            "lost_from": found.lost[0],
            "lost_to": found.lost[1],
            "reason": "entries neither in the database nor in the tiles",
        }
        key = self._keystore.service_key(self._log.agency)
        with self._sessions.begin() as session:
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
        return successor

    def _open_successor(self, state: LogState, agencies: Sequence[str]) -> Log:
        name = _next_name(self._log)
        origin = f"{self._log.origin.rpartition('/')[0]}/{name}"
        signer = self._keystore.make_log_key(name, origin)
        if not state.closed:
            record_log = self._chain.contracts.record_log
            anchorer = self._chain.anchorer(self._log.agency).address
            call = record_log.close_log(
                log_id(self._log.origin), state.size, state.root, [], origin, anchorer
            )
            self._chain.decide(agencies, record_log, call)
        delay = self._log.maximum_merge_delay
        with self._sessions.begin() as session:
            session.merge(
                LogRow(
                    name=name,
                    origin=origin,
                    agency=self._log.agency,
                    vkey=signer.vkey,
                    maximum_merge_delay=delay,
                    predecessor=self._log.origin,
                )
            )
        return Log(name, origin, self._log.agency, delay)

    def _contract(self) -> LogState:
        state = self._chain.read(lambda contracts: contracts.record_log.log_of(log_id(self._log.origin)))
        if state is None:
            raise NotFound("log-not-open", f"The contract knows no log {self._log.origin}.", None)
        return state

    def _present(self, session: Session) -> set[int]:
        query = select(RecordRow.leaf_index).where(
            RecordRow.log == self._log.name, RecordRow.leaf_index.is_not(None)
        )
        return {index for index in session.scalars(query) if index is not None}

    def _from_tiles(
        self, state: LogState, missing: Sequence[int]
    ) -> tuple[dict[int, str], tuple[int, int] | None]:
        """Missing entries found in tiles that give the contract's root, and the range that is in neither."""
        try:
            whole = state.size == 0 or TileTree(self._tiles.read_tile, state.size).root == state.root
        except (NotFound, EvidenceError):
            whole = False
        found: dict[int, str] = {}
        for index in missing if whole else ():
            bundle, place = divmod(index, TILE_WIDTH)
            width = min(TILE_WIDTH, state.size - bundle * TILE_WIDTH)
            try:
                found[index] = entry_bundle_decode(self._tiles.read_tile(ENTRIES, bundle, width), width)[
                    place
                ].decode()
            except (NotFound, EvidenceError):
                break
        lost = [index for index in missing if index not in found]
        return found, (lost[0], lost[-1]) if lost else None

    def _refill(self, session: Session, entries: dict[int, str]) -> int:
        """Put entries back; one that was accepted again meanwhile only gets its index. How many lack
        disclosures.
        """
        bare = 0
        for index, entry in entries.items():
            record = parse_entry(entry)
            row = session.get(RecordRow, UUID(record.claims.jti))
            if row is None:
                session.add(self._row(record, index))
                bare += 1
            elif row.entry == entry:
                row.leaf_index = index
            else:
                raise Conflict(
                    "recovery-fork",
                    f"Record {row.jti} stands in the database with other bytes than in the log.",
                    "the log is right; report the other entry to the auditor",
                )
        session.flush()
        return bare

    def _row(self, record: Record, index: int) -> RecordRow:
        claims, now = record.claims, self._clock.now().replace(microsecond=0)
        return RecordRow(
            jti=UUID(claims.jti),
            log=self._log.name,
            identity=record.identity,
            kind=claims.kind,
            iss=claims.iss,
            kid=record.kid,
            sub=claims.sub,
            seq=claims.seq,
            iat=claims.iat,
            entry=record.entry,
            disclosures=[None] * len(claims.sd_digests),
            received_at=now,
            receipt=self._receipt(record, now),
            leaf_index=index,
            provenance={},
        )

    def _receipt(self, record: Record, now: datetime) -> str:
        received = int(now.timestamp())
        by = received + self._log.maximum_merge_delay
        return sign_receipt(
            Receipt(self._log.origin, record.leaf_hash, received, by),
            self._keystore.log_signer(self._log.name),
        )

    def _heads(self, session: Session, state: LogState) -> None:
        """Sign again every anchored head the database lacks: the same bytes, for Ed25519 is deterministic."""
        contracts = self._chain.contracts
        signer = self._keystore.log_signer(self._log.name)
        for head in contracts.record_log.heads(contracts.deployment.block, log_id=log_id(self._log.origin)):
            if (
                head.new_size > state.size
                or session.get(TreeHeadRow, (self._log.name, head.new_size)) is not None
            ):
                continue
            note = sign_tree_head(TreeHead(self._log.origin, head.new_size, head.root), signer)
            session.add(TreeHeadRow(log=self._log.name, size=head.new_size, root=head.root, note=note))


def _next_name(log: Log) -> str:
    number = int(log.name.rpartition("-")[2]) + 1 if "-" in log.name else 2
    return f"{log.agency}-{number}"
