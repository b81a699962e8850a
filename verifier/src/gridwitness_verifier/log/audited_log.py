"""One log under audit: what the relying party pinned about it, and what the contract accepted of it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from gridwitness_verifier.log.contract_history import AcceptedHead, LogHistory
from gridwitness_verifier.notes import VerifierKey
from gridwitness_verifier.trust import LogTrust


@dataclass
class AuditedLog:
    """A pinned log and its `history`, which is None without an RPC. Times are Unix seconds."""

    pin: LogTrust
    history: LogHistory | None
    heads: list[AcceptedHead] = field(init=False)
    _sizes: list[int] = field(init=False)
    _roots: dict[int, AcceptedHead] = field(init=False)

    def __post_init__(self) -> None:
        self.heads = self.history.standing if self.history else []
        self._sizes = [head.size for head in self.heads]
        # A disowned head was accepted all the same, and an honest signer may have seen it.
        self._roots = {head.size: head for head in (self.history.heads if self.history else [])}

    @property
    def name(self) -> str:
        return self.pin.name

    @property
    def vkey(self) -> VerifierKey:
        return self.pin.vkey

    @property
    def maximum_merge_delay(self) -> int:
        return self.pin.maximum_merge_delay

    @property
    def anchored_size(self) -> int:
        """Leaves under heads that count."""
        return self._sizes[-1] if self._sizes else 0

    def counts(self, leaf_index: int | None) -> bool:
        """Whether what a leaf states is in force: nothing behind a closing head is (format section 4)."""
        closed = self.history.closed if self.history else None
        return closed is None or (leaf_index is not None and leaf_index < closed.size)

    def covering(self, leaf_index: int | None) -> AcceptedHead | None:
        """The first head that contains a leaf; None while it is not anchored."""
        if leaf_index is None:
            return None
        position = bisect_right(self._sizes, leaf_index)
        return self.heads[position] if position < len(self.heads) else None

    def head_at(self, size: int, root: bytes) -> AcceptedHead | None:
        """The head of just this size and root, if the contract accepted it."""
        head = self._roots.get(size)
        return head if head is not None and head.event.root == root else None
