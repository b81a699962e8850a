"""When a record can have been signed: not before the block of the head it has seen, not after now.

`docs/format.md` section 12; both ends with the deployment's tolerance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridwitness_evidence import Claims
from sqlalchemy.orm import Session

from gridwitness.errors import InvalidInput
from gridwitness.records.logs import anchor_times, first_anchor_times


@dataclass(frozen=True, slots=True)
class SigningTimes:
    """Block times of the heads that a batch has seen, and of every log's first anchor where one has
    seen none.
    """

    anchored: Mapping[tuple[str, int, bytes], datetime]
    first: Mapping[str, datetime]
    tolerance: timedelta

    def check(self, log: str, claims: Claims, now: datetime) -> None:
        """Raise InvalidInput `iat-in-future`, `seen-unknown`, `backdated` or `seen-missing`."""
        latest = int((now + self.tolerance).timestamp())
        if claims.iat > latest:
            raise InvalidInput(
                "iat-in-future",
                f"iat {claims.iat} is after {latest}, the latest now allowed.",
                "set the clock",
            )
        if claims.seen is None:
            self._check_unseen(log, claims)
            return
        block_time = self.anchored.get((log, claims.seen.size, claims.seen.root))
        if block_time is None:
            raise InvalidInput(
                "seen-unknown",
                f"No head of size {claims.seen.size} with that root is anchored.",
                "fetch the subject's head",
            )
        if claims.iat < (block_time - self.tolerance).timestamp():
            raise InvalidInput(
                "backdated",
                f"iat {claims.iat} is before the block of the head it has seen.",
                "set the device's clock",
            )

    def _check_unseen(self, log: str, claims: Claims) -> None:
        first = self.first.get(log)
        if first is not None and claims.iat > (first + self.tolerance).timestamp():
            raise InvalidInput(
                "seen-missing",
                "The log has been anchored; `seen` must name a head.",
                "fetch the subject's head",
            )


def signing_times(session: Session, seen: Iterable[tuple[str, Claims]], tolerance: timedelta) -> SigningTimes:
    """Look up what a batch's records, with the names of their logs, have seen."""
    claimed = list(seen)
    heads = {(log, claims.seen.size, claims.seen.root) for log, claims in claimed if claims.seen is not None}
    unseeing = any(claims.seen is None for _, claims in claimed)
    first = first_anchor_times(session) if unseeing else {}
    return SigningTimes(anchor_times(session, heads), first, tolerance)
