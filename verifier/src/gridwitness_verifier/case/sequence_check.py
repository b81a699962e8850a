"""`case` and `event`: the records are those of one subject, one after the other, none left out between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..log.tally import Tally
from ..report import Phrase
from ..trust import Trust
from .dossier import Dossier, Sheet
from .file import CaseFile


class Filed(Protocol):
    """A file of one subject's records, under check."""

    file: CaseFile
    trust: Trust
    records: Sequence[Sheet]
    unread: int


def check_case(dossier: Dossier) -> None:
    """The records of a case file."""
    dossier.whole = check_sequence(dossier, dossier.tallies["case"])


def check_sequence(dossier: Filed, tally: Tally) -> bool:
    """Subject and log of every record, `seq` without gap, `prev`, and the order in the log.

    Gives whether all of that holds.
    """
    tally.checked = len(dossier.file.records)
    if dossier.unread:
        text = f"{dossier.unread} records can not be read"
        tally.not_evaluated.append(Phrase(text, f"{dossier.unread} 条记录无法读取"))
    expected, before = 0, None
    for sheet in dossier.records:
        _check_place(dossier, tally, sheet)
        if before is not None and sheet.line_place > before.line_place:
            # A subject begins again in a successor of its log (section 4).
            expected, before = 0, None
        if sheet.entry.seq < expected:
            tally.fail("fork", f"seq {sheet.entry.seq} is there twice, or out of order", **sheet.where)
            continue
        if sheet.entry.seq > expected:
            detail = f"seq {expected} to {sheet.entry.seq - 1} missing before this record"
            tally.fail("gap", detail, **sheet.where)
        elif before is not None and sheet.entry.prev != before.entry.digest:
            tally.fail("prev", "prev names another entry", **sheet.where)
        _check_order(tally, before, sheet)
        expected, before = sheet.entry.seq + 1, sheet
    return not tally.failures and not tally.not_evaluated


def _check_place(dossier: Filed, tally: Tally, sheet: Sheet) -> None:
    entry = sheet.entry
    if entry.sub != dossier.file.sub:
        tally.fail("case-subject", f"of another subject than {dossier.file.sub}", **sheet.where)
    line_of = dossier.trust.line_of
    own, other = (line_of.get(origin.rpartition("/")[2]) for origin in (dossier.file.origin, entry.aud))
    if own is None or own != other:
        tally.fail("foreign", f"of another line of logs than {dossier.file.origin}", **sheet.where)


def _check_order(tally: Tally, before: Sheet | None, sheet: Sheet) -> None:
    earlier = None if before is None else before.case.proof
    later = sheet.case.proof
    if earlier is not None and later is not None and later.index <= earlier.index:
        detail = f"leaf {later.index} stands before leaf {earlier.index} in the log"
        tally.fail("order", detail, index=later.index, **sheet.where)
