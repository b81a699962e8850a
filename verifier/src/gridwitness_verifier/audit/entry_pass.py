"""The one walk over all stored entries, in log order: what was found about each by itself is put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from gridwitness_verifier.audit.chunk import Findings, Signers
from gridwitness_verifier.audit.effect_fold import EffectFold, event_rows, unit_rows
from gridwitness_verifier.audit.manifest import ManifestFold
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.log.audited_log import AuditedLog
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.log.tree_check import TreeCheck
from gridwitness_verifier.procedure import Procedure, parse_procedure


@dataclass
class Incarnation:
    """What the first record of a successor log says about its predecessor."""

    fields: dict[str, object]


@dataclass
class LogWalk:
    """What is known of one log after the walk: `leaves` sequenced entries, `waiting` without a leaf index."""

    log: AuditedLog
    tree: TreeCheck
    leaves: int = 0
    waiting: int = 0
    incarnation: Incarnation | None = None


@dataclass
class EntryFold:
    """Puts findings together; `pending` and `late` count receipts, `own_only` keys, `wide` time intervals."""

    tallies: dict[str, Tally]
    manifest: ManifestFold
    effects: EffectFold
    scratch: Scratch
    procedures: dict[str, Procedure] = field(default_factory=dict)
    pending: int = 0
    late: int = 0
    own_only: int = 0
    wide: int = 0

    def add(self, findings: Findings, walk: LogWalk | None) -> None:
        """Those of the next chunk; `walk` is None for a log the trust file does not name."""
        for name, tally in findings.tallies.items():
            self.tallies[name].add(tally)
        if walk is None:
            return
        for leaf in findings.leaves:
            if isinstance(leaf, bytes):
                walk.tree.append(leaf)
            else:
                walk.tree.stop(leaf)
        walk.leaves = findings.next_leaf
        walk.waiting += findings.waiting
        if findings.incarnation is not None:
            walk.incarnation = Incarnation(findings.incarnation)
        for table, rows in findings.kept.items():
            self.scratch.add_all(table, rows)
        for name, content in findings.rules:
            self._add_rule(name, content)
        self._fold(findings, walk)
        self.pending += findings.pending
        self.late += findings.late
        self.own_only += findings.own_only
        self.wide += findings.wide

    def _add_rule(self, name: object, content: object) -> None:
        """A published procedure; one that can not be read judges nothing, and its steps are counted so."""
        if not isinstance(name, str) or not name.startswith("procedure/"):
            return
        with suppress(VerificationError):
            procedure = parse_procedure(content)
            self.procedures[procedure.version] = procedure

    def _fold(self, findings: Findings, walk: LogWalk) -> None:
        for where, changes in findings.effects:
            self.effects.apply(where, changes)
            self.scratch.add_all("event_row", event_rows(where, changes))
            self.scratch.add_all("unit_row", unit_rows(changes))
        for where, agency, fields in findings.manifests:
            if agency != walk.log.pin.agency:
                self.manifest.refuse_signer(where, agency)
            else:
                self.manifest.add(walk.log.name, where, fields)


SignersCheck = Callable[[LogWalk, int, Signers], None]


def walk_entries(
    findings: Iterable[Findings],
    walks: dict[str, LogWalk],
    fold: EntryFold,
    signers: SignersCheck | None,
    progress: Callable[[int], None],
) -> None:
    """Take the findings about every chunk of every log; `signers` is called with those of each batch."""
    batch: _Batch | None = None
    for found in findings:
        walk = walks.get(found.log)
        if batch is not None and batch.walk is not walk:
            batch.finish()
            batch = None
        fold.add(found, walk)
        if walk is not None:
            batch = batch or _Batch(walk, signers)
            batch.add(found)
        progress(found.rows)
    if batch is not None:
        batch.finish()


@dataclass
class _Batch:
    """Collects the signers of the leaves under one head, so that their stored key states can be compared."""

    walk: LogWalk
    check: SignersCheck | None
    size: int | None = None
    found: Signers = field(default_factory=set)

    def add(self, findings: Findings) -> None:
        for size, signers in findings.signers:
            if size != self.size:
                self.finish()
                self.size = size
            self.found |= signers

    def finish(self) -> None:
        if self.size is not None and self.check is not None:
            self.check(self.walk, self.size, self.found)
        self.found = set()
