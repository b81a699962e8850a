"""What this process has counted, in the text form that Prometheus reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

_PREFIX = "gridwitness_gat1400"
_NAMES = {
    "messages_total": "Bodies kept, by feed.",
    "passages_total": "Passages stored, by feed.",
    "letters_total": "Objects and bodies that became dead letters, by feed and code.",
    "repeated_total": "Objects that had come before, by feed.",
    "dropped_total": "Members and pictures dropped at the door, by feed.",
    "refused_total": "Requests refused, by code.",
}


class Counters:
    """Counted in the event loop only."""

    def __init__(self) -> None:
        self._counted: dict[str, dict[tuple[tuple[str, str], ...], int]] = {
            name: defaultdict(int) for name in _NAMES
        }

    def add(self, name: str, number: int = 1, **labels: str) -> None:
        """Add to a counter; labels are words of ours or names of feeds."""
        if number:
            self._counted[name][tuple(sorted(labels.items()))] += number

    def value(self, name: str, **labels: str) -> int:
        """What a counter has."""
        return self._counted[name].get(tuple(sorted(labels.items())), 0)

    def text(self, gauges: Mapping[str, float]) -> str:
        """Counters, and gauges as they are now."""
        lines = []
        for name, words in _NAMES.items():
            lines += [f"# HELP {_PREFIX}_{name} {words}", f"# TYPE {_PREFIX}_{name} counter"]
            for labels, number in sorted(self._counted[name].items()):
                told = ",".join(f'{label}="{value}"' for label, value in labels)
                lines.append(f"{_PREFIX}_{name}{{{told}}} {number}")
        for name, value in gauges.items():
            lines += [f"# TYPE {_PREFIX}_{name} gauge", f"{_PREFIX}_{name} {value:g}"]
        return "\n".join(lines) + "\n"
