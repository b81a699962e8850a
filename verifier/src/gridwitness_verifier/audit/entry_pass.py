"""The one walk over all stored entries, in log order, that feeds every check that looks at entries."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby

from gridwitness_verifier.audit.disclosure_check import Fields, erasure_defect, open_fields
from gridwitness_verifier.audit.effect_fold import EffectFold
from gridwitness_verifier.audit.entry_check import EntryCheck, leaf_hash_of, missing_names
from gridwitness_verifier.audit.manifest import ManifestFold
from gridwitness_verifier.audit.receipt_check import ReceiptCheck
from gridwitness_verifier.audit.signer_check import KeyCheck, SignatureCheck
from gridwitness_verifier.audit.stored_record import StoredRecord
from gridwitness_verifier.field_types import is_of_type
from gridwitness_verifier.kinds import EFFECT, ERASURE, INCARNATION, KINDS, MANIFEST, OFFER
from gridwitness_verifier.log.audited_log import AuditedLog
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.log.time_check import TimeCheck
from gridwitness_verifier.log.tree_check import TreeCheck
from gridwitness_verifier.record import Entry


@dataclass
class Incarnation:
    """What the first record of a successor log says about its predecessor."""

    stored: StoredRecord
    fields: dict[str, object]


@dataclass
class LogWalk:
    """What is known of one log after the walk: `leaves` sequenced entries, `waiting` without a leaf index."""

    log: AuditedLog
    tree: TreeCheck
    leaves: int = 0
    waiting: int = 0
    first_kind: str | None = None
    incarnation: Incarnation | None = None
    signers: dict[int, set[tuple[str, str]]] = field(default_factory=dict)


@dataclass
class EntryChecks:
    """The checks the walk feeds; the optional ones are None when they are not evaluated."""

    entries: Tally
    disclosures: Tally
    entry: EntryCheck
    receipt: ReceiptCheck
    manifest: ManifestFold
    effects: EffectFold
    scratch: Scratch
    signature: SignatureCheck | None
    key: KeyCheck | None
    time: TimeCheck | None


def walk_entries(
    records: Iterable[StoredRecord],
    walks: dict[str, LogWalk],
    checks: EntryChecks,
    signers: Callable[[LogWalk, int, set[tuple[str, str]]], None] | None,
    progress: Callable[[int], None],
) -> None:
    """Check every record of every log; `signers` is called with the signers of each anchored batch."""
    done = 0
    for name, rows in groupby(records, key=lambda stored: stored.log):
        walk = walks.get(name)
        batch = _Batch(walk, signers) if walk else None
        for stored in rows:
            done += 1
            if done % 1000 == 0:
                progress(done)
            if walk is None or batch is None:
                checks.entries.fail("foreign", "the trust file names no such log", **stored.where)
                continue
            entry = _check_record(stored, walk, checks)
            if entry is not None:
                batch.add(stored, entry)
        if batch is not None:
            batch.finish()
    progress(done)


class _Batch:
    """Collects the signers of the leaves under one head, so that their stored key states can be compared."""

    def __init__(
        self, walk: LogWalk, signers: Callable[[LogWalk, int, set[tuple[str, str]]], None] | None
    ) -> None:
        self._walk = walk
        self._signers = signers
        self._size: int | None = None
        self._found: set[tuple[str, str]] = set()

    def add(self, stored: StoredRecord, entry: Entry) -> None:
        head = self._walk.log.covering(stored.leaf_index)
        size = head.size if head else None
        if size != self._size:
            self.finish()
            self._size = size
        if entry.kind != OFFER:
            self._found.add((entry.iss, entry.kid))

    def finish(self) -> None:
        if self._size is not None and self._signers is not None:
            self._signers(self._walk, self._size, self._found)
        self._found = set()


def _check_record(stored: StoredRecord, walk: LogWalk, checks: EntryChecks) -> Entry | None:
    # 1. place in the log and leaf hash: whatever the bytes are, they are a leaf
    leaf_hash = leaf_hash_of(stored)
    _check_place(stored, walk, checks.entries, leaf_hash)
    # 2. the log's promise for these bytes
    checks.receipt.check(stored, walk.log, leaf_hash)
    # 3. grammar, columns, kind
    entry = checks.entry.parse(stored, walk.log)
    if entry is None:
        return None
    # 4. disclosures, re-hashed
    fields = open_fields(checks.disclosures, stored, entry)
    checks.entry.check_fields(stored, entry, fields)
    # 5. signature, key, time
    if checks.signature is not None:
        checks.signature.check(stored, entry)
    if checks.key is not None:
        checks.key.check(stored, entry, walk.log.covering(stored.leaf_index))
    earliest = None if checks.time is None else checks.time.check(stored.leaf_index, walk.log, entry)
    # 6. what later checks need to sort or look up
    place = (stored.log, stored.leaf_index, entry.jti, entry.sub, entry.seq)
    checks.scratch.add("entry", *place, entry.prev, entry.digest, entry.iat, earliest)
    _remember(stored, entry, fields, walk, checks)
    return entry


def _check_place(stored: StoredRecord, walk: LogWalk, tally: Tally, leaf_hash: bytes | None) -> None:
    if stored.leaf_index is None:
        walk.waiting += 1
        return
    index, expected = stored.leaf_index, walk.leaves
    if index < expected:
        tally.fail("index-twice", "this leaf index is not the next one of its log", **stored.at("leaf_index"))
        return
    if index > expected:
        last = "" if index == expected + 1 else f" to {index - 1}"
        tally.fail("index-gap", f"entry {expected}{last} is missing", log=stored.log, index=expected)
        walk.tree.stop(f"entry {expected} is missing")
    walk.leaves = index + 1
    if leaf_hash is None:
        walk.tree.stop(f"entry {index} is NULL")
    else:
        walk.tree.append(leaf_hash)


def _remember(stored: StoredRecord, entry: Entry, fields: Fields, walk: LogWalk, checks: EntryChecks) -> None:
    scratch, log, leaf = checks.scratch, walk.log.name, stored.leaf_index
    if fields.missing:
        names = missing_names(entry, fields)
        for digest in fields.missing:
            scratch.add(
                "missing",
                log,
                entry.sub,
                digest,
                leaf,
                entry.jti,
                entry.kind,
                json.dumps(names) if names else None,
            )
    if walk.first_kind is None:
        walk.first_kind = entry.kind
    where = {**stored.where, "sub": entry.sub, "seq": entry.seq}
    if entry.kind in (EFFECT, MANIFEST) and not walk.log.counts(leaf):
        return
    if entry.kind == EFFECT:
        checks.effects.apply(where, fields.values)
        cause = fields.values.get("cause")
        if isinstance(cause, str):
            scratch.add("cause", entry.jti, log, leaf, cause)
    elif entry.kind == MANIFEST:
        if entry.iss != walk.log.pin.agency:
            checks.manifest.refuse_signer(where, entry.iss)
        else:
            checks.manifest.add(log, where, fields.values)
    elif entry.kind == ERASURE:
        _remember_erasure(scratch, log, leaf, entry, fields)
    elif entry.kind == INCARNATION and leaf == 0:
        walk.incarnation = Incarnation(stored, dict(fields.values))
    else:
        _remember_files(scratch, log, leaf, entry, fields)


def _remember_erasure(scratch: Scratch, log: str, leaf: int | None, entry: Entry, fields: Fields) -> None:
    digests, name = fields.values.get("digests"), fields.values.get("field")
    if isinstance(digests, list) and isinstance(name, str):
        defect = erasure_defect(fields.values, entry.iat)
        for digest in digests:
            if isinstance(digest, str):
                scratch.add("erasure", log, entry.sub, digest, name, leaf, entry.jti, defect)


def _remember_files(scratch: Scratch, log: str, leaf: int | None, entry: Entry, fields: Fields) -> None:
    kind = KINDS.get(entry.kind)
    for name, rule in kind.fields.items() if kind else ():
        files = fields.values.get(name) if rule.type == "files" else None
        if files is not None and is_of_type("files", files):
            for file in files:
                scratch.add(
                    "file", file["sha256"], file["sm3"], file["size"], log, leaf, entry.jti, file["name"]
                )
