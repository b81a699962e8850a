"""Typed binding of `RecordLog`: the tree heads the chain has accepted, per log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .agency import agency_code, agency_word
from .contract import Call, Contract, Event

TREE_HEAD_ANCHORED = "TreeHeadAnchored"


@dataclass(frozen=True)
class LogState:
    """A log's head and terms; `maximum_merge_delay` in seconds; `successor`, `predecessor`: log ids or
    None.
    """

    root: bytes
    size: int
    maximum_merge_delay: int
    closed: bool
    anchorer: str
    agency: str
    successor: bytes | None
    predecessor: bytes | None


@dataclass(frozen=True)
class TreeHeadAnchored:
    """An accepted tree head; `log_index` counts the logs of the block, `transaction` and `block_hash` are
    `0x…`.
    """

    log_id: bytes
    old_size: int
    new_size: int
    root: bytes
    block_number: int
    block_hash: str
    transaction: str
    log_index: int


@dataclass(frozen=True)
class LogOpened:
    """A log that was opened; `predecessor` is a log id or None."""

    log_id: bytes
    agency: str
    origin: str
    anchorer: str
    maximum_merge_delay: int
    predecessor: bytes | None
    block_number: int


class RecordLog(Contract):
    """Builders return a `Call`: `append` is the anchorer's, the others go through governance."""

    def open_log(self, origin: str, agency: str, anchorer: str, maximum_merge_delay: int) -> Call:
        return self.call("openLog", origin, agency_word(agency), anchorer, maximum_merge_delay)

    def append(
        self, log_id: bytes, old_size: int, new_size: int, new_root: bytes, consistency_proof: Sequence[bytes]
    ) -> Call:
        return self.call("append", log_id, old_size, new_size, new_root, list(consistency_proof))

    def close_log(
        self,
        log_id: bytes,
        size: int,
        root: bytes,
        proof: Sequence[bytes],
        successor_origin: str,
        successor_anchorer: str,
    ) -> Call:
        return self.call("closeLog", log_id, size, root, list(proof), successor_origin, successor_anchorer)

    def replace_anchorer(self, log_id: bytes, anchorer: str) -> Call:
        return self.call("replaceAnchorer", log_id, anchorer)

    def log_of(self, log_id: bytes, block: int | str = "latest") -> LogState | None:
        """The log's state, or None when it was never opened."""
        root, size, delay, closed, anchorer, agency, successor, predecessor = self.view(
            "logOf", log_id, block=block
        )
        code = agency_code(agency)
        if code is None:
            return None
        return LogState(root, size, delay, closed, anchorer, code, _some(successor), _some(predecessor))

    def heads(
        self, from_block: int, to_block: int | None = None, *, log_id: bytes | None = None
    ) -> Iterator[TreeHeadAnchored]:
        """Accepted tree heads in chain order, of one log or of all."""
        for event in self.events(from_block, to_block, name=TREE_HEAD_ANCHORED, topic=log_id):
            yield _head(event)

    def opened(self, from_block: int, to_block: int | None = None) -> Iterator[LogOpened]:
        """Logs in the order they were opened."""
        for event in self.events(from_block, to_block, name="LogOpened"):
            values = event.values
            yield LogOpened(
                values["logId"],
                agency_code(values["agency"]) or "",
                values["origin"],
                values["anchorer"],
                values["maximumMergeDelay"],
                _some(values["predecessor"]),
                event.block_number,
            )


def log_id(origin: str) -> bytes:
    """SHA-256 of the origin (format.md §6)."""
    return hashlib.sha256(origin.encode("ascii")).digest()


def _head(event: Event) -> TreeHeadAnchored:
    values = event.values
    place = (event.block_number, event.block_hash, event.transaction, event.position)
    return TreeHeadAnchored(values["logId"], values["oldSize"], values["newSize"], values["root"], *place)


def _some(word: bytes) -> bytes | None:
    return word if any(word) else None
