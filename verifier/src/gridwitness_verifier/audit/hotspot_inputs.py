"""What a snapshot has to rest on, by the records of its log below its size (docs/format.md section 21)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from gridwitness_verifier.hotspots.recompute import Told, family_of
from gridwitness_verifier.log.scratch import Scratch

ANOMALY, REVIEW, BATCH = "truck.anomaly.v2", "truck.review.v1", "feed.batch.v1"
MOST_HASHES = 4_000_000
"""Hashes that looking for one omitted leaf may take."""

_HEX = re.compile(r"[0-9a-f]{1,16}")
_INDEX = "CREATE INDEX IF NOT EXISTS statement_subject ON statement (log, sub, leaf)"
_SUBJECTS = """
SELECT leaf, hash, jti, sub, kind, fields FROM statement
WHERE log = ? AND leaf < ? AND kind IN ('truck.anomaly.v2', 'truck.review.v1') ORDER BY sub, leaf
"""
_BATCHES = """
SELECT leaf, hash, jti, sub, fields ->> 'captured_from', fields ->> 'captured_to' FROM statement
WHERE log = ? AND leaf < ? AND kind = 'feed.batch.v1'
"""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One record that a snapshot rests on."""

    index: int
    leaf_hash: bytes
    jti: str
    sub: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """Leaves in the log's order, and the anomalies that count; `erased`: plates nobody can count any more."""

    leaves: list[Leaf]
    anomalies: list[Told]
    erased: int


def read_inputs(
    scratch: Scratch, log: str, size: int, family: str, period: tuple[str, str], zone: ZoneInfo
) -> Inputs:
    """`period` as the record has it: times as text, which order as the times do."""
    scratch.execute(_INDEX)
    inputs = Inputs([], [], 0)
    erased = 0
    subject: list[tuple[Any, ...]] = []
    for row in [*scratch.rows(_SUBJECTS, (log, size)), None]:
        if subject and (row is None or row[3] != subject[0][3]):
            erased += _take(inputs, subject, family, period, zone)
            subject = []
        if row is not None:
            subject.append(row)
    for leaf, digest, jti, sub, begins, ends in scratch.rows(_BATCHES, (log, size)):
        if isinstance(begins, str) and isinstance(ends, str) and begins < period[1] and ends >= period[0]:
            inputs.leaves.append(Leaf(leaf, digest, jti, sub))
    inputs.leaves.sort(key=lambda leaf: leaf.index)
    return Inputs(inputs.leaves, inputs.anomalies, erased)


def _take(
    inputs: Inputs, rows: list[tuple[Any, ...]], family: str, period: tuple[str, str], zone: ZoneInfo
) -> int:
    """A subject's leaves and its anomaly, where they belong; whether its plate is erased."""
    newest: dict[str, Any] | None = None
    outcome = None
    for _, _, _, _, kind, text in rows:
        fields = json.loads(text)
        if kind == ANOMALY:
            newest = fields
        else:
            outcome = fields.get("outcome")
    if newest is None or not _belongs(newest, family, period):
        return 0
    inputs.leaves.extend(Leaf(*row[:4]) for row in rows)
    if newest.get("state") != "suspected" or outcome == "excluded":
        return 0
    when = datetime.fromisoformat(newest["occurred_at"])
    cell, plate = newest.get("cell"), newest.get("plate")
    place = int(cell, 16) if isinstance(cell, str) and _HEX.fullmatch(cell) else None
    inputs.anomalies.append(
        Told(place, plate, newest.get("carrier"), when.astimezone(zone).hour, str(newest.get("rule")))
    )
    return 0 if "plate" in newest else 1


def _belongs(fields: dict[str, Any], family: str, period: tuple[str, str]) -> bool:
    when, rule = fields.get("occurred_at"), fields.get("rule")
    if not isinstance(when, str) or not isinstance(rule, str) or not period[0] <= when < period[1]:
        return False
    return family_of(rule, fields.get("checkpoint")) == family


def root_of(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162 section 2.1.1."""
    level = list(leaves)
    if not level:
        return sha256(b"").digest()
    while len(level) > 1:
        pairs = [sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def omitted(leaves: Sequence[Leaf], root: bytes) -> list[Leaf] | None:
    """What was left out, where leaving out one subject or one leaf gives this root; None: not found."""
    subjects = list({leaf.sub: None for leaf in leaves})
    for left_out in _candidates(leaves, subjects):
        rest = [leaf.leaf_hash for leaf in leaves if leaf not in left_out]
        if root_of(rest) == root:
            return [leaf for leaf in leaves if leaf in left_out]
    return None


def _candidates(leaves: Sequence[Leaf], subjects: list[str]) -> list[frozenset[Leaf]]:
    whole = [frozenset(leaf for leaf in leaves if leaf.sub == sub) for sub in subjects]
    single = [frozenset({leaf}) for leaf in leaves]
    found = [*whole, *single]
    return found if len(found) * max(len(leaves), 1) <= MOST_HASHES else []
