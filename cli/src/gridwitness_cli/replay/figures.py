"""What is counted of each body, whoever counts it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class BodyFigures:
    """`in_time`, `late`: closed, of what was promised for a day; `waiting`: promised and not closed;
    `unpromised`: nothing was promised, of those closed within the loop's own limit or after it `own_in_time`,
    `own_late`; `backwards`: the file closes it before it creates it.
    """

    body: str
    requests: int
    in_time: int
    late: int
    waiting: int
    unpromised: int
    own_in_time: int
    own_late: int
    backwards: int

    @property
    def share(self) -> Decimal | None:
        """On-time share, four digits; None where nothing that was promised was closed."""
        judged = self.in_time + self.late
        return None if not judged else (Decimal(self.in_time) / judged).quantize(Decimal("0.0001"))


def summed(body: str, parts: Iterable[BodyFigures]) -> BodyFigures:
    """The figures of several bodies as one."""
    rows = list(parts)
    names = [field.name for field in fields(BodyFigures)][1:]
    return BodyFigures(body, *(sum(getattr(row, name) for row in rows) for name in names))


def by_agency(figures: Iterable[BodyFigures], agencies: Iterable[str]) -> list[BodyFigures]:
    """Of each agency, with all of its units."""
    rows = list(figures)
    return [
        summed(agency, [row for row in rows if row.body == agency or row.body.startswith(f"{agency}-")])
        for agency in agencies
    ]
