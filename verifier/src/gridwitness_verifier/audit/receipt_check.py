"""Receipts of stored records: the log's own promise, for these bytes, kept in time (format §6)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from gridwitness_verifier.audit.stored_record import StoredRecord
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.log.audited_log import AuditedLog
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.receipt import Receipt, open_receipt


class ReceiptCheck:
    """Checks one stored receipt after the other;
    `now` (Unix seconds) is None when no clock can be trusted.
    """

    def __init__(self, tally: Tally, now: int | None) -> None:
        self._tally = tally
        self._now = now
        self.pending = 0
        self.late = 0

    def check(self, stored: StoredRecord, log: AuditedLog, leaf_hash: bytes | None) -> None:
        """One record's receipt: signed by the log, for this entry, and not overdue."""
        self._tally.checked += 1
        try:
            receipt = open_receipt(stored.receipt or "", log.vkey)
        except VerificationError as error:
            self._tally.fail(error.code, f"receipt: {error.message}", **stored.at("receipt"))
            return
        if receipt.leaf_hash != leaf_hash:
            self._tally.fail(
                "receipt-leaf", "the log promised other bytes than are stored", **stored.at("receipt")
            )
        if receipt.anchor_by > receipt.received + log.maximum_merge_delay:
            detail = f"anchor-by is more than {log.maximum_merge_delay} s after received"
            self._tally.fail("receipt-delay", detail, **stored.at("receipt"))
        if _seconds(stored.received_at) != receipt.received:
            detail = f"received_at is {stored.received_at}, the receipt says {receipt.received}"
            self._tally.fail("received-at", detail, **stored.at("received_at"))
        self._check_promise(stored, log, receipt)

    def _check_promise(self, stored: StoredRecord, log: AuditedLog, receipt: Receipt) -> None:
        if log.history is None:
            return
        head = log.covering(stored.leaf_index)
        if head is not None:
            self.late += head.time > receipt.anchor_by
            return
        self.pending += 1
        closed = log.history.closed
        if closed is not None and (stored.leaf_index is None or stored.leaf_index >= closed.size):
            detail = f"accepted, and its log was closed at size {closed.size} before it was anchored"
            self._tally.dispute("stranded", detail, **stored.where)
            return
        if self._now is not None and self._now > receipt.anchor_by:
            state = "not sequenced" if stored.leaf_index is None else "not anchored"
            detail = f"accepted and {state}, due {self._now - receipt.anchor_by} s ago"
            self._tally.fail("overdue", detail, **stored.where)


def _seconds(text: str | None) -> int | None:
    """Whole Unix seconds of PostgreSQL's epoch; None for a fraction, infinity or NULL."""
    try:
        value = Decimal(text or "")
        return int(value) if value == value.to_integral_value() else None
    except (InvalidOperation, OverflowError, ValueError):
        return None
