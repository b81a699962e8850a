"""What the contracts accepted up to one block: every log's heads and closing, every key's life."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from gridwitness_verifier import base64url
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.key_state import PURPOSES, KeyState
from gridwitness_verifier.log.case_history import CaseHistory
from gridwitness_verifier.log.contract_events import (
    AgencyEvent,
    CaseEvent,
    Event,
    KeyEvent,
    LogClosed,
    LogOpened,
    TreeHeadAnchored,
)

_UNKNOWN = KeyState(None, 0, 0, 0, 0, 0, 0, 0, None)


@dataclass(frozen=True, slots=True)
class AcceptedHead:
    """A head the contract accepted; `time` is its block's, in Unix seconds."""

    event: TreeHeadAnchored
    time: int

    @property
    def size(self) -> int:
        return self.event.size


@dataclass
class LogHistory:
    """One log's events in order. `opened` is None when the contract never opened it."""

    opened: LogOpened | None = None
    closed: LogClosed | None = None
    heads: list[AcceptedHead] = field(default_factory=list)

    @property
    def standing(self) -> list[AcceptedHead]:
        """The heads that count: all, or those up to the one the log was closed at."""
        if self.closed is None:
            return self.heads
        return [head for head in self.heads if head.size <= self.closed.size]

    @property
    def disowned(self) -> list[AcceptedHead]:
        """Heads that the closing of the log took back."""
        return self.heads[len(self.standing) :]


class KeyHistory:
    """States of signing keys over time, replayed from the events of `Members`."""

    def __init__(self, time_of: Callable[[int, bytes], int]) -> None:
        self._time_of = time_of
        self._agencies = 0
        self._states: dict[tuple[str, str], list[tuple[int, KeyState]]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """For another process: all that was replayed, without the connection that times were asked from."""
        return {**self.__dict__, "_time_of": None}

    def apply(self, event: KeyEvent | AgencyEvent) -> None:
        """The next event, in the order of the chain."""
        if isinstance(event, AgencyEvent):
            self._agencies += event.change
            return
        states = self._states.setdefault((event.agency, base64url.encode(event.thumbprint)), [])
        before = states[-1][1] if states else _UNKNOWN
        states.append((event.at.block, self._after(before, event)))

    def _after(self, state: KeyState, event: KeyEvent) -> KeyState:
        time = self._time_of(event.at.block, event.at.block_hash)
        if event.kind == "registered":
            return replace(
                state,
                purpose=PURPOSES.get(event.purpose),
                registered_at=time,
                not_before=event.not_before,
                not_after=event.not_after,
                registered_agencies=self._agencies,
            )
        if event.kind == "confirmed":
            return replace(state, confirmed_at=time, confirmed_by=event.confirmer)
        if event.kind == "shrunk":
            return replace(state, not_before=event.not_before, not_after=event.not_after)
        return replace(state, revoked_at=time, compromised_since=event.compromised_since)

    def state(self, agency: str, thumbprint: str, block: int | None = None) -> KeyState:
        """The key's state after `block` (None: the latest); all zero when it was never registered."""
        found = _UNKNOWN
        for at, state in self._states.get((agency, thumbprint), ()):
            if block is not None and at > block:
                break
            found = state
        return found


@dataclass
class ContractHistory:
    """Both contracts' histories up to `block`, whose time is `time` (Unix seconds)."""

    block: int
    time: int
    keys: KeyHistory
    logs: dict[bytes, LogHistory] = field(default_factory=dict)
    cases: CaseHistory = field(default_factory=CaseHistory)

    def log(self, log_id: bytes) -> LogHistory:
        """History of the log with this id (32 bytes), empty when the contract does not know it."""
        return self.logs.get(log_id) or LogHistory()


def replay(
    events: Iterable[Event], *, block: int, time: int, time_of: Callable[[int, bytes], int]
) -> ContractHistory:
    """Put events, in the order of the chain, together; `time_of` gives a block's time by number and hash.

    Raises VerificationError `event-order` where the contract can not have made these events.
    """
    history = ContractHistory(block, time, KeyHistory(time_of))
    for event in events:
        if isinstance(event, KeyEvent | AgencyEvent):
            history.keys.apply(event)
            continue
        if isinstance(event, CaseEvent):
            history.cases.apply(event, time_of(event.at.block, event.at.block_hash))
            continue
        log = history.logs.setdefault(event.log_id, LogHistory())
        if isinstance(event, LogOpened):
            log.opened = event
        elif isinstance(event, LogClosed):
            log.closed = event
        else:
            size = log.heads[-1].size if log.heads else 0
            if event.old_size != size or event.size <= size:
                detail = f"the RPC gives a head {event.old_size} → {event.size} after size {size}"
                raise VerificationError("event-order", detail)
            log.heads.append(AcceptedHead(event, time_of(event.at.block, event.at.block_hash)))
    return history
