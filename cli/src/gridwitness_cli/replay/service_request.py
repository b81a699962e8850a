"""One row of a city's service requests, whatever its columns are called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

End = Literal["done", "cancelled", "referred", "open"]


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """What was asked, of whom, and what came of it; instants with their zone.

    `row`: from 1, of the file. `promised`: the last instant that is in time, None where nothing was promised.
    `closed`: None where the file has no time. `unit`: the number of the body, `grid` that of the district or
    "". `result`: what the city wrote about it.
    """

    row: int
    key: str
    kind: str
    channel: str
    created: datetime
    promised: datetime | None
    closed: datetime | None
    end: End
    unit: str
    grid: str
    latitude: float | None
    longitude: float | None
    address: str
    result: str

    @property
    def backwards(self) -> bool:
        """Closed before it was created: no lawful step can say that."""
        return self.closed is not None and self.closed < self.created
