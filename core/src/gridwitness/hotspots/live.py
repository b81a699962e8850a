"""Hotspots as they are now, from rows: the map of a period, and where and when to look. Never on the chain.

The privacy floor holds for every answer. A map narrowed to a rule or an hour shows a cell only where the rest
of it could be shown as well, so that nothing is told by taking one answer from another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.hotspots.cells import RULES, Cell, family_of
from gridwitness.hotspots.composition import LEAST_CARRIERS, Counted, compose
from gridwitness.hotspots.exposure import exposure_in
from gridwitness.hotspots.periods import Period, period_at
from gridwitness.settings import Settings
from gridwitness.trucks.models import CheckpointRow
from gridwitness.trucks.models_anomalies import AnomalyRow

STANDING = ("suspected", "upheld")
"""States of an anomaly that counts."""
MOST_SUGGESTIONS = 100


@dataclass(frozen=True, slots=True)
class Map:
    """Cells of a period; `suppressed`: cells with anomalies that are not shown."""

    family: str
    period: Period
    resolution: int
    cells: tuple[Cell, ...]
    suppressed: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A checkpoint and a local hour: `expected` catches in that hour of a day, from so many anomalies of so
    many trucks on so many days.
    """

    checkpoint: str
    name: str
    road: str | None
    lat_e6: int
    lon_e6: int
    hour: int
    expected: float
    anomalies: int
    trucks: int
    days: int
    rules: tuple[str, ...]


def current_period(settings: Settings, now: datetime) -> Period:
    """The period that is running."""
    return period_at(now, settings.hotspot_period_days, settings.zone)


def live_map(
    session: Session,
    settings: Settings,
    agency: str,
    family: str,
    period: Period,
    *,
    rule: str | None = None,
    hour: int | None = None,
) -> Map:
    """The map of a period from the rows there are now: of all anomalies, or of a rule, a local hour."""
    resolution, floor = settings.hotspot_resolution, settings.hotspot_floor
    exposure = exposure_in(session, agency, family, period, resolution)
    counted = [
        Counted(_cell(row.cell), row.plate, row.carrier, _hour(row, settings), row.rule)
        for row in _anomalies(session, agency, period)
        if family_of(row.rule, row.checkpoint) == family
    ]
    asked = [one for one in counted if rule in (None, one.rule) and hour in (None, one.hour)]
    part = compose(asked, exposure, resolution, floor)
    if len(asked) == len(counted):
        return Map(family, period, resolution, part.cells, part.suppressed)
    chosen = set(map(id, asked))
    rest = compose([one for one in counted if id(one) not in chosen], exposure, resolution, floor)
    cells = tuple(cell for cell in part.cells if cell.cell not in rest.hidden)
    return Map(family, period, resolution, cells, part.suppressed + len(part.cells) - len(cells))


def suggestions(session: Session, settings: Settings, agency: str, period: Period) -> list[Suggestion]:
    """Checkpoints and hours by what is to be expected there, best first; few trucks or carriers: left out."""
    groups: dict[tuple[str, int], list[AnomalyRow]] = defaultdict(list)
    for row in _anomalies(session, agency, period):
        if row.checkpoint is not None:
            groups[row.checkpoint, _hour(row, settings)].append(row)
    days = max((period.ends - period.begins) // timedelta(days=1), 1)
    places = _checkpoints(session, agency, {checkpoint for checkpoint, _ in groups}, period.ends)
    found = [
        _suggestion(places[checkpoint], hour, rows, days)
        for (checkpoint, hour), rows in groups.items()
        if checkpoint in places and _is_shown(rows, settings.hotspot_floor)
    ]
    return sorted(found, key=lambda one: (-one.expected, one.checkpoint, one.hour))[:MOST_SUGGESTIONS]


def _suggestion(place: CheckpointRow, hour: int, rows: Collection[AnomalyRow], days: int) -> Suggestion:
    return Suggestion(
        checkpoint=place.checkpoint,
        name=place.name,
        road=place.road,
        lat_e6=place.lat_e6,
        lon_e6=place.lon_e6,
        hour=hour,
        expected=len(rows) / days,
        anomalies=len(rows),
        trucks=len({row.plate for row in rows}),
        days=days,
        rules=tuple(sorted({row.rule for row in rows}, key=_rule_order)),
    )


def _rule_order(rule: str) -> tuple[int, str]:
    return (RULES.index(rule) if rule in RULES else len(RULES), rule)


def _is_shown(rows: Iterable[AnomalyRow], floor: int) -> bool:
    plates = {row.plate for row in rows} - {None}
    return len(plates) >= floor and len({row.carrier for row in rows}) >= LEAST_CARRIERS


def _anomalies(session: Session, agency: str, period: Period) -> list[AnomalyRow]:
    return [
        *session.scalars(
            select(AnomalyRow).where(
                AnomalyRow.agency == agency,
                AnomalyRow.occurred_at >= period.begins,
                AnomalyRow.occurred_at < period.ends,
                AnomalyRow.grounds == "suspected",
                AnomalyRow.state.in_(STANDING),
            )
        )
    ]


def _checkpoints(
    session: Session, agency: str, numbers: Collection[str], at: datetime
) -> dict[str, CheckpointRow]:
    """Of those numbers the ones that stand at this moment."""
    rows = session.scalars(
        select(CheckpointRow).where(
            CheckpointRow.agency == agency,
            CheckpointRow.checkpoint.in_(numbers),
            CheckpointRow.valid_from < at,
            (CheckpointRow.valid_to.is_(None)) | (CheckpointRow.valid_to >= at),
        )
    )
    return {row.checkpoint: row for row in rows}


def _cell(text: str | None) -> int | None:
    return None if text is None else int(text, 16)


def _hour(row: AnomalyRow, settings: Settings) -> int:
    return row.occurred_at.astimezone(settings.zone).hour
