"""Recovery: database, tiles and contract of one log are brought together again.

1. the newest head that the contract accepted and that is ours: its root follows from our entries or our tiles
2. entries the database lacks come back from the tiles with their leaf indexes; their disclosures do not, the
   log never held them. Tiles that are gone are written again from the entries
3. tree heads up to that one are signed again; the anchoring worker goes on from there

What the contract has beyond it is lost, or was never ours (somebody else had the anchorer's key):
`accept_loss` closes the log at our newest head and opens its successor, whose first record says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gridwitness_chain import TreeHeadAnchored, log_id
from gridwitness_evidence import (
    ENTRIES,
    EvidenceError,
    Receipt,
    Record,
    TileTree,
    TreeHead,
    entry_bundle_decode,
    extend,
    hash_leaf,
    parse_entry,
    root_of,
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
from gridwitness.records.models import RecordRow, TreeHeadRow
from gridwitness.records.sequencing import newest_tree_head
from gridwitness.records.succession import Succession
from gridwitness.records.tiles import TILE_WIDTH, TileStore


@dataclass(frozen=True, slots=True)
class Recovered:
    """What recovery found and did for one log."""

    log: str
    contract_size: int
    database_size: int
    refilled: int
    without_disclosures: int
    lost: tuple[int, int] | None
    """Leaf indexes (first, last) that the contract has and neither database nor tiles do."""
    kept: int = 0
    """Size of the newest head that the contract accepted and that is ours."""


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
        """Bring together what can be, and say what is lost. Idempotent. Raises Conflict `recovery-fork`."""
        accepted = self._accepted_heads()
        top = accepted[-1].new_size if accepted else 0
        with self._sessions.begin() as session:
            hashes = self._stored_hashes(session)
            in_database = next((h.new_size for h in reversed(accepted) if _is_prefix(h, hashes)), 0)
            in_tiles = next((h.new_size for h in reversed(accepted) if self._in_tiles(h)), 0)
            kept = max(in_database, in_tiles)  # 1
            refilled = self._refill(session, len(hashes), in_tiles) if kept > in_database else (0, 0)  # 2
            self._heads(session, [head for head in accepted if head.new_size <= kept])  # 3
            self._mend_tiles(session)
        lost = (kept, top - 1) if kept < top else None
        return Recovered(self._log.name, top, len(hashes), *refilled, lost, kept)

    def accept_loss(self, found: Recovered, acceptance: Acceptance, agencies: Sequence[str]) -> Log:
        """Close the log at our newest head and go on in its successor, which says what is lost.

        Idempotent until the successor is stored. Raises Conflict `nothing-lost`.
        """
        if found.lost is None:
            raise Conflict("nothing-lost", f"Log {self._log.name} has lost nothing; it can go on.", None)
        succession = Succession(self._sessions, self._log, self._tiles, self._chain, self._keystore)
        return succession.carry_out(self._accepted_heads(), found.kept, found.lost, acceptance, agencies)

    def _accepted_heads(self) -> list[TreeHeadAnchored]:
        """Every head the contract accepted, also those beyond the one it was closed at."""
        name = log_id(self._log.origin)
        if self._chain.read(lambda contracts: contracts.record_log.log_of(name)) is None:
            raise NotFound("log-not-open", f"The contract knows no log {self._log.origin}.", None)
        return self._chain.read(
            lambda contracts: list(contracts.record_log.heads(contracts.deployment.block, log_id=name))
        )

    def _stored_hashes(self, session: Session) -> list[bytes]:
        """Leaf hashes of the entries stored without a gap from 0 on."""
        query = (
            select(RecordRow.leaf_index, RecordRow.entry)
            .where(RecordRow.log == self._log.name, RecordRow.leaf_index.is_not(None))
            .order_by(RecordRow.leaf_index)
            .execution_options(yield_per=10_000)
        )
        hashes: list[bytes] = []
        for index, entry in session.execute(query):
            if index != len(hashes):
                break
            hashes.append(hash_leaf(entry.encode()))
        return hashes

    def _in_tiles(self, head: TreeHeadAnchored) -> bool:
        try:
            return TileTree(self._tiles.read_tile, head.new_size).root == head.root
        except (NotFound, EvidenceError):
            return False

    def _refill(self, session: Session, start: int, size: int) -> tuple[int, int]:
        """Put entries back; one that was accepted again meanwhile only gets its index.

        Gives how many came back, and how many of those lack their disclosures.
        """
        present = set(
            session.scalars(
                select(RecordRow.leaf_index).where(
                    RecordRow.log == self._log.name, RecordRow.leaf_index.between(start, size - 1)
                )
            )
        )
        refilled = bare = 0
        for index in (index for index in range(start, size) if index not in present):
            record = parse_entry(self._entry(index, size))
            row = session.get(RecordRow, UUID(record.claims.jti))
            if row is None:
                session.add(self._row(record, index))
                bare += 1
            elif row.entry == record.entry and row.leaf_index is None:
                row.leaf_index = index
            else:
                raise _fork(str(row.jti))
            refilled += 1
        session.flush()
        if root_of(self._stored_hashes(session)[:size]) != TileTree(self._tiles.read_tile, size).root:
            raise _fork(f"of leaf {start} or later")
        return refilled, bare

    def _entry(self, index: int, size: int) -> str:
        bundle, place = divmod(index, TILE_WIDTH)
        width = min(TILE_WIDTH, size - bundle * TILE_WIDTH)
        return entry_bundle_decode(self._tiles.read_tile(ENTRIES, bundle, width), width)[place].decode()

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

    def _heads(self, session: Session, accepted: Sequence[TreeHeadAnchored]) -> None:
        """Sign again every head the database lacks: the same bytes, for Ed25519 is deterministic."""
        signer = self._keystore.log_signer(self._log.name)
        for head in accepted:
            known = session.get(TreeHeadRow, (self._log.name, head.new_size))
            if known is None:
                note = sign_tree_head(TreeHead(self._log.origin, head.new_size, head.root), signer)
                session.add(TreeHeadRow(log=self._log.name, size=head.new_size, root=head.root, note=note))
            elif known.root != head.root:
                raise _fork(f"of the head of size {head.new_size}")
        session.flush()

    def _mend_tiles(self, session: Session) -> None:
        """Write the tiles of the newest tree head again where they do not give its root."""
        head = newest_tree_head(session, self._log.name)
        if head is None:
            return
        try:
            if TileTree(self._tiles.read_tile, head.size).root == head.root and self._entries_stand(
                head.size
            ):
                return
        except (NotFound, EvidenceError):
            pass
        query = (
            select(RecordRow.entry)
            .where(RecordRow.log == self._log.name, RecordRow.leaf_index < head.size)
            .order_by(RecordRow.leaf_index)
        )
        extension = extend(self._tiles.read_tile, 0, [entry.encode() for entry in session.scalars(query)])
        if (extension.new_size, extension.root) != (head.size, head.root):
            return  # entries are missing as well; `lost` says so
        self._tiles.replace_all(extension.tiles)
        self._tiles.publish(head.note)

    def _entries_stand(self, size: int) -> bool:
        for bundle in range((size + TILE_WIDTH - 1) // TILE_WIDTH):
            width = min(TILE_WIDTH, size - bundle * TILE_WIDTH)
            entry_bundle_decode(self._tiles.read_tile(ENTRIES, bundle, width), width)
        return True


def _is_prefix(head: TreeHeadAnchored, hashes: Sequence[bytes]) -> bool:
    return len(hashes) >= head.new_size and root_of(hashes[: head.new_size]) == head.root


def _fork(what: str) -> Conflict:
    return Conflict(
        "recovery-fork",
        f"The database has other bytes than the log: record {what}.",
        "the log is right; report the other entry to the auditor and restore a backup from before it",
    )
