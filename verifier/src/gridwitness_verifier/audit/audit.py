"""An audit in its steps: the chain, the snapshot, one walk over all entries, then what needs all
entries first.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gridwitness_verifier.audit.catalog import Relation, read_catalog
from gridwitness_verifier.audit.chunk import cut_chunks
from gridwitness_verifier.audit.closing import check_after_walk
from gridwitness_verifier.audit.database_check import check_database, check_relation
from gridwitness_verifier.audit.effect_fold import EffectFold
from gridwitness_verifier.audit.entry_examination import Basis
from gridwitness_verifier.audit.entry_pass import EntryFold, LogWalk, walk_entries
from gridwitness_verifier.audit.examiners import Examiners
from gridwitness_verifier.audit.fixed_tables import NEEDED
from gridwitness_verifier.audit.key_state_check import KeyStateCheck
from gridwitness_verifier.audit.log_rows import check_log_rows
from gridwitness_verifier.audit.manifest import ManifestFold
from gridwitness_verifier.audit.signer_check import read_keys
from gridwitness_verifier.audit.snapshot import Snapshot
from gridwitness_verifier.audit.stored_heads import StoredHeads, compare_events, read_anchors, read_tree_heads
from gridwitness_verifier.audit.stored_record import stream_records
from gridwitness_verifier.errors import Unavailable, VerifierError
from gridwitness_verifier.hotspots.board_reader import Board, read_board
from gridwitness_verifier.log.audited_log import AuditedLog
from gridwitness_verifier.log.contract_history import ContractHistory
from gridwitness_verifier.log.contract_reader import check_chain, check_log_pins, read_history
from gridwitness_verifier.log.independence import IndependenceCheck
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.log.tree_check import NamedRoot, TreeCheck
from gridwitness_verifier.receipt_proof import AnchorEvent, verify_receipt_proof
from gridwitness_verifier.report import Phrase
from gridwitness_verifier.rpc import Rpc
from gridwitness_verifier.trust import Trust

CHECKS = [
    "database",
    "manifest",
    "entries",
    "disclosures",
    "signatures",
    "keys",
    "vouching",
    "subjects",
    "tree",
    "anchors",
    "chain",
    "rows",
    "cases",
    "feeds",
    "archives",
    "hotspots",
    "events",
    "performance",
    "files",
    "receipts",
    "time",
    "independence",
]
_NO_CHAIN = Phrase("without the chain there is nothing to compare with", "没有链上数据可供比对")
_SWITCHED_OFF = Phrase(
    "signatures of records are switched off by --no-signatures; those of receipts and tree heads are checked",
    "已用 --no-signatures 关闭记录签名的核查；回执与树头的签名仍然核查",
)


@dataclass
class Audit:
    """One audit. `tallies` holds the findings by check name, `subject` the counts of what was checked."""

    trust: Trust
    snapshot: Snapshot
    scratch: Scratch
    files: Path | None
    files_asked: bool
    archive: Path | None
    signatures: bool
    processes: int
    advance: Callable[[int], None]
    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally(name) for name in CHECKS})
    subject: dict[str, Any] = field(default_factory=dict)
    declared_operational: list[str] = field(default_factory=list)
    history: ContractHistory | None = None
    board: Board | None = None
    settled: int = 0

    def run(self, rpc: Rpc | Unavailable) -> None:
        """All steps, in this order; `rpc` may be the reason why there is none."""
        # 1. the chain before the snapshot: what it holds now, the snapshot holds too
        self._ask_chain(rpc, self._before_snapshot)
        # 2. the snapshot, from here on; what the database says its tables are
        catalog = read_catalog(self.snapshot)
        unusable = check_database(self.tallies["database"], catalog)
        # 3. the chain after the snapshot: what the snapshot holds, it holds
        self._ask_chain(rpc, self._after_snapshot)
        if self.history is None:
            self._without_chain()
        if unusable:
            self._stop(f"{', '.join(sorted(unusable))} can not be read as the format says")
            return
        # 4. stored heads and anchors, log by log
        absent = check_log_rows(self.tallies["anchors"], self.snapshot, self.trust)
        walks = self._open_logs()
        # 5. every entry, once
        self.scratch.add_lines(self.trust.line_of)
        fold = self._walk(walks)
        # 6. what needs all entries first
        self._check_tables(catalog, fold)
        check_after_walk(self, walks, fold, absent, catalog)

    def _ask_chain(self, rpc: Rpc | Unavailable, ask: Callable[[Rpc], None]) -> None:
        tally = self.tallies["chain"]
        if tally.not_evaluated or tally.failures:
            return
        try:
            if isinstance(rpc, Unavailable):
                raise rpc
            ask(rpc)
        except Unavailable as error:
            tally.not_evaluated.append(str(error))
        except VerifierError as error:
            tally.fail(error.code, error.message)

    def _before_snapshot(self, rpc: Rpc) -> None:
        check_chain(self.tallies["chain"], rpc, self.trust)
        self.settled = rpc.block_number()

    def _after_snapshot(self, rpc: Rpc) -> None:
        self.history = read_history(rpc, self.trust, rpc.block_number())
        check_log_pins(self.tallies["chain"], self.trust, self.history)
        if self.trust.hotspot_board is not None:
            self.board = read_board(self.tallies["hotspots"], rpc, self.trust, self.trust.hotspot_board)

    def _without_chain(self) -> None:
        for name in ("anchors", "keys", "vouching", "cases", "hotspots", "time", "receipts"):
            self.tallies[name].not_evaluated.append(_NO_CHAIN)

    def _stop(self, why: str) -> None:
        for name, tally in self.tallies.items():
            if name not in ("database", "chain"):
                tally.not_evaluated.append(why)

    def _open_logs(self) -> dict[str, LogWalk]:
        walks = {}
        independence = IndependenceCheck(self.tallies["independence"], self.trust)
        for pin in self.trust.logs:
            log = AuditedLog(pin, self.history.log(pin.log_id) if self.history else None)
            heads = StoredHeads()
            read_tree_heads(self.tallies["tree"], self.snapshot, log, heads)
            read_anchors(self.tallies["anchors"], self.snapshot, log, heads, self._prove)
            compare_events(self.tallies["anchors"], log, heads, self.settled)
            independence.check(event.header_rlp for event in heads.proved.values())
            accepted = [
                NamedRoot(head.size, head.event.root, "contract")
                for head in log.heads
                if head.event.at.block <= self.settled
            ]
            roots = [*heads.roots, *accepted]
            walks[log.name] = LogWalk(log, TreeCheck(self.tallies["tree"], log.name, roots))
        independence.finish()
        return walks

    def _prove(self, proof: Any, log: AuditedLog) -> AnchorEvent:
        return verify_receipt_proof(
            proof,
            record_log_address=self.trust.record_log.address,
            log_id=log.pin.log_id,
            chain_id=self.trust.chain_id,
        )

    def _walk(self, walks: dict[str, LogWalk]) -> EntryFold:
        tallies, line_of = self.tallies, self.trust.line_of
        fold = EntryFold(
            tallies,
            ManifestFold(tallies["manifest"], line_of),
            EffectFold(tallies["rows"], self.scratch, line_of),
            self.scratch,
        )
        key_states = self._key_states()
        records = stream_records(self.snapshot, [log.name for line in self.trust.lines for log in line])
        with Examiners(self._basis(walks), self.processes) as examiners:
            findings = examiners.examine(cut_chunks(records))
            walk_entries(findings, walks, fold, key_states.check if key_states else None, self.advance)
        if key_states is not None:
            key_states.check_orphans()
        return fold

    def _basis(self, walks: dict[str, LogWalk]) -> Basis:
        if not self.signatures:
            self.tallies["signatures"].not_evaluated.append(_SWITCHED_OFF)
        history = self.history
        return Basis(
            logs={name: walk.log for name, walk in walks.items()},
            keys=read_keys(self.snapshot) if self.signatures else None,
            history=None if history is None else history.keys,
            block=(0, 0) if history is None else (history.block, history.time),
            tolerance=self.trust.tolerance,
            now=self.now(),
        )

    def now(self) -> int | None:
        """A chain whose blocks stand still can not hide what is overdue, unless its clock is a
        simulated one.
        """
        if self.history is None:
            return None
        if self.trust.clock == "simulated":
            return self.history.time
        return max(self.history.time, int(time.time()))

    def _key_states(self) -> KeyStateCheck | None:
        if self.history is None:
            return None
        return KeyStateCheck(self.tallies["keys"], self.snapshot, self.trust, self.history.keys, self.settled)

    def _check_tables(self, catalog: dict[str, Relation], fold: EntryFold) -> None:
        """Tables that only the manifest names are read too, so they have to be ordinary ones as well."""
        for name in fold.manifest.tables():
            if name not in NEEDED and name in catalog:
                self.tallies["database"].checked += 1
                check_relation(self.tallies["database"], catalog[name])
