"""Archived parts as records, rows of `trucks.part` and records of removal say (docs/format.md section 19)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from gridwitness_verifier import base64url
from gridwitness_verifier.audit.effect_fold import key_text
from gridwitness_verifier.audit.snapshot import Snapshot
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.truck_kinds import ARCHIVED, EXPIRED

PART_TABLE = "trucks.part"
CONTENTS = ("passages", "positions")

_COLUMNS = (
    "feed", "content", "day", "part", "rows", "root", "sha256", "size", "captured_from", "captured_to",
)  # fmt: skip
_ROWS = """
SELECT record::text, left(feed, 200), left(content, 40), day::text, part, rows, left(root, 100),
       left(sha256, 100), size,
       to_char(captured_from AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       to_char(captured_to AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), substr(key, 1, 33)
FROM trucks.part ORDER BY feed, content, day, part
"""
_RECORDS = "SELECT log, leaf, jti, sub, seq, fields FROM statement WHERE kind = ? ORDER BY log, leaf"
_FEED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_KEY_SIZE = 32


@dataclass(frozen=True, slots=True)
class ArchivedPart:
    """One part as its record says; `key` is the database's."""

    feed: str
    content: str
    day: str
    part: int
    rows: int
    root: bytes
    sha256: str
    captured_from: str
    captured_to: str
    key: bytes | None

    @property
    def path(self) -> str:
        """Its file below the archive's folder, without its ending."""
        return f"{self.feed}/{self.day}/{self.content}-{self.part}"

    @property
    def where(self) -> dict[str, Any]:
        """Its place in a report."""
        return {"table": PART_TABLE, "key": _key(self.feed, self.content, self.day, self.part)}


def read_removals(tally: Tally, scratch: Scratch, anchored: dict[str, int]) -> frozenset[str]:
    """Digests of the files that records of removal took away. One that is not anchored takes nothing."""
    files: set[str] = set()
    for log, leaf, jti, sub, seq, text in scratch.rows(_RECORDS, (EXPIRED,)):
        tally.checked += 1
        fields = json.loads(text)
        if fields.get("requested_by") == fields.get("approved_by"):
            place = {"log": log, "index": leaf, "jti": jti, "sub": sub, "seq": seq}
            tally.fail("expiry-alone", "who asked for the removal approved it", **place)
        elif leaf is not None and leaf < anchored.get(log, 0):
            files |= {digest for digest in fields.get("parts") or () if isinstance(digest, str)}
    return frozenset(files)


def read_parts(
    tally: Tally, snapshot: Snapshot, scratch: Scratch
) -> tuple[list[ArchivedPart], set[tuple[str, str]]]:
    """The parts that record and row agree on, and feeds and contents of which others do not; those fail."""
    parts: list[ArchivedPart] = []
    broken: set[tuple[str, str]] = set()
    records: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    for log, leaf, jti, sub, seq, text in scratch.rows(_RECORDS, (ARCHIVED,)):
        place = {"log": log, "index": leaf, "jti": jti, "sub": sub, "seq": seq}
        records[jti] = (json.loads(text), place)
    for jti, *values, key in snapshot.rows(_ROWS):
        tally.checked += 1
        row = dict(zip(_COLUMNS, values, strict=True))
        fields, _ = records.pop(jti, (None, None))
        if _agrees(tally, row, fields, jti) and (part := _part(row, key)) is not None:
            parts.append(part)
        else:
            broken.add((row["feed"], row["content"]))
    for fields, place in records.values():
        broken.add((str(fields.get("feed")), str(fields.get("content"))))
        name = f"{fields.get('feed')} {fields.get('day')} {fields.get('content')}-{fields.get('part')}"
        tally.fail("archive-without-row", f"trucks.part does not have {name[:120]}", **place)
    return parts, broken


def _agrees(tally: Tally, row: dict[str, Any], fields: dict[str, Any] | None, jti: str) -> bool:
    where = {
        "table": PART_TABLE,
        "key": _key(row["feed"], row["content"], row["day"], row["part"]),
        "jti": jti,
    }
    if fields is None:
        tally.fail("archive-without-record", "no record of the log is named by this row", **where)
        return False
    different = [name for name in _COLUMNS if name in fields and fields[name] != row[name]]
    for name in different:
        tally.fail("archive-differs", f"{name} is not that of the record", column=name, **where)
    if not different and _part(row, None) is None:
        tally.fail("archive-form", "the record's fields have not their form", **where)
    return not different


def _part(row: dict[str, Any], key: bytes | None) -> ArchivedPart | None:
    if not (_FEED.fullmatch(row["feed"]) and row["content"] in CONTENTS and _DAY.fullmatch(row["day"])):
        return None
    try:
        root = base64url.decode(row["root"])
    except VerificationError:
        return None
    held = bytes(key) if key is not None and len(key) == _KEY_SIZE else None
    told = {name: row[name] for name in _COLUMNS if name not in ("root", "size")}
    return ArchivedPart(**told, root=root, key=held)


def _key(feed: Any, content: Any, day: Any, part: Any) -> str:
    return key_text({"content": str(content), "day": str(day), "feed": str(feed), "part": str(part)})
