"""Entries by themselves: every check that needs no other entry than the one it looks at.

Chunks may be examined in any process and order, so nothing here is kept from one to the next but caches.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from gridwitness_verifier.audit.chunk import Chunk, Findings
from gridwitness_verifier.audit.disclosure_check import Fields, erasure_defect, open_fields
from gridwitness_verifier.audit.effect_fold import row_changes
from gridwitness_verifier.audit.entry_check import EntryCheck, leaf_hash_of, missing_names
from gridwitness_verifier.audit.receipt_check import ReceiptCheck
from gridwitness_verifier.audit.signer_check import KeyCheck, KeyJudge, SignatureCheck
from gridwitness_verifier.audit.stored_record import StoredRecord
from gridwitness_verifier.event_kinds import EVENT_KEPT
from gridwitness_verifier.event_kinds import STEP as EVENT_STEP
from gridwitness_verifier.field_types import is_of_type
from gridwitness_verifier.jwk import PublicKey
from gridwitness_verifier.kinds import EFFECT, ERASURE, INCARNATION, KINDS, MANIFEST, OFFER, RULE, STEP
from gridwitness_verifier.log.audited_log import AuditedLog
from gridwitness_verifier.log.contract_history import KeyHistory
from gridwitness_verifier.log.time_check import TimeCheck
from gridwitness_verifier.record import Entry
from gridwitness_verifier.truck_kinds import KEPT

_KEPT = KEPT | EVENT_KEPT
_EVENT_RULES = ("events/loop", "calendar/cn/", "performance/metrics")


@dataclass(frozen=True)
class Basis:
    """What entries are judged by; can be sent to another process.

    `keys` is None when signatures are left out, `history` when there is no chain; `block` is the chain's
    newest block as (number, Unix seconds), `now` the time receipts are judged at, None when none is trusted.
    """

    logs: dict[str, AuditedLog]
    keys: dict[str, PublicKey] | None
    history: KeyHistory | None
    block: tuple[int, int]
    tolerance: int
    now: int | None


@dataclass
class _Checks:
    """The checks for one chunk; the optional ones are None when they are not evaluated."""

    entry: EntryCheck
    receipt: ReceiptCheck
    signature: SignatureCheck | None
    key: KeyCheck | None
    time: TimeCheck | None


class Examiner:
    """Examines one chunk after the other."""

    def __init__(self, basis: Basis) -> None:
        self._basis = basis
        self._judge = None if basis.history is None else KeyJudge(basis.history, basis.block)

    def examine(self, chunk: Chunk) -> Findings:
        """All that can be said about the rows of a chunk without those of another."""
        findings = Findings(chunk.log, len(chunk.rows), chunk.expected)
        log = self._basis.logs.get(chunk.log)
        if log is None:
            for stored in chunk.rows:
                findings.tallies["entries"].fail(
                    "foreign", "the trust file names no such log", **stored.where
                )
            return findings
        checks = self._checks(findings)
        for stored in chunk.rows:
            _examine_record(stored, log, checks, findings)
        findings.pending, findings.late = checks.receipt.pending, checks.receipt.late
        findings.own_only = checks.key.own_only if checks.key else 0
        findings.wide = checks.time.wide if checks.time else 0
        return findings

    def _checks(self, findings: Findings) -> _Checks:
        basis, tallies = self._basis, findings.tallies
        return _Checks(
            entry=EntryCheck(tallies["entries"]),
            receipt=ReceiptCheck(tallies["receipts"], basis.now),
            signature=None if basis.keys is None else SignatureCheck(tallies["signatures"], basis.keys),
            key=None if self._judge is None else KeyCheck(tallies["keys"], tallies["vouching"], self._judge),
            time=None if basis.history is None else TimeCheck(tallies["time"], basis.tolerance),
        )


def _examine_record(stored: StoredRecord, log: AuditedLog, checks: _Checks, findings: Findings) -> None:
    # 1. place in the log and leaf hash: whatever the bytes are, they are a leaf
    leaf_hash = leaf_hash_of(stored)
    _check_place(stored, findings, leaf_hash)
    # 2. the log's promise for these bytes
    checks.receipt.check(stored, log, leaf_hash)
    # 3. grammar, columns, kind
    entry = checks.entry.parse(stored, log)
    if entry is None:
        return
    # 4. disclosures, re-hashed
    fields = open_fields(findings.tallies["disclosures"], stored, entry)
    checks.entry.check_fields(stored, entry, fields)
    # 5. signature, key, time
    head = log.covering(stored.leaf_index)
    if checks.signature is not None:
        checks.signature.check(stored, entry)
    if checks.key is not None:
        checks.key.check(stored, entry, head)
    earliest = None if checks.time is None else checks.time.check(stored.leaf_index, log, entry)
    # 6. what later checks need to sort or look up
    findings.add_signer(head.size if head else None, None if entry.kind == OFFER else (entry.iss, entry.kid))
    place = (log.name, stored.leaf_index, entry.jti, entry.sub, entry.seq)
    findings.keep("entry", *place, entry.prev, entry.digest, entry.iat, earliest)
    _keep(stored, entry, fields, log, findings)


def _check_place(stored: StoredRecord, findings: Findings, leaf_hash: bytes | None) -> None:
    if stored.leaf_index is None:
        findings.waiting += 1
        return
    index, expected, tally = stored.leaf_index, findings.next_leaf, findings.tallies["entries"]
    if index < expected:
        tally.fail("index-twice", "this leaf index is not the next one of its log", **stored.at("leaf_index"))
        return
    if index > expected:
        last = "" if index == expected + 1 else f" to {index - 1}"
        tally.fail("index-gap", f"entry {expected}{last} is missing", log=stored.log, index=expected)
        findings.leaves.append(f"entry {expected} is missing")
    findings.next_leaf = index + 1
    findings.leaves.append(f"entry {index} is NULL" if leaf_hash is None else leaf_hash)


def _keep(stored: StoredRecord, entry: Entry, fields: Fields, log: AuditedLog, findings: Findings) -> None:
    if fields.missing:
        _keep_missing(stored, entry, fields, findings)
    if entry.kind in (EFFECT, MANIFEST):
        if log.counts(stored.leaf_index):
            _keep_platform_record(stored, entry, fields.values, findings)
    elif entry.kind == ERASURE:
        _keep_erasure(stored, entry, fields, findings)
    elif entry.kind == INCARNATION and stored.leaf_index == 0:
        findings.incarnation = dict(fields.values)
    else:
        if entry.kind == STEP and log.counts(stored.leaf_index):
            _keep_step(stored, entry, fields.values, findings)
        elif entry.kind == EVENT_STEP and log.counts(stored.leaf_index):
            _keep_event_step(stored, entry, fields.values, findings)
        elif entry.kind in _KEPT and log.counts(stored.leaf_index):
            _keep_statement(stored, entry, fields.values, findings)
        elif entry.kind == RULE and "content" in fields.values:
            _keep_rule(stored, fields.values, findings)
        elif entry.kind == OFFER and isinstance(fields.values.get("holder"), str):
            findings.keep("holder", entry.kid, fields.values["holder"])
        _keep_files(stored, entry, fields, findings)


def _keep_missing(stored: StoredRecord, entry: Entry, fields: Fields, findings: Findings) -> None:
    names = missing_names(entry, fields)
    text = json.dumps(names) if names else None
    for digest in fields.missing:
        findings.keep(
            "missing", stored.log, entry.sub, digest, stored.leaf_index, entry.jti, entry.kind, text
        )


def _keep_platform_record(
    stored: StoredRecord, entry: Entry, values: dict[str, Any], findings: Findings
) -> None:
    where = {**stored.where, "sub": entry.sub, "seq": entry.seq}
    if entry.kind == MANIFEST:
        findings.manifests.append((where, entry.iss, values))
        return
    findings.effects.append((where, row_changes(values)))
    cause = values.get("cause")
    if isinstance(cause, str):
        findings.keep("cause", entry.jti, stored.log, stored.leaf_index, cause)


def _keep_step(stored: StoredRecord, entry: Entry, values: dict[str, Any], findings: Findings) -> None:
    shown = (values.get("rules"), values.get("step"))
    texts = (value if isinstance(value, str) else None for value in shown)
    place = (stored.log, stored.leaf_index, entry.jti, entry.sub, entry.seq)
    findings.keep("step", entry.leaf_hash, *place, *texts)


def _keep_event_step(stored: StoredRecord, entry: Entry, values: dict[str, Any], findings: Findings) -> None:
    place = (entry.sub, stored.log, stored.leaf_index, entry.seq, entry.jti)
    findings.keep("event_step", *place, entry.iat, entry.src, entry.kid, json.dumps(values))


def _keep_rule(stored: StoredRecord, values: dict[str, Any], findings: Findings) -> None:
    name, content = values.get("name"), values["content"]
    findings.rules.append((name, content))
    if isinstance(name, str) and name.startswith(_EVENT_RULES):
        findings.keep("rule", name, stored.log, stored.leaf_index, json.dumps(content))


def _keep_statement(stored: StoredRecord, entry: Entry, values: dict[str, Any], findings: Findings) -> None:
    place = (entry.kind, stored.log, stored.leaf_index, entry.jti, entry.sub, entry.seq)
    findings.keep("statement", *place, entry.leaf_hash, json.dumps(values))


def _keep_erasure(stored: StoredRecord, entry: Entry, fields: Fields, findings: Findings) -> None:
    digests, name = fields.values.get("digests"), fields.values.get("field")
    if isinstance(digests, list) and isinstance(name, str):
        place, defect = stored.leaf_index, erasure_defect(fields.values, entry.iat)
        for digest in digests:
            if isinstance(digest, str):
                findings.keep("erasure", stored.log, entry.sub, digest, name, place, entry.jti, defect)


def _keep_files(stored: StoredRecord, entry: Entry, fields: Fields, findings: Findings) -> None:
    kind = KINDS.get(entry.kind)
    for name, rule in kind.fields.items() if kind else ():
        files = fields.values.get(name) if rule.type == "files" else None
        if files and is_of_type("files", files):
            for file in files:
                findings.keep(
                    "file",
                    file["sha256"],
                    file["sm3"],
                    file["size"],
                    stored.log,
                    stored.leaf_index,
                    entry.jti,
                    file["name"],
                )
