"""A figure beside the one before it (环比) and that of a year ago (同比). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from gridwitness.performance.figures import Figure


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure, and its values in the period before and a year before; None where there was none."""

    figure: Figure
    before: str | None
    year_before: str | None

    @property
    def change(self) -> str | None:
        """环比: the difference to the period before; of shares in their own unit, not in percent of it."""
        return _difference(self.figure.value, self.before)

    @property
    def year_change(self) -> str | None:
        """同比: the difference to the year before."""
        return _difference(self.figure.value, self.year_before)


def compare(
    present: Iterable[Figure], before: Iterable[Figure], year_before: Iterable[Figure]
) -> list[Compared]:
    """Figures with their like of the two other periods; what only those had is not shown."""
    first, second = ({_key(one): one.value for one in side} for side in (before, year_before))
    return [Compared(one, first.get(_key(one)), second.get(_key(one))) for one in present]


def _key(one: Figure) -> tuple[str, str, str]:
    return one.by, one.of, one.metric


def _difference(value: str | None, other: str | None) -> str | None:
    return None if value is None or other is None else str(Decimal(value) - Decimal(other))
