"""What one named check found: a bounded list of places, and full counts (memory stays flat on a
wrecked log).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from gridwitness_verifier.report import Check, Location, Phrase, Result
from gridwitness_verifier.report.phrase import chinese

LONGEST_LIST = 200
_LONGEST_DETAIL = 400


@dataclass
class Tally:
    """Findings of one check. `failures` and `disputes` count all of them, `locations` holds the first
    ones.
    """

    name: str
    checked: int = 0
    failures: int = 0
    disputes: int = 0
    not_evaluated: list[str] = field(default_factory=list)
    claimed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    locations: list[Location] = field(default_factory=list)

    def fail(self, code: str, detail: str, **where: Any) -> None:
        """Something is wrong at this place."""
        self.failures += 1
        self._locate(code, detail, where)

    def dispute(self, code: str, detail: str, **where: Any) -> None:
        """Something is in doubt at this place, and stays as it is."""
        self.disputes += 1
        self._locate(code, detail, where)

    def name_place(self, code: str, detail: str, **where: Any) -> None:
        """Something worth naming at this place that is no failure."""
        self._locate(code, detail, where)

    def _locate(self, code: str, detail: str, where: dict[str, Any]) -> None:
        self.codes[code] += 1
        if len(self.locations) < LONGEST_LIST:
            # A slice of a phrase would lose its Chinese.
            short = detail if len(detail) <= _LONGEST_DETAIL else detail[:_LONGEST_DETAIL]
            self.locations.append(Location(code, short, **where))

    def add(self, further: Tally) -> None:
        """The findings of a later part."""
        self.checked += further.checked
        self.failures += further.failures
        self.disputes += further.disputes
        self.codes.update(further.codes)
        self.locations.extend(further.locations[: LONGEST_LIST - len(self.locations)])

    def check(self, proved: Phrase) -> Check:
        """The check these findings come to; `proved` is what is said when nothing stands against it."""
        result, reason = self._verdict(proved)
        return Check(self.name, result, reason, self.checked, tuple(self.locations))

    def _verdict(self, proved: Phrase) -> tuple[Result, Phrase]:
        codes = ", ".join(f"{code} ×{count}" for code, count in sorted(self.codes.items()))
        notes = "".join(f"; {note}" for note in self.notes)
        notes_zh = "".join(f"；{chinese(note)}" for note in self.notes)
        if self.failures:
            return Result.FAILED, Phrase(
                f"{self.failures} found: {codes}{notes}", f"发现 {self.failures} 处：{codes}{notes_zh}"
            )
        if self.disputes:
            return Result.DISPUTED, Phrase(
                f"{self.disputes} in doubt: {codes}{notes}", f"{self.disputes} 处存疑：{codes}{notes_zh}"
            )
        if self.not_evaluated:
            return Result.NOT_EVALUATED, _joined(self.not_evaluated)
        if self.claimed:
            return Result.CLAIMED, _joined([*self.claimed, *self.notes])
        return Result.PROVED, Phrase(f"{proved}{notes}", f"{chinese(proved)}{notes_zh}")


def _joined(texts: list[str]) -> Phrase:
    return Phrase("; ".join(texts), "；".join(map(chinese, texts)))
