"""One served log: its newest head, every entry and every hash tile, compared with the contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.kinds import STEP, check_source
from gridwitness_verifier.log.audited_log import AuditedLog
from gridwitness_verifier.log.contract_history import AcceptedHead
from gridwitness_verifier.log.receipt_folder import ReceiptFolder
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.log.tile_path import tiles
from gridwitness_verifier.log.tile_source import RefusedError, TileSource, fetch_ahead
from gridwitness_verifier.log.tile_tree import TileTree
from gridwitness_verifier.log.time_check import TimeCheck
from gridwitness_verifier.log.tree_check import NamedRoot, TreeCheck
from gridwitness_verifier.merkle import hash_leaf
from gridwitness_verifier.record import Entry, parse_entry
from gridwitness_verifier.report import Phrase
from gridwitness_verifier.tree_head import TreeHead, open_tree_head

_NO_ENTRIES = Phrase(
    "entries are not readable without a reader's token: rebuilt from level-0 tiles, entries not looked at",
    "无读者令牌，不能读取条目：仅由第 0 层哈希重建，未查条目",
)


@dataclass
class ServedLog:
    """Checks one log; `settled` is the last block that was there before the checkpoint was fetched."""

    log: AuditedLog
    source: TileSource
    tallies: dict[str, Tally]
    scratch: Scratch
    receipts: ReceiptFolder | None
    time: TimeCheck | None
    settled: int
    advance: Callable[[int], None]
    head: TreeHead | None = None
    entries_read: bool = True
    whole: bool = False
    _named: set[tuple[int, bytes]] = field(default_factory=set)

    def run(self) -> None:
        """All steps; raises Unavailable when the server can not be reached."""
        # 1. the newest head, signed by the pinned key
        self.head = self._checkpoint()
        if self.head is None:
            for name in ("tree", "entries"):
                self.tallies[name].not_evaluated.append(f"log {self.log.name} has no usable checkpoint")
            return
        # 2. it is not behind the contract
        self._compare_extent(self.head)
        # 3. all leaves, tiles and roots
        try:
            self._rebuild(self.head)
        except VerificationError as error:
            self.tallies["tree"].fail(error.code, error.message, log=self.log.name)

    def _checkpoint(self) -> TreeHead | None:
        tally = self.tallies["checkpoint"]
        tally.checked += 1
        try:
            return open_tree_head(self.source.note("checkpoint"), self.log.vkey)
        except VerificationError as error:
            tally.fail(error.code, f"checkpoint: {error.message}", log=self.log.name)
            return None

    def _compare_extent(self, head: TreeHead) -> None:
        tally = self.tallies["anchors"]
        settled = [accepted for accepted in self.log.heads if accepted.event.at.block <= self.settled]
        tally.checked += len(settled)
        if settled and settled[-1].size > head.size:
            detail = (
                f"size {settled[-1].size} is anchored; the log serves {head.size}: entries {head.size} to"
            )
            tally.fail(
                "rolled-back", f"{detail} {settled[-1].size - 1} are gone", log=self.log.name, index=head.size
            )
        if self.log.history is not None and head.size > self.log.anchored_size:
            count = head.size - self.log.anchored_size
            tally.notes.append(
                Phrase(
                    f"{count} entries of {self.log.name} not anchored yet",
                    f"{self.log.name} 有 {count} 个条目尚未锚定",
                )
            )

    def _rebuild(self, head: TreeHead) -> None:
        named = [NamedRoot(head.size, head.root, "checkpoint")]
        named += [
            NamedRoot(accepted.size, accepted.event.root, "contract") for accepted in self._fitting(head)
        ]
        roots = TreeCheck(self.tallies["tree"], self.log.name, named)
        tree = TileTree(self._compare_tile)
        try:
            self._read(head, roots, tree, entries=True)
        except RefusedError:
            if roots.size:
                raise
            self.entries_read = False
            self.tallies["entries"].not_evaluated.append(_NO_ENTRIES)
            self._read(head, roots, tree, entries=False)
        tree.finish()
        roots.finish(disputed=False)
        self.whole = self.entries_read

    def _fitting(self, head: TreeHead) -> list[AcceptedHead]:
        return [accepted for accepted in self.log.heads if accepted.size <= head.size]

    def _read(self, head: TreeHead, roots: TreeCheck, tree: TileTree, *, entries: bool) -> None:
        leaf_index = 0
        for _, width, content in fetch_ahead(self.source, tiles(head.size), entries=entries):
            for item in content:
                leaf_hash = hash_leaf(item) if entries else item
                roots.append(leaf_hash)
                tree.append(leaf_hash)
                if self.receipts is not None:
                    self.receipts.see(self.log.pin.origin, leaf_index, leaf_hash)
                if entries:
                    self._check_entry(leaf_index, item)
                leaf_index += 1
            self.advance(width)

    def _compare_tile(self, level: int, index: int, hashes: list[bytes]) -> None:
        """A served hash tile is the one the leaves give; a mirrored one that differs is fetched again."""
        if level == 0 and not self.entries_read:
            return
        served = self.source.hashes(level, index, len(hashes))
        if served != hashes:
            served = self.source.hashes(level, index, len(hashes), fresh=True)
        self.tallies["tree"].checked += 1
        if served != hashes:
            first = next(at for at, pair in enumerate(zip(served, hashes, strict=True)) if pair[0] != pair[1])
            leaf = (index * 256 + first) << (8 * level)
            detail = f"hash tile {level}/{index} is not that of the entries, first at leaf {leaf}"
            self.tallies["tree"].fail("tile", detail, log=self.log.name, index=leaf)

    def _check_entry(self, leaf_index: int, item: bytes) -> None:
        tally = self.tallies["entries"]
        tally.checked += 1
        where = {"log": self.log.name, "index": leaf_index}
        try:
            entry = parse_entry(item.decode("ascii"))
        except UnicodeDecodeError:
            tally.fail("not-compact", "the entry is not ASCII", **where)
            return
        except VerificationError as error:
            tally.fail(error.code, f"entry: {error.message}", **where)
            return
        self._check_claims(tally, entry, leaf_index)
        earliest = None if self.time is None else self.time.check(leaf_index, self.log, entry)
        place = (self.log.name, leaf_index, entry.jti, entry.sub, entry.seq)
        self.scratch.add("entry", *place, entry.prev, entry.digest, entry.iat, earliest)
        if entry.kind == STEP and self.log.counts(leaf_index):
            self.scratch.add("step", entry.leaf_hash, *place, None, None)

    def _check_claims(self, tally: Tally, entry: Entry, leaf_index: int) -> None:
        where = {
            "log": self.log.name, "index": leaf_index, "jti": entry.jti, "sub": entry.sub, "seq": entry.seq
        }  # fmt: skip
        if entry.aud != self.log.pin.origin:
            tally.fail("foreign", f"the entry is addressed to {entry.aud}", **where)
        try:
            check_source(entry.kind, entry.src)
        except VerificationError as error:
            tally.fail(error.code, error.message, **where)
