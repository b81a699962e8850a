"""When a record was signed (format §12): not before the block of `seen`, not after its anchor."""

from __future__ import annotations

from typing import Any

from gridwitness_verifier.log.audited_log import AuditedLog
from gridwitness_verifier.log.contract_history import AcceptedHead
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.record import Entry
from gridwitness_verifier.report import Phrase


class TimeCheck:
    """Checks the claimed signing time of one record after the other; `tolerance` in seconds."""

    def __init__(self, tally: Tally, tolerance: int) -> None:
        self._tally = tally
        self._tolerance = tolerance
        self.wide = 0
        self.earlier = 0

    def check(self, leaf_index: int | None, log: AuditedLog, entry: Entry) -> int | None:
        """`iat` lies in its interval, and `seen` is a head the contract accepted; gives that head's time."""
        self._tally.checked += 1
        seen = self._seen(leaf_index, log, entry)
        if seen is not None and entry.iat < seen.time - self._tolerance:
            detail = f"iat {entry.iat} is {seen.time - entry.iat} s before the head it names was anchored"
            self._tally.fail("backdated", detail, **_where(leaf_index, log, entry))
        anchor = log.covering(leaf_index)
        earliest = None if seen is None else seen.time
        if anchor is None:
            return earliest
        if entry.iat > anchor.time + self._tolerance:
            detail = f"iat {entry.iat} is {entry.iat - anchor.time} s after it was anchored"
            self._tally.fail("backdated", detail, **_where(leaf_index, log, entry))
        if seen is not None and seen.size > (leaf_index or 0):
            detail = "it names a head that contains it"
            self._tally.fail("seen-after", detail, **_where(leaf_index, log, entry))
        if seen is not None and anchor.time - seen.time > log.maximum_merge_delay + self._tolerance:
            self.wide += 1
        return earliest

    def check_following(self, iat: int, earliest: int, **where: Any) -> None:
        """Name a record that says it was signed before `earliest`, before the one it follows can have been.

        The platform takes it, because its signer chose an old head. So it is named, as lateness is: nothing
        fails.
        """
        if iat < earliest - self._tolerance:
            self.earlier += 1
            detail = f"iat {iat} is {earliest - iat} s before the record it follows can have been signed"
            self._tally.name_place("signed-earlier", detail, **where)

    def _seen(self, leaf_index: int | None, log: AuditedLog, entry: Entry) -> AcceptedHead | None:
        if entry.seen_size is None or entry.seen_root is None:
            first = log.heads[0].time if log.heads else None
            if first is not None and first < entry.iat - self._tolerance:
                detail = f"the log was anchored {entry.iat - first} s before, and no head is named"
                self._tally.fail("seen-missing", detail, **_where(leaf_index, log, entry))
            return None
        head = log.head_at(entry.seen_size, entry.seen_root)
        if head is None:
            detail = f"the contract accepted no head of size {entry.seen_size} with this root"
            self._tally.fail("seen-unknown", detail, **_where(leaf_index, log, entry))
        return head


def _where(leaf_index: int | None, log: AuditedLog, entry: Entry) -> dict[str, Any]:
    return {"log": log.name, "index": leaf_index, "jti": entry.jti, "sub": entry.sub, "seq": entry.seq}


def earlier_note(count: int) -> Phrase:
    """How many records say they were signed before the one they follow can have been."""
    return Phrase(
        f"{count} signed, by their own word, before the record they follow",
        f"{count} 条自称的签名时间早于其所续记录",
    )
