"""Receipts a relying party keeps: what the log promised, and whether it kept it (format §6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gridwitness_verifier.errors import Unusable, VerificationError
from gridwitness_verifier.log.contract_history import LogHistory
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.receipt import Receipt, open_receipt
from gridwitness_verifier.trust import LogTrust

_MAXIMUM_RECEIPT = 16_384
_MAXIMUM_FILES = 1_000_000


@dataclass
class KeptReceipt:
    """A receipt in a file; `index` is the leaf that carries it, once it is found."""

    file: str
    receipt: Receipt
    index: int | None = None


class ReceiptFolder:
    """All receipts of a folder, by log and leaf hash."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._by_log: dict[str, dict[bytes, list[KeptReceipt]]] = {}

    def read(self, folder: Path, logs: Iterable[LogTrust]) -> None:
        """Open every file of the folder as a receipt of one of `logs`;
        raises Unusable `receipts-unreadable`.
        """
        pinned = {log.origin: log for log in logs}
        try:
            files = sorted(path for path in folder.iterdir() if path.is_file())[:_MAXIMUM_FILES]
        except OSError as error:
            raise Unusable("receipts-unreadable", f"cannot read {folder}: {error.strerror}") from error
        for path in files:
            self._tally.checked += 1
            try:
                self._open(path, pinned)
            except (OSError, UnicodeDecodeError) as error:
                self._tally.fail("receipt-form", f"not a receipt: {type(error).__name__}", file=path.name)
            except VerificationError as error:
                self._tally.fail(error.code, error.message, file=path.name)

    def _open(self, path: Path, pinned: dict[str, LogTrust]) -> None:
        with path.open("rb") as file:
            note = file.read(_MAXIMUM_RECEIPT + 1).decode("utf-8")
        origin = note.split("\n", 2)[1] if note.count("\n") > 1 else ""
        log = pinned.get(origin)
        if log is None:
            raise VerificationError("foreign-log", "a receipt of no log that is checked here")
        receipt = open_receipt(note, log.vkey)
        if receipt.anchor_by > receipt.received + log.maximum_merge_delay:
            self._tally.fail("receipt-delay", "anchor-by is later than the log may promise", file=path.name)
        kept = KeptReceipt(path.name, receipt)
        self._by_log.setdefault(origin, {}).setdefault(receipt.leaf_hash, []).append(kept)

    def see(self, origin: str, index: int, leaf_hash: bytes) -> None:
        """A leaf of a log."""
        for kept in self._by_log.get(origin, {}).get(leaf_hash, ()):
            kept.index = index

    def judge(self, log: LogTrust, history: LogHistory | None, now: int | None) -> None:
        """After all leaves of a log: what is due and not there was dropped; `now` in Unix seconds."""
        sizes = [head.size for head in history.standing] if history else []
        anchored = sizes[-1] if sizes else 0
        for receipts in self._by_log.get(log.origin, {}).values():
            for kept in receipts:
                self._judge(kept, log, anchored, now)

    def _judge(self, kept: KeptReceipt, log: LogTrust, anchored: int, now: int | None) -> None:
        where = {"log": log.name, "index": kept.index, "file": kept.file}
        if kept.index is not None and kept.index < anchored:
            return
        state = "not in the log" if kept.index is None else "in the log and not anchored"
        if now is None:
            self._tally.not_evaluated.append(f"{kept.file}: {state}, and no chain tells the time")
        elif now > kept.receipt.anchor_by:
            detail = f"promised at {kept.receipt.received} by {kept.receipt.anchor_by}, {state} at {now}"
            self._tally.fail("omitted" if kept.index is None else "overdue", detail, **where)
        else:
            detail = f"{state}, due in {kept.receipt.anchor_by - now} s"
            self._tally.name_place("not-due", detail, **where)
