"""A snapshot's cells once more, from the anomalies' records and the exposure (docs/format.md section 21).

Plain arithmetic on purpose: it shares neither code nor libraries of arrays with the platform.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import erfc, sqrt

from h3.api import basic_int as h3

from ..errors import VerificationError
from .cells import RULES, Cell, is_index, parent_index, resolution_of

LEAST_CARRIERS = 3
MOST_CELLS = 1_500
ALPHA = 0.05
_ROUNDING = 1e-6
"""Sums of floating point may fall to either side of a half; the exact value does not tell more."""


@dataclass(frozen=True, slots=True)
class Told:
    """An anomaly that counts. `plate` None: unknown. `hour`: local."""

    cell: int | None
    plate: str | None
    carrier: str | None
    hour: int
    rule: str


@dataclass(slots=True)
class Expected:
    """What a cell has to say; `z` and `p` as computed, not rounded."""

    anomalies: int = 0
    plates: set[str] = field(default_factory=set)
    carriers: set[str | None] = field(default_factory=set)
    hours: Counter[int] = field(default_factory=Counter)
    rules: set[str] = field(default_factory=set)
    z: float = 0.0
    rate: int = 0
    significant: bool = False
    doubtful: bool = False
    """The p-value lies at the very limit of significance."""


def parse_exposure(data: bytes, resolution: int) -> dict[int, int]:
    """Counts by cell. Raises VerificationError `exposure-form`."""
    exposure: dict[int, int] = {}
    last = 0
    for start in range(0, len(data), 12):
        cell = int.from_bytes(data[start : start + 8], "big")
        count = int.from_bytes(data[start + 8 : start + 12], "big")
        if len(data) % 12 or cell <= last or count == 0 or not is_index(cell, resolution):
            raise VerificationError("exposure-form", "exposure is cells in order, each with its count")
        exposure[cell] = count
        last = cell
    return exposure


def family_of(rule: str, checkpoint: str | None) -> str:
    """What an anomaly is counted with."""
    at_checkpoint = rule in ("NO_PERMIT", "EXPIRED", "ROUTE_DEV", "TIME_WIN") and checkpoint is not None
    return "passages" if rule.startswith("BLACK_") or at_checkpoint else "positions"


def expected_cells(
    anomalies: Iterable[Told], exposure: Mapping[int, int], resolution: int
) -> dict[int, Expected]:
    """Every cell with anomalies, hidden ones too."""
    found: dict[int, Expected] = defaultdict(Expected)
    for one in anomalies:
        home = _home(one.cell, exposure, resolution)
        if home is not None:
            _add(found[home], one)
    rates = {cell: 1_000 * _count(found, cell) / exposure[cell] for cell in sorted(exposure)}
    scores = dict(zip(rates, _gi_star(rates), strict=True))
    limit = _limit([erfc(z / sqrt(2)) / 2 for z in scores.values()])
    for cell, expected in found.items():
        expected.z = scores[cell]
        expected.rate = min(round(Fraction(10_000 * expected.anomalies, exposure[cell])), 0xFFFF)
        p = erfc(expected.z / sqrt(2)) / 2
        expected.significant = p <= limit
        expected.doubtful = abs(p - limit) <= 1e-9 * limit
    return dict(found)


def shown_cells(found: Mapping[int, Expected], resolution: int, floor: int) -> set[int]:
    """The cells a snapshot may show: enough trucks and carriers, and no single hidden one beside them."""
    shown = {
        cell
        for cell, one in found.items()
        if len(one.plates) >= floor and len(one.carriers) >= LEAST_CARRIERS
    }
    groups: dict[int, list[int]] = defaultdict(list)
    for cell in found:
        groups[parent_index(cell, resolution - 2)].append(cell)
    for group in groups.values():
        candidates = [cell for cell in group if cell in shown]
        if len(group) - len(candidates) == 1 and candidates:
            shown.discard(min(candidates, key=lambda cell: (found[cell].anomalies, cell)))
    return set(sorted(shown, key=lambda cell: (-found[cell].anomalies, cell))[:MOST_CELLS])


def differences(cell: Cell, expected: Expected, *, trucks: bool) -> Iterator[tuple[str, object, object]]:
    """(field, told, expected) of what a cell says wrong; `trucks`: whether their number is known."""
    hours = sum(
        1 << hour for hour, count in expected.hours.items() if 10 * count >= sum(expected.hours.values())
    )
    rules = sum(1 << bit for bit, rule in enumerate(RULES) if rule in expected.rules)
    pairs: list[tuple[str, object, object]] = [
        ("anomalies", cell.anomalies, min(expected.anomalies, 0xFFFF)),
        ("rate", cell.rate, expected.rate),
        ("hours", cell.hours, hours),
        ("rules", cell.rules, rules),
    ]
    if trucks:
        pairs.append(("trucks", cell.trucks, min(len(expected.plates), 0xFFFF)))
    if not expected.doubtful:
        pairs.append(("significant", cell.significant, expected.significant))
    yield from (pair for pair in pairs if pair[1] != pair[2])
    exact = max(-32_768.0, min(100 * expected.z, 32_767.0))
    if abs(cell.z - exact) > 0.5 + _ROUNDING:
        yield "z", cell.z, round(exact)


def _add(expected: Expected, one: Told) -> None:
    expected.anomalies += 1
    expected.carriers.add(one.carrier)
    expected.hours[one.hour] += 1
    expected.rules.add(one.rule)
    if one.plate is not None:
        expected.plates.add(one.plate)


def _count(found: Mapping[int, Expected], cell: int) -> int:
    return found[cell].anomalies if cell in found else 0


def _home(cell: int | None, exposure: Mapping[int, int], resolution: int) -> int | None:
    if cell is None or resolution_of(cell) < resolution or not h3.is_valid_cell(cell):
        return None
    place = parent_index(cell, resolution)
    if place in exposure:
        return place
    return min((near for near in h3.grid_ring(place, 1) if near in exposure), default=None)


def _gi_star(values: Mapping[int, float]) -> list[float]:
    n = len(values)
    if n < 2 or min(values.values()) == max(values.values()):
        return [0.0] * n
    mean = sum(values.values()) / n
    spread = sqrt(sum((value - mean) ** 2 for value in values.values()) / n)
    scores = []
    for cell in values:
        near = [values[other] - mean for other in h3.grid_disk(cell, 1) if other in values]
        scale = spread * sqrt(max(n * len(near) - len(near) ** 2, 0) / (n - 1))
        scores.append(sum(near) / scale if scale > 0 else 0.0)
    return scores


def _limit(p: Sequence[float]) -> float:
    """The greatest p that Benjamini and Hochberg find significant; below 0 where none is."""
    found = [value for rank, value in enumerate(sorted(p), start=1) if value <= ALPHA * rank / len(p)]
    return found[-1] if found else -1.0
