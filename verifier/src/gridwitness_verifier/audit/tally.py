"""What one named check found: a bounded list of places, and full counts (memory stays flat on a wrecked log)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

LONGEST_LIST = 200
_LONGEST_DETAIL = 400


@dataclass
class Tally:
    """Findings of one check. `failures` and `disputes` count all of them, `locations` holds the first ones."""

    name: str
    checked: int = 0
    failures: int = 0
    disputes: int = 0
    not_evaluated: list[str] = field(default_factory=list)
    claimed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    locations: list[dict[str, Any]] = field(default_factory=list)

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
            place = {name: value for name, value in where.items() if value is not None}
            self.locations.append({**place, "code": code, "detail": detail[:_LONGEST_DETAIL]})
