"""Stored tree heads and anchors of one log, compared with the log key and with the contract's events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gridwitness_verifier import strict_json
from gridwitness_verifier.audit.snapshot import Snapshot
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.log.audited_log import AuditedLog
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.log.tree_check import NamedRoot
from gridwitness_verifier.receipt_proof import AnchorEvent
from gridwitness_verifier.report import Phrase
from gridwitness_verifier.tree_head import open_tree_head

# An owner may drop NOT NULL: what is NULL becomes a value that nothing agrees with, and so is found.
_TREE_HEADS = """
SELECT coalesce(size, -1), substr(root, 1, 64), coalesce(left(note, 20000), '')
FROM records.tree_head WHERE log = %s ORDER BY size
"""
_ANCHORS = """
SELECT coalesce(size, -1), old_size, substr(root, 1, 64), substr(transaction, 1, 64), block_number,
       substr(block_hash, 1, 64), extract(epoch FROM block_time)::text, left(proof::text, 4000000)
FROM records.anchor WHERE log = %s ORDER BY size
"""
ReceiptProver = Callable[[Any, AuditedLog], AnchorEvent]


@dataclass
class StoredHeads:
    """Roots the database names for one log.
    `signed` are sizes with a valid note, `anchored` those with a row.
    """

    roots: list[NamedRoot] = field(default_factory=list)
    signed: dict[int, bytes] = field(default_factory=dict)
    anchored: set[int] = field(default_factory=set)
    proved: dict[int, AnchorEvent] = field(default_factory=dict)


def read_tree_heads(tally: Tally, snapshot: Snapshot, log: AuditedLog, heads: StoredHeads) -> None:
    """Every stored tree head is a note of the pinned log key that says what its columns say."""
    for size, root, note in snapshot.stream(_TREE_HEADS, [log.name]):
        where = {"log": log.name, "index": size, "table": "records.tree_head", "key": str(size)}
        heads.roots.append(NamedRoot(size, root, "tree head"))
        try:
            head = open_tree_head(note, log.vkey)
        except VerificationError as error:
            tally.fail(error.code, f"tree head of size {size}: {error.message}", **where)
            continue
        if (head.size, head.root) != (size, root):
            tally.fail("column-differs", f"the signed note says size {head.size}", **where)
        heads.signed[head.size] = head.root


def read_anchors(
    tally: Tally, snapshot: Snapshot, log: AuditedLog, heads: StoredHeads, prove: ReceiptProver
) -> None:
    """Every stored anchor is an event of the contract, and its proof shows that event in its block."""
    for row in snapshot.stream(_ANCHORS, [log.name]):
        tally.checked += 1
        size, root = row[0], row[2]
        heads.anchored.add(size)
        where = {"log": log.name, "index": size, "table": "records.anchor", "key": str(size)}
        if log.history is None:
            heads.roots.append(NamedRoot(size, root, "anchor row"))
        else:
            _compare_event(tally, log, row, where)
        try:
            event = prove(strict_json.loads(row[7] or ""), log)
        except VerificationError as error:
            tally.fail(error.code, f"proof of the anchor of size {size}: {error.message}", **where)
            continue
        heads.proved[size] = event
        shown = (event.new_size, event.old_size, event.root, event.number, event.block_hash, str(event.time))
        if shown != (size, row[1], root, row[4], row[5], _whole(row[6])):
            tally.fail("column-differs", "the proof shows another head or block than the columns", **where)


def _compare_event(tally: Tally, log: AuditedLog, row: tuple[Any, ...], where: dict[str, Any]) -> None:
    size, old_size, root, transaction, number, block_hash, time, _ = row
    found = log.head_at(size, root)
    if found is None:
        tally.fail("no-event", f"the contract accepted no head of size {size} with this root", **where)
        return
    event = found.event
    expected = (event.old_size, event.at.transaction, event.at.block, event.at.block_hash, str(found.time))
    names = ("old_size", "transaction", "block_number", "block_hash", "block_time")
    stored = (old_size, transaction, number, block_hash, _whole(time))
    for name, one, other in zip(names, stored, expected, strict=True):
        if one != other:
            tally.fail("altered", f"{name} is not what the event says", **where, column=name)


def compare_events(tally: Tally, log: AuditedLog, heads: StoredHeads, settled: int) -> None:
    """Every event has a row, and a tree head signed by the log key;
    `settled` = last block before the snapshot.
    """
    settled_heads = [head for head in log.heads if head.event.at.block <= settled]
    for head in settled_heads:
        where = {"log": log.name, "index": head.size}
        if head.size not in heads.anchored:
            detail = (
                f"anchored in block {head.event.at.block}; the database holds no anchor of size {head.size}"
            )
            # One is stored before the next is sent: only the newest of all may be on its way.
            on_its_way = head is settled_heads[-1]
            name = tally.name_place if on_its_way else tally.fail
            name("event-without-row", detail, **where)
            if on_its_way:
                tally.notes.append(_on_its_way(log.name))
        if head.size not in heads.signed:
            tally.fail("head-unsigned", f"size {head.size} is anchored and no tree head is signed", **where)
        elif heads.signed[head.size] != head.event.root:
            detail = f"size {head.size}: the log signed another root than is anchored"
            tally.fail("split-view", detail, **where)


def _on_its_way(log: str) -> Phrase:
    text = f"the newest head that the contract accepted of {log} is not stored, or not yet"
    return Phrase(text, f"{log} 中合约最新接受的树头（尚）未入库")


def _whole(text: str | None) -> str:
    """PostgreSQL's epoch text without a fraction of zeroes."""
    return (text or "").partition(".")[0] if (text or "").partition(".")[2].strip("0") == "" else str(text)
