"""`gridwitness-cells/1`: the cells of a snapshot as bytes (docs/format.md section 21)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from gridwitness.errors import InvalidInput

FORMAT = "gridwitness-cells/1"
CELL_BYTES = 24
MOST_CELLS = 1_500
"""Most cells a snapshot shows: as a field, they have to fit into one disclosure."""

RULES = (
    "BLACK_UNREG",
    "BLACK_CLONE_ST",
    "BLACK_CLONE_GPS",
    "BLACK_ATTR",
    "NO_PERMIT",
    "EXPIRED",
    "ROUTE_DEV",
    "TIME_WIN",
    "WRONG_SITE",
    "UNCOVERED",
    "OVERLOAD",
    "STOP_ABN",
    "DUMP_SUS",
    "OFFLINE",
    "OVERSPEED",
    "GATE_MISMATCH",
    "TERMINAL_TWICE",
)
"""Rules by their bit, from 0."""

_BITS = {rule: bit for bit, rule in enumerate(RULES)}
_AT_CHECKPOINTS = frozenset({"NO_PERMIT", "EXPIRED", "ROUTE_DEV", "TIME_WIN"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One shown cell. `rate` in tenths of an anomaly per 1,000 of its exposure, `z` in hundredths; `hours`
    and `rules` are bits.
    """

    cell: int
    anomalies: int
    trucks: int
    rate: int
    z: int
    significant: bool
    hours: int
    rules: int

    @property
    def hour_list(self) -> list[int]:
        """Local hours into which at least a tenth of its anomalies fall."""
        return [hour for hour in range(24) if self.hours >> hour & 1]

    @property
    def rule_list(self) -> list[str]:
        """Rules that occur, in the order of their bits."""
        return [rule for bit, rule in enumerate(RULES) if self.rules >> bit & 1]


def family_of(rule: str, checkpoint: str | None) -> str:
    """`passages` or `positions`: what an anomaly is counted with."""
    if rule.startswith("BLACK_") or (rule in _AT_CHECKPOINTS and checkpoint is not None):
        return "passages"
    return "positions"


def rule_bits(rules: Iterable[str]) -> int:
    """Bits of rules; one that the table does not have has none."""
    bits = 0
    for rule in rules:
        if rule in _BITS:
            bits |= 1 << _BITS[rule]
    return bits


def hour_bits(counts: dict[int, int]) -> int:
    """Bits of the hours with at least a tenth of all that is counted."""
    total = sum(counts.values())
    return sum(1 << hour for hour, count in counts.items() if count and 10 * count >= total)


def rate_of(anomalies: int, exposure: int) -> int:
    """Tenths of an anomaly per 1,000, half to even, at most what the field holds."""
    return min(round(Fraction(10_000 * anomalies, exposure)), 0xFFFF)


def score_of(z: float) -> int:
    """Hundredths of z, half to even, within what the field holds."""
    return max(-0x8000, min(round(100 * z), 0x7FFF))


def pack(cells: Iterable[Cell]) -> bytes:
    """The bytes of cells in ascending order."""
    return b"".join(_packed(cell) for cell in sorted(cells, key=lambda one: one.cell))


def unpack(data: bytes) -> list[Cell]:
    """The cells of their bytes. Raises InvalidInput `cells-form`."""
    if len(data) % CELL_BYTES:
        raise InvalidInput("cells-form", f"Cells have {CELL_BYTES} bytes each, not {len(data)} in all.", None)
    return [_unpacked(data[at : at + CELL_BYTES]) for at in range(0, len(data), CELL_BYTES)]


def _packed(cell: Cell) -> bytes:
    return b"".join(
        (
            cell.cell.to_bytes(8, "big"),
            min(cell.anomalies, 0xFFFF).to_bytes(2, "big"),
            min(cell.trucks, 0xFFFF).to_bytes(2, "big"),
            cell.rate.to_bytes(2, "big"),
            cell.z.to_bytes(2, "big", signed=True),
            bytes([cell.significant]),
            cell.hours.to_bytes(3, "big"),
            cell.rules.to_bytes(4, "big"),
        )
    )


def _unpacked(data: bytes) -> Cell:
    def number(start: int, end: int) -> int:
        return int.from_bytes(data[start:end], "big")

    z = int.from_bytes(data[14:16], "big", signed=True)
    return Cell(
        number(0, 8),
        number(8, 10),
        number(10, 12),
        number(12, 14),
        z,
        data[16] == 1,
        number(17, 20),
        number(20, 24),
    )
