"""From anomalies and exposure to the cells a snapshot shows (docs/format.md section 21): pure.

1. every anomaly belongs to a cell of the domain, or is left out
2. each cell's value is set against its surroundings: Gi*, one-sided p, Benjamini-Hochberg
3. a cell is shown with enough trucks and carriers; no single hidden one may be told by subtraction
4. no more are shown than a record holds
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from gridwitness.hotspots.cells import MOST_CELLS, Cell, hour_bits, rate_of, rule_bits, score_of
from gridwitness.hotspots.geography import neighbours_of, parent, ring
from gridwitness.hotspots.gi_star import benjamini_hochberg, gi_star, one_sided

LEAST_CARRIERS = 3
ALPHA = "0.05"


@dataclass(frozen=True, slots=True)
class Counted:
    """An anomaly as hotspots count it: `cell` at least as fine as they are, local `hour`."""

    cell: int | None
    plate: str | None
    carrier: str | None
    hour: int
    rule: str


@dataclass(frozen=True, slots=True)
class Composition:
    """`cells` ascending; `hidden`: cells with anomalies that are not shown; `left_out`: anomalies that belong
    to no cell.
    """

    cells: tuple[Cell, ...]
    hidden: frozenset[int]
    left_out: int

    @property
    def suppressed(self) -> int:
        """How many cells are hidden."""
        return len(self.hidden)


@dataclass(slots=True)
class _Gathered:
    """What gathers in one cell."""

    anomalies: int = 0
    plates: set[str] = field(default_factory=set)
    carriers: set[str | None] = field(default_factory=set)
    hours: Counter[int] = field(default_factory=Counter)
    rules: set[str] = field(default_factory=set)

    def add(self, one: Counted) -> None:
        self.anomalies += 1
        self.carriers.add(one.carrier)
        self.hours[one.hour] += 1
        self.rules.add(one.rule)
        if one.plate is not None:
            self.plates.add(one.plate)


def compose(
    anomalies: Iterable[Counted], exposure: Mapping[int, int], resolution: int, floor: int
) -> Composition:
    """The cells to show. `exposure`: passages or fixes by cell of the resolution, all above 0; `floor`: least
    number of distinct trucks.
    """
    domain = sorted(exposure)
    gathered, left_out = _gather(anomalies, exposure, resolution)  # 1
    counts = [gathered[cell].anomalies if cell in gathered else 0 for cell in domain]
    rates = [1_000 * count / exposure[cell] for cell, count in zip(domain, counts, strict=True)]
    z = gi_star(np.array(rates, dtype=np.float64), neighbours_of(domain))  # 2
    significant = benjamini_hochberg(one_sided(z), float(ALPHA))
    shown = _shown(gathered, resolution, floor)  # 3 4
    cells = tuple(
        _cell(cell, gathered[cell], exposure[cell], float(score), bool(found))
        for cell, score, found in zip(domain, z, significant, strict=True)
        if cell in shown
    )
    return Composition(cells, frozenset(gathered.keys() - shown), left_out)


def _gather(
    anomalies: Iterable[Counted], exposure: Mapping[int, int], resolution: int
) -> tuple[dict[int, _Gathered], int]:
    gathered: dict[int, _Gathered] = defaultdict(_Gathered)
    homes: dict[int | None, int | None] = {None: None}
    left_out = 0
    for one in anomalies:
        if one.cell not in homes:
            homes[one.cell] = _home(one.cell, exposure, resolution)
        home = homes[one.cell]
        if home is None:
            left_out += 1
        else:
            gathered[home].add(one)
    return dict(gathered), left_out


def _home(cell: int | None, exposure: Mapping[int, int], resolution: int) -> int | None:
    """The cell of the domain that an anomaly counts for."""
    if cell is None:
        return None
    place = parent(cell, resolution)
    if place in exposure:
        return place
    return min((near for near in ring(place) if near in exposure), default=None)


def _shown(gathered: Mapping[int, _Gathered], resolution: int, floor: int) -> set[int]:
    shown = {
        cell
        for cell, found in gathered.items()
        if len(found.plates) >= floor and len(found.carriers) >= LEAST_CARRIERS
    }
    shown -= _complementary(gathered, shown, resolution)
    if len(shown) > MOST_CELLS:
        shown = set(sorted(shown, key=lambda cell: (-gathered[cell].anomalies, cell))[:MOST_CELLS])
    return shown


def _complementary(gathered: Mapping[int, _Gathered], shown: set[int], resolution: int) -> set[int]:
    """Where one hidden cell could be told from what is known of its surroundings, a second one to hide."""
    hidden: Counter[int] = Counter()
    candidates: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for cell, found in gathered.items():
        above = parent(cell, resolution - 2)
        if cell in shown:
            candidates[above].append((found.anomalies, cell))
        else:
            hidden[above] += 1
    return {min(candidates[above])[1] for above, count in hidden.items() if count == 1 and candidates[above]}


def _cell(cell: int, found: _Gathered, exposure: int, z: float, significant: bool) -> Cell:
    return Cell(
        cell=cell,
        anomalies=min(found.anomalies, 0xFFFF),
        trucks=min(len(found.plates), 0xFFFF),
        rate=rate_of(found.anomalies, exposure),
        z=score_of(z),
        significant=significant,
        hours=hour_bits(found.hours),
        rules=rule_bits(found.rules),
    )
