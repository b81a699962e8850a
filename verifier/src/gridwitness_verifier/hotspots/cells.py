"""`gridwitness-cells/1` (docs/format.md section 21), read strictly."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import VerificationError

CELL_BYTES = 24
MAXIMUM_CELLS = 4096
FAMILIES = ("passages", "positions")
RULES = [
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
]


@dataclass(frozen=True, slots=True)
class Cell:
    """One shown cell: `rate` in tenths per 1,000, `z` in hundredths, `hours` and `rules` as bits."""

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
        """Local hours with at least a tenth of its anomalies."""
        return [hour for hour in range(24) if self.hours >> hour & 1]

    @property
    def rule_list(self) -> list[str]:
        """Rules that occur; one the table does not have is named by its bit."""
        bits = (bit for bit in range(32) if self.rules >> bit & 1)
        return [RULES[bit] if bit < len(RULES) else f"rule {bit}" for bit in bits]


def parse_cells(data: bytes, resolution: int) -> list[Cell]:
    """The cells of a snapshot. Raises VerificationError `cells-form`, `cells-order`."""
    if len(data) % CELL_BYTES or len(data) > CELL_BYTES * MAXIMUM_CELLS:
        raise VerificationError("cells-form", f"{len(data)} bytes are no cells of {CELL_BYTES} bytes each")
    cells = []
    last = 0
    for start in range(0, len(data), CELL_BYTES):
        cell = _cell(data[start : start + CELL_BYTES])
        if cell.cell <= last:
            raise VerificationError("cells-order", f"cell {cell.cell:x} is not after the one before it")
        if not is_index(cell.cell, resolution):
            detail = f"{cell.cell:x} is no cell of resolution {resolution}"
            raise VerificationError("cells-form", detail)
        last = cell.cell
        cells.append(cell)
    return cells


def _cell(part: bytes) -> Cell:
    if part[16] > 1:
        raise VerificationError("cells-form", "`significant` is neither 0 nor 1")
    number = int.from_bytes
    return Cell(
        number(part[0:8], "big"),
        number(part[8:10], "big"),
        number(part[10:12], "big"),
        number(part[12:14], "big"),
        number(part[14:16], "big", signed=True),
        part[16] == 1,
        number(part[17:20], "big"),
        number(part[20:24], "big"),
    )


def is_index(cell: int, resolution: int) -> bool:
    """Whether a number has the form of an H3 cell of this resolution: mode, base cell, digits."""
    if cell >> 63 or cell >> 59 != 1 or cell >> 56 & 7 or cell >> 52 & 15 != resolution:
        return False
    digits = [cell >> 3 * (15 - level) & 7 for level in range(1, 16)]
    used, unused = digits[:resolution], digits[resolution:]
    return cell >> 45 & 127 < 122 and all(digit < 7 for digit in used) and all(d == 7 for d in unused)


def parent_index(cell: int, resolution: int) -> int:
    """The cell of a coarser (or the same) resolution that holds this one."""
    cell = cell & ~(15 << 52) | resolution << 52
    return cell | (1 << 3 * (15 - resolution)) - 1


def resolution_of(cell: int) -> int:
    """The resolution an index names."""
    return cell >> 52 & 15
