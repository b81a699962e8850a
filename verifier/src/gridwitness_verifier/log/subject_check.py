"""Histories of subjects (format §12):
(`aud`, `sub`, `seq`) unique, no gap, `prev` right, leaf order as `seq`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.log.time_check import TimeCheck

_BY_SUBJECT = """
SELECT log, sub, seq, leaf, prev, digest, jti, iat, earliest FROM entry
ORDER BY log, sub, seq, leaf IS NULL, leaf, jti
"""
_TWICE = "SELECT jti, count(*), min(log), min(leaf) FROM entry GROUP BY jti HAVING count(*) > 1"

_ELSEWHERE = """
SELECT e.sub, min(e.log), max(e.log) FROM entry e JOIN line l ON l.log = e.log
WHERE (SELECT count(DISTINCT line) FROM line) > 1
GROUP BY e.sub HAVING count(DISTINCT l.line) > 1 ORDER BY e.sub
"""

_Row = tuple[str, str, int, int | None, bytes | None, bytes, str, int, int | None]


def check_subjects(tally: Tally, scratch: Scratch, time: TimeCheck | None) -> int:
    """Walk every subject of every log once; gives their number. It begins again in a successor."""
    subjects = 0
    for (log, sub), rows in groupby(scratch.rows(_BY_SUBJECT), key=lambda row: (row[0], row[1])):
        subjects += 1
        _check_subject(tally, log, sub, rows, time)
    for sub, log, other in scratch.rows(_ELSEWHERE):
        detail = f"the same subject stands in {other}, which is not of the same line of logs"
        tally.name_place("subject-elsewhere", detail, log=log, sub=sub)
    tally.checked = subjects
    return subjects


def check_unique(tally: Tally, scratch: Scratch) -> None:
    """A `jti` names one record in all logs."""
    for jti, count, log, leaf in scratch.rows(_TWICE):
        tally.fail("jti-twice", f"{count} entries carry this jti", log=log, index=leaf, jti=jti)


def _check_subject(tally: Tally, log: str, sub: str, rows: Iterator[_Row], time: TimeCheck | None) -> None:
    expected = earliest = 0
    digests: set[bytes] = set()
    last_leaf = -1
    for seq, same in groupby(rows, key=lambda row: row[2]):
        branches = list(same)
        place = {"log": log, "sub": sub, "seq": seq}
        if seq != expected:
            lost = f"seq {expected}" if seq == expected + 1 else f"seq {expected} to {seq - 1}"
            tally.fail("gap", f"{lost} is missing before this record", jti=branches[0][6], **place)
        if len(branches) > 1:
            for _, _, _, leaf, _, _, jti, _, _ in branches:
                tally.fail("fork", f"one of {len(branches)} records here", index=leaf, jti=jti, **place)
        for _, _, _, leaf, prev, _, jti, iat, _ in branches:
            if seq == expected and seq > 0 and prev not in digests:
                tally.fail("prev", "prev names another entry", index=leaf, jti=jti, **place)
            if leaf is not None and leaf < last_leaf:
                tally.fail("order", "stands before an earlier one in the log", index=leaf, jti=jti, **place)
            if time is not None:
                time.check_following(iat, earliest, index=leaf, jti=jti, **place)
        digests = {row[5] for row in branches}
        # A record that has no leaf index yet comes after everything that has one.
        last_leaf = max(2**63 if row[3] is None else row[3] for row in branches)
        expected = seq + 1
        earliest = max(earliest, *(row[8] or 0 for row in branches))
