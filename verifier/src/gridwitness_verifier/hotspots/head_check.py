"""`heads`: each published snapshot is a record of its agency's log, anchored before it was published.

The log's leaves are taken from its hash tiles, which anybody may read; what kind of record a leaf is shows
only to who may read entries.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Unavailable, VerificationError
from ..log.audited_log import AuditedLog
from ..log.contract_history import ContractHistory
from ..log.tally import Tally
from ..log.tile_source import RefusedError, TileSource
from ..log.tree_check import NamedRoot, TreeCheck
from ..merkle import hash_leaf
from ..record import parse_entry
from ..report import Phrase
from ..trust import LogTrust
from .board_reader import Board, PublishedIn

KIND = "hotspot.snapshot.v1"
_WIDTH = 256


class HeadCheck:
    """Looks for the heads of snapshots in the logs of their agencies, log by log."""

    def __init__(self, tally: Tally, board: Board, history: ContractHistory) -> None:
        self._tally = tally
        self._history = history
        self._wanted = {(one.published.agency, one.published.head): one for one in board.snapshots}
        self._found: set[tuple[str, bytes]] = set()

    def look_in(self, pin: LogTrust, source: TileSource) -> None:
        """One log, up to its last anchored head. Raises Unavailable."""
        log = AuditedLog(pin, self._history.log(pin.log_id))
        if not any(agency == pin.agency for agency, _ in self._wanted):
            return
        tree = TreeCheck(
            self._tally, pin.name, [NamedRoot(head.size, head.event.root, "contract") for head in log.heads]
        )
        places: list[tuple[int, PublishedIn]] = []
        for index, leaf in enumerate(_leaves(source, log.anchored_size)):
            tree.append(leaf)
            one = self._wanted.get((pin.agency, leaf))
            if one is not None:
                places.append((index, one))
        tree.finish(disputed=False)
        for index, one in places:
            self._found.add((pin.agency, one.published.head))
            self._check(log, source, index, one)

    def _check(self, log: AuditedLog, source: TileSource, index: int, one: PublishedIn) -> None:
        self._tally.checked += 1
        where = {"log": log.name, "index": index, "key": one.published.name}
        head = log.covering(index)
        if head is None or head.time > one.time:
            self._tally.fail("head-late", "its record was anchored after it was published", **where)
        try:
            kind = _kind(source, index, log.anchored_size, one.published.head)
        except RefusedError:
            text = "entries are not readable without a reader's token: what kind of record a head is, is open"
            note = Phrase(text, "无读者令牌，不能读取条目：快照记录的种类未查")
            if note not in self._tally.notes:
                self._tally.notes.append(note)
            return
        if kind != KIND:
            self._tally.fail("head-kind", f"its record is a {kind}", **where)

    def finish(self) -> None:
        """What was found nowhere."""
        for key, one in self._wanted.items():
            if key not in self._found:
                detail = f"{one.published.name} names a head that is in no anchored log of its agency"
                self._tally.fail("head-missing", detail, key=one.published.name)


def _leaves(source: TileSource, size: int) -> Iterator[bytes]:
    for index in range(-(-size // _WIDTH)):
        yield from source.hashes(0, index, min(_WIDTH, size - index * _WIDTH))


def _kind(source: TileSource, index: int, size: int, head: bytes) -> str:
    """Kind of the entry at a leaf. Raises RefusedError without a reader's token, Unavailable."""
    bundle = index // _WIDTH
    entries = source.entries(bundle, min(_WIDTH, size - bundle * _WIDTH))
    item = entries[index % _WIDTH]
    if hash_leaf(item) != head:
        raise Unavailable("tile", f"the entry served for leaf {index} is not that of its hash")
    try:
        return parse_entry(item.decode("ascii")).kind
    except (UnicodeDecodeError, VerificationError):
        return "malformed entry"
