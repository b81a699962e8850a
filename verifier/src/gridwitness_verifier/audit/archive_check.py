"""Archives (docs/format.md section 19): every part is recorded and there, and the database holds its rows."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from heapq import merge
from pathlib import Path

import psycopg
from psycopg import sql

from gridwitness_verifier.audit.archive_files import PartLeaves, check_part_files
from gridwitness_verifier.audit.archive_parts import (
    PART_TABLE,
    ArchivedPart,
    read_parts,
    read_removals,
)
from gridwitness_verifier.audit.catalog import Relation
from gridwitness_verifier.audit.effect_fold import key_text
from gridwitness_verifier.audit.snapshot import Snapshot
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.report import Phrase

_SALT_SIZE = 16
_TABLES = {"passages": "passage", "positions": "position"}
_TIMES = {"passages": "captured_at", "positions": "fixed_at"}
_COLUMNS = {
    "passages": "device checkpoint lane plate plate_color vehicle_class brand color captured_at speed_kmh "
    "reliability marks images",
    "positions": "terminal plate fixed_at lat_e6 lon_e6 speed_dkmh direction alarms status mileage_hm cover "
    "lift load weight_kg backfill extra",
}
_NOT_TEXTS = frozenset(
    [
        "lane", "speed_kmh", "reliability", "marks", "lat_e6", "lon_e6", "speed_dkmh", "direction", "alarms",
        "status", "mileage_hm", "serial", "item", "cover", "lift", "load", "weight_kg",
    ]
)  # fmt: skip
_REPLAYED = "SELECT DISTINCT serial FROM feeds.letter WHERE feed = %s AND state = 'replayed'"
_ROWS_AT_ONCE = 1_000
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
Key = tuple[int, int]


def check_archives(
    tally: Tally,
    snapshot: Snapshot,
    scratch: Scratch,
    catalog: dict[str, Relation],
    folder: Path | None,
    anchored: dict[str, int],
) -> bool:
    """All of it; False where nothing was archived. `anchored`: how far each log is, by name."""
    needed = (PART_TABLE, "trucks.passage", "trucks.position", "feeds.letter")
    if PART_TABLE not in catalog:
        return False
    unusable = [name for name in needed if name not in catalog or not catalog[name].usable]
    if unusable:
        tally.not_evaluated.append(f"{', '.join(unusable)} can not be read as a table")
        return True
    try:
        with snapshot.attempt():
            return _check(tally, snapshot, scratch, folder, anchored)
    except psycopg.Error as error:
        tally.not_evaluated.append(f"the archive could not be read: {error}"[:300])
        return True


def _check(
    tally: Tally, snapshot: Snapshot, scratch: Scratch, folder: Path | None, anchored: dict[str, int]
) -> bool:
    removed = read_removals(tally, scratch, anchored)
    parts, broken = read_parts(tally, snapshot, scratch)
    if not tally.checked and not tally.failures:
        return False
    kept = [part for part in parts if part.sha256 not in removed]
    if len(kept) < len(parts):
        text = f"{len(parts) - len(kept)} parts were removed on record"
        tally.notes.append(Phrase(text, f"{len(parts) - len(kept)} 个归档已按记录到期删除"))
    if folder is None or not folder.is_dir():
        if kept:
            text = f"there is no folder of the archive to look in: {folder or '--archive is not given'}"
            tally.not_evaluated.append(Phrase(text, f"没有可查的归档文件夹：{folder or '未给 --archive'}"))
        return True
    for feed, content in sorted({(part.feed, part.content) for part in kept}):
        mine = [part for part in kept if (part.feed, part.content) == (feed, content)]
        _check_feed(tally, snapshot, folder, mine, whole=(feed, content) not in broken)
    return True


def _check_feed(
    tally: Tally, snapshot: Snapshot, folder: Path, parts: Sequence[ArchivedPart], *, whole: bool
) -> None:
    """The parts of one feed and content; then the rows of the database beside their leaves, where these are
    `whole`.
    """
    feed, content = parts[0].feed, parts[0].content
    leaves = []
    for part in parts:
        tally.checked += 1
        found = check_part_files(tally, folder, part)
        if part.key is None:
            tally.fail("part-key-destroyed", "the salts are gone, and no record says so", **part.where)
        if found is not None:
            leaves.append(found)
    if not whole or len(leaves) < len(parts):
        text = f"rows of {feed}, {content}: not compared, since parts or leaves are missing"
        tally.notes.append(Phrase(text, f"{feed} 的部分归档或叶值缺失，其数据行未逐一比对"))
        return
    replayed = frozenset(serial for (serial,) in snapshot.rows(_REPLAYED, (feed,)))
    walk = _RowWalk(tally, feed, content, leaves, replayed)
    for key, at, row in _rows(snapshot, feed, content):
        walk.see(key, at, row)
    walk.finish()


@dataclass
class _RowWalk:
    """Goes along the rows of a feed and the leaves of its parts, both by (serial, item)."""

    tally: Tally
    feed: str
    content: str
    parts: Sequence[PartLeaves]
    replayed: frozenset[int]
    waiting: int = 0
    _ahead: Iterator[tuple[Key, int, bytes, ArchivedPart]] = field(init=False)
    _next: tuple[Key, int, bytes, ArchivedPart] | None = field(init=False)

    def __post_init__(self) -> None:
        self._ahead = merge(*map(_named, self.parts), key=lambda leaf: leaf[0])
        self._next = next(self._ahead, None)

    def see(self, key: Key, at: str, row: bytes) -> None:
        """The next row of the database."""
        self.tally.checked += 1
        while self._next is not None and self._next[0] < key:
            self._missing(self._next)
            self._next = next(self._ahead, None)
        if self._next is None or self._next[0] != key:
            self._unarchived(key, at)
            return
        _, index, leaf, part = self._next
        self._next = next(self._ahead, None)
        if part.key is not None and _leaf(part.key, index, row) != leaf:
            self._fail("row-altered", f"the row is not row {index} of {part.path}", key)

    def finish(self) -> None:
        """After the last row."""
        while self._next is not None:
            self._missing(self._next)
            self._next = next(self._ahead, None)
        if self.waiting:
            text = f"{self.waiting} rows of {self.feed} are in no part yet"
            self.tally.notes.append(Phrase(text, f"{self.feed} 有 {self.waiting} 行尚未归档"))

    def _missing(self, leaf: tuple[Key, int, bytes, ArchivedPart]) -> None:
        key, index, _, part = leaf
        self._fail("row-destroyed", f"the database does not have row {index} of {part.path}", key)

    def _unarchived(self, key: Key, at: str) -> None:
        """A row that came before a part of its day was made would stand in one."""
        for leaves in self.parts:
            part = leaves.part
            of_its_day = part.captured_from <= at <= part.captured_to
            if of_its_day and key < leaves.last and key[0] not in self.replayed:
                self._fail("row-added", f"no part has it, and {part.path} was made after it", key)
                return
        self.waiting += 1

    def _fail(self, code: str, detail: str, key: Key) -> None:
        place = key_text({"feed": self.feed, "item": str(key[1]), "serial": str(key[0])})
        self.tally.fail(code, detail, table=f"trucks.{_TABLES[self.content]}", key=place)


def _named(leaves: PartLeaves) -> Iterator[tuple[Key, int, bytes, ArchivedPart]]:
    for key, index, leaf in leaves:
        yield key, index, leaf, leaves.part


def _leaf(part_key: bytes, index: int, row: bytes) -> bytes:
    salt = hmac.digest(part_key, index.to_bytes(8, "big"), "sha256")[:_SALT_SIZE]
    return sha256(b"\x00" + salt + row).digest()


def _rows(snapshot: Snapshot, feed: str, content: str) -> Iterator[tuple[Key, str, bytes]]:
    """Every row with its key, its time in whole seconds, and the bytes that were hashed."""
    names = sorted(["item", "serial", *_COLUMNS[content].split()])  # the order of RFC 8785: names are ASCII
    query = sql.SQL(
        "SELECT serial, item, to_char({time} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), {columns}"
        " FROM trucks.{table} WHERE feed = %s ORDER BY serial, item"
    ).format(
        time=sql.Identifier(_TIMES[content]),
        columns=sql.SQL(", ").join(_form(name, content) for name in names),
        table=sql.Identifier(_TABLES[content]),
    )
    for serial, item, at, *values in snapshot.stream(query, (feed,), _ROWS_AT_ONCE):
        row = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        yield (serial, item), at or "", _JSON(row).encode()


def _form(name: str, content: str) -> sql.Composable:
    column = sql.Identifier(name)
    if name == _TIMES[content]:
        return sql.SQL("to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')").format(column)
    if name == "backfill":
        return sql.SQL("CASE {} WHEN true THEN 'true' WHEN false THEN 'false' END").format(column)
    if name in _NOT_TEXTS:
        return column
    return sql.SQL("left({}, {})").format(column, sql.Literal(65_536 if name == "images" else 4_096))
