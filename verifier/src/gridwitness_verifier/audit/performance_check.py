"""The check `performance` (docs/format.md section 27): the figures of a period are those that the log gives.

1. numbers of an agency have no gap
2. the one file is there, and hashes to the result
3. every figure is recounted from the effects below the snapshot's size
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from gridwitness_verifier import strict_json
from gridwitness_verifier.audit.event_reader import rows_below
from gridwitness_verifier.audit.event_rules import EventRules
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.events.figures import Figure, Tallies, as_figures
from gridwitness_verifier.events.standing import Period, Standing
from gridwitness_verifier.report import Phrase

if TYPE_CHECKING:
    from gridwitness_verifier.audit.audit import Audit
    from gridwitness_verifier.audit.entry_pass import LogWalk

_SNAPSHOTS = """
SELECT log, leaf, jti, sub, seq, fields FROM statement
WHERE kind = 'performance.snapshot.v1' ORDER BY log, leaf IS NULL, leaf
"""
_TYPES = {
    **dict.fromkeys(("number", "size", "events"), int),
    **dict.fromkeys(("period_from", "period_to", "metrics", "result"), str),
    "files": list,
}
_LONGEST_FILE = 256 * 2**20
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Stated:
    """A snapshot as its record says; `where` is its place in the log."""

    agency: str
    log: str
    leaf: int | None
    fields: Mapping[str, Any]
    where: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.agency}/{self.fields['number']}"


def check_performance(audit: Audit, walks: dict[str, LogWalk], rules: EventRules) -> bool:
    """Whether there is a snapshot; if so its figures are recounted, with findings in `performance`."""
    check = _PerformanceCheck(audit, walks, rules)
    stated = [*check.read()]
    if not stated and not check.tally.not_evaluated:
        return False
    check.check_numbers(stated)
    for one in stated:
        check.tally.checked += 1
        if one.leaf is not None:
            check.check(one)
    audit.subject["performance_snapshots"] = len(stated)
    return True


class _PerformanceCheck:
    def __init__(self, audit: Audit, walks: dict[str, LogWalk], rules: EventRules) -> None:
        self.tally = audit.tallies["performance"]
        self._audit = audit
        self._walks = walks
        self._rules = rules

    def read(self) -> Iterator[_Stated]:
        for log, leaf, jti, sub, seq, text in self._audit.scratch.rows(_SNAPSHOTS):
            if log not in self._walks:
                continue
            fields = json.loads(text)
            if any(type(fields.get(name)) is not kind for name, kind in _TYPES.items()):
                self.tally.not_evaluated.append(f"leaf {leaf} of {log} does not show all its fields")
                continue
            agency = self._walks[log].log.pin.agency
            where = {"log": log, "index": leaf, "jti": jti, "sub": sub, "seq": seq}
            yield _Stated(agency, log, leaf, fields, {**where, "key": f"{agency}/{fields['number']}"})

    def check_numbers(self, stated: list[_Stated]) -> None:
        numbers: dict[str, int] = defaultdict(int)
        for one in stated:
            if one.fields["number"] != numbers[one.agency] + 1:
                detail = f"number {one.fields['number']} where {numbers[one.agency] + 1} has to be"
                self.tally.fail("performance-number", detail, **one.where)
            numbers[one.agency] = one.fields["number"]

    def check(self, one: _Stated) -> None:
        if one.leaf is not None and one.fields["size"] > one.leaf:
            self.tally.fail("performance-size", "made of more of the log than came before it", **one.where)
            return
        told = self._read_file(one)
        dictionary = self._rules.dictionaries.get(one.fields["metrics"])
        if told is None:
            return
        if dictionary is None:
            text = f"{one.name}: no record publishes its dictionary of metrics"
            self.tally.not_evaluated.append(Phrase(text, f"{one.name}：所依据的指标字典未见发布记录"))
            return
        tallies = Tallies(dictionary, one.agency)
        period = Period.of(one.fields["period_from"], one.fields["period_to"])
        line = self._audit.trust.line_of[one.log]
        for rows in rows_below(self._audit.scratch, line, one.log, one.fields["size"]):
            event = next(iter(rows.get("event", [])), None)
            if event is not None and event.get("agency") == one.agency:
                tallies.add(Standing(period, event, rows))
        if tallies.events != one.fields["events"]:
            detail = f"{one.fields['events']} events counted; the log gives {tallies.events}"
            self.tally.fail("performance-events", detail, **one.where)
        self._compare(one, told, tallies.figures())

    def _compare(self, one: _Stated, told: dict[Key, Figure], right: dict[Key, Figure]) -> None:
        for key in sorted(told.keys() | right.keys()):
            said, found = told.get(key), right.get(key)
            if said == found:
                continue
            by, of, metric = key
            detail = f"{metric} of {by} {of}: {_shown(said)}; the log gives {_shown(found)}"
            self.tally.fail("performance-figure", detail[:300], **one.where)

    def _read_file(self, one: _Stated) -> dict[Key, Figure] | None:
        """The figures of the snapshot's file, None where they can not be read (and why is said)."""
        named = [file for file in one.fields["files"] if isinstance(file, dict)]
        if len(named) != 1 or named[0].get("sha256") != one.fields["result"]:
            self.tally.fail("performance-file", "its one file is not that of the result", **one.where)
            return None
        folder, digest = self._audit.files, str(one.fields["result"])
        if folder is None or not folder.is_dir():
            text = f"{one.name}: there is no folder to look for its figures in"
            self.tally.not_evaluated.append(Phrase(text, f"{one.name}：没有可查的文件夹"))
            return None
        path = folder / digest[:2] / digest
        try:
            data = path.read_bytes() if path.is_file() and path.stat().st_size <= _LONGEST_FILE else None
        except OSError:
            data = None
        if data is None or sha256(data).hexdigest() != digest:
            detail = "the file of its figures is missing, or another one"
            self.tally.fail("performance-file", detail, file=digest, **one.where)
            return None
        try:
            found = as_figures(strict_json.loads(data))
        except VerificationError:
            found = None
        period = [one.fields["period_from"], one.fields["period_to"]]
        if found is None or found[0] != period:
            detail = "its file holds no figures of this period"
            self.tally.fail("performance-form", detail, file=digest, **one.where)
            return None
        return found[1]


def _shown(figure: Figure | None) -> str:
    if figure is None:
        return "nothing"
    numerator, denominator, value = figure
    return f"{value}" if denominator is None else f"{numerator}/{denominator} = {value}"
