"""Roots recomputed from the stored entries, compared at every size somebody named a root for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.merkle import RootBuilder


@dataclass(frozen=True, slots=True)
class NamedRoot:
    """A root (32 bytes) for a size in leaves, and who named it: `contract`, `tree head` or `anchor row`."""

    size: int
    root: bytes
    source: str


class TreeCheck:
    """Takes a log's leaf hashes in order. A wrong root is located as the leaves since the last right one."""

    def __init__(self, tally: Tally, log: str, roots: Iterable[NamedRoot]) -> None:
        self._tally = tally
        self._log = log
        self._builder = RootBuilder()
        self._roots = sorted(roots, key=lambda named: (named.size, named.source))
        self._next = 0
        self._last_right: dict[str, int] = {}
        self._wrong: set[str] = set()
        self._stopped: str | None = None
        self._compare_reached()

    @property
    def size(self) -> int:
        """Leaves taken so far."""
        return self._builder.size

    def append(self, leaf_hash: bytes) -> None:
        """The next leaf; compares the roots named for the new size."""
        if self._stopped is not None:
            return
        self._builder.append(leaf_hash)
        self._compare_reached()

    def _compare_reached(self) -> None:
        while self._next < len(self._roots) and self._roots[self._next].size <= self._builder.size:
            self._compare(self._roots[self._next])
            self._next += 1

    def stop(self, why: str) -> None:
        """Leaves from here on can not be put together, for example because one is missing."""
        if self._stopped is None:
            self._stopped = why

    def finish(self, *, disputed: bool) -> None:
        """Roots named for sizes beyond the leaves there are; `disputed` when their loss was declared."""
        rest = self._roots[self._next :]
        report = self._tally.dispute if disputed else self._tally.fail
        for source in sorted({named.source for named in rest}):
            ours = [named for named in rest if named.source == source]
            why = self._stopped or f"only {self._builder.size} leaves are there"
            detail = f"{len(ours)} heads by {source} up to size {ours[-1].size} can not be recomputed: {why}"
            report("root-missing", detail, log=self._log, index=self._builder.size)

    def _compare(self, named: NamedRoot) -> None:
        self._tally.checked += 1
        if named.root == self._builder.root():
            self._last_right[named.source] = named.size
            return
        if named.source in self._wrong:
            self._tally.failures += 1
            return
        # Every later root is wrong with this one, so only the first one says where.
        self._wrong.add(named.source)
        first = self._last_right.get(named.source, 0)
        detail = (
            f"the {named.source} of size {named.size} has another root: leaves {first} to {named.size - 1}"
        )
        self._tally.fail("root", detail, log=self._log, index=first)
