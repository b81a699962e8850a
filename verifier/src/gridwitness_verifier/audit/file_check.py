"""Files: every file that a record names is there, byte for byte, by SHA-256 and SM3."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes

from gridwitness_verifier.audit.snapshot import Snapshot
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally

_CHUNK = 2**20
_ROWS = """
SELECT coalesce(encode(substr(sha256, 1, 64), 'hex'), ''), encode(substr(sm3, 1, 64), 'hex'), size
FROM records.file ORDER BY 1
"""
_NAMED = """
SELECT f.sha256, f.sm3, f.size, f.log, f.leaf, f.jti, f.name, h.sm3, h.size, h.problem, h.stored
FROM file f LEFT JOIN hashed h ON h.sha256 = f.sha256 ORDER BY f.log, f.leaf, f.sha256
"""


@dataclass(frozen=True, slots=True)
class _Found:
    """What lies where the file should lie: its SM3 (hex) and size in bytes, or what is wrong."""

    sm3: str | None
    size: int | None
    problem: str | None


def check_files(tally: Tally, snapshot: Snapshot, scratch: Scratch, folder: Path) -> None:
    """Hash every file once; compare with `records.file` and with every record that names it."""
    scratch.execute(
        "CREATE TABLE hashed (sha256 TEXT PRIMARY KEY, sm3 TEXT, size INTEGER, problem TEXT, stored INTEGER)"
    )
    for digest, sm3, size in snapshot.stream(_ROWS):
        tally.checked += 1
        found = _remember(scratch, folder, digest, stored=True)
        where = {"table": "records.file", "key": digest, "file": digest}
        if found.problem is not None:
            tally.fail(found.problem, "listed in records.file", **where)
        elif (found.sm3, found.size) != (sm3, size):
            tally.fail("altered", f"SM3 or size is not that of the file ({found.size} bytes)", **where)
    unknown = [
        digest
        for (digest,) in scratch.rows(
            "SELECT DISTINCT sha256 FROM file WHERE sha256 NOT IN (SELECT sha256 FROM hashed)"
        )
    ]
    for digest in unknown:
        tally.checked += 1
        _remember(scratch, folder, digest, stored=False)
    for row in scratch.rows(_NAMED):
        _check_named(tally, row)


def _check_named(tally: Tally, row: tuple[Any, ...]) -> None:
    digest, sm3, size, log, leaf, jti, name, found_sm3, found_size, problem, stored = row
    where = {"log": log, "index": leaf, "jti": jti, "field": "files", "file": digest}
    if problem is not None:
        tally.fail(problem, f"a record names it as {name}", **where)
    elif (found_sm3, found_size) != (sm3, size):
        tally.fail("file-differs", f"SM3 or size is not what the record says of {name}", **where)
    if not stored:
        tally.fail("row-missing", "the file is not listed in records.file", **where)


def _remember(scratch: Scratch, folder: Path, digest: str, *, stored: bool) -> _Found:
    found = _hash_file(folder, digest)
    scratch.execute(
        "INSERT OR IGNORE INTO hashed VALUES (?, ?, ?, ?, ?)",
        (digest, found.sm3, found.size, found.problem, int(stored)),
    )
    return found


def _hash_file(folder: Path, digest: str) -> _Found:
    path = folder / digest[:2] / digest
    # A pipe or a device in a file's place would block or never end.
    if not path.is_file():
        return _Found(None, None, "destroyed")
    first, second, size = sha256(), hashes.Hash(hashes.SM3()), 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                first.update(chunk)
                second.update(chunk)
                size += len(chunk)
    except OSError:
        return _Found(None, None, "unreadable")
    if first.hexdigest() != digest:
        return _Found(None, size, "file-altered")
    return _Found(second.finalize().hex(), size, None)


def anything_to_check(snapshot: Snapshot, scratch: Scratch) -> bool:
    """Whether a record names a file or a file is listed."""
    if next(scratch.rows("SELECT 1 FROM file LIMIT 1"), None) is not None:
        return True
    return bool(snapshot.rows("SELECT 1 FROM records.file LIMIT 1"))
