"""Events that may be the same: found by place, time, class and text; a person decides, by merging them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gridwitness.coordinates import distance_m
from gridwitness.events.likeness import WHOLE, likeness
from gridwitness.events.loop_book import LoopBook
from gridwitness.events.models import EventRow
from gridwitness.events.sight import Sight
from gridwitness.grids.matter import Matter
from gridwitness.grids.matters import Matters

LEAST = 600
"""Thousandths from which on two events are shown as possibly the same."""
_WEIGHTS = {"place": 4, "time": 1, "class": 2, "text": 3}
_METRES_PER_DEGREE = 111_320
_LOOKED_AT = 500
_GONE = ("void", "merged")


@dataclass(frozen=True, slots=True)
class Reach:
    """How near two events are to count as possible duplicates."""

    radius_m: int
    days: int

    @classmethod
    def of(cls, numbers: Mapping[str, int], radius_m: int | None, days: int | None) -> Reach:
        """A matter's own `radius_m` and `days`, else the loop's `duplicate_radius_m`, `duplicate_days`."""
        return cls(
            numbers["duplicate_radius_m"] if radius_m is None else radius_m,
            numbers["duplicate_days"] if days is None else days,
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What an event says of itself that another may say too. `kind`: the class of its matter, "" unknown."""

    agency: str
    category: str
    matter: str | None
    kind: str
    grid: str | None
    lat_e6: int | None
    lon_e6: int | None
    reported_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Likely:
    """One possible duplicate. Thousandths; None where one of the two says nothing of it."""

    sub: str
    number: str
    state: str
    score: int
    distance_m: int | None
    place: int | None
    time: int
    kind: int | None
    text: int | None

    @property
    def because_zh(self) -> str:
        """Why it may be the same, in Chinese."""
        place = "同一网格" if self.distance_m is None else f"相距 {self.distance_m} 米"
        return "；".join([place, *_shares(("时间", self.time), ("类别", self.kind), ("文字", self.text))])

    @property
    def because_en(self) -> str:
        """Why it may be the same, in English."""
        place = "the same grid" if self.distance_m is None else f"{self.distance_m} m apart"
        return "; ".join([place, *_shares(("time", self.time), ("class", self.kind), ("text", self.text))])


def compare(one: Told, other: Told, reach: Reach) -> tuple[int, dict[str, int | None], int | None]:
    """Score, its parts by name, and the distance in metres; a score of 0: out of reach.

    What one of the two does not say counts neither for nor against.
    """
    apart = abs(one.reported_at - other.reported_at)
    most = timedelta(days=reach.days)
    metres, place = _place(one, other, reach)
    parts: dict[str, int | None] = {"place": place, "time": 0, "class": _kind(one, other), "text": None}
    if apart > most or place == 0 or one.agency != other.agency:
        return 0, parts, metres
    parts["time"] = WHOLE - (apart * WHOLE) // most
    if one.text.strip() and other.text.strip():
        parts["text"] = likeness(one.text, other.text)
    said = {name: value for name, value in parts.items() if value is not None}
    return sum(_WEIGHTS[n] * v for n, v in said.items()) // sum(_WEIGHTS[n] for n in said), parts, metres


def find_duplicates(
    session: Session,
    told: Told,
    reach: Reach,
    kind_of: Callable[[str | None], str],
    *,
    but: str | None = None,
    sight: Sight | None = None,
    limit: int = 10,
) -> list[Likely]:
    """Events that may be the same as what is told, the likeliest first.

    `kind_of`: class of a matter; `but`: the event itself; `sight`: only events within it. Those that are void
    or merged are not shown: what they went into is.
    """
    query = _near(told, reach).where(EventRow.sub != (but or ""))
    rows = session.scalars(query if sight is None else query.where(sight.condition()))
    found = [_likely(told, row, reach, kind_of) for row in rows]
    likely = sorted((f for f in found if f.score >= LEAST), key=lambda f: (-f.score, f.number))
    return likely[:limit]


def told_of(row: EventRow, kind_of: Callable[[str | None], str]) -> Told:
    """What an event's row says. Words that were erased are none."""
    return Told(
        agency=row.agency,
        category=row.category,
        matter=row.matter,
        kind=kind_of(row.matter),
        grid=row.grid,
        lat_e6=row.lat_e6,
        lon_e6=row.lon_e6,
        reported_at=row.reported_at,
        text=f"{row.title or ''} {row.description or ''}",
    )


def _likely(told: Told, row: EventRow, reach: Reach, kind_of: Callable[[str | None], str]) -> Likely:
    score, parts, metres = compare(told, told_of(row, kind_of), reach)
    return Likely(
        sub=row.sub,
        number=row.number,
        state=row.state,
        score=score,
        distance_m=metres,
        place=parts["place"],
        time=parts["time"] or 0,
        kind=parts["class"],
        text=parts["text"],
    )


def _near(told: Told, reach: Reach) -> Select[EventRow]:
    """The newest few hundred in reach; the radius is looked at afterwards."""
    days = timedelta(days=reach.days)
    query = select(EventRow).where(
        EventRow.agency == told.agency,
        EventRow.reported_at.between(told.reported_at - days, told.reported_at + days),
        EventRow.state.not_in(_GONE),
    )
    if told.lat_e6 is not None and told.lon_e6 is not None:
        north = math.ceil(reach.radius_m / _METRES_PER_DEGREE * 1_000_000)
        narrowing = max(math.cos(math.radians(told.lat_e6 / 1_000_000)), 0.01)
        east = math.ceil(north / narrowing)
        query = query.where(
            EventRow.lat_e6.between(told.lat_e6 - north, told.lat_e6 + north),
            EventRow.lon_e6.between(told.lon_e6 - east, told.lon_e6 + east),
        )
    else:
        query = query.where(EventRow.grid == told.grid)
    return query.order_by(EventRow.reported_at.desc(), EventRow.sub).limit(_LOOKED_AT)


def _place(one: Told, other: Told, reach: Reach) -> tuple[int | None, int | None]:
    """Metres apart, and how near that is; without both places only the same grid speaks, and half."""
    if None in (one.lat_e6, one.lon_e6, other.lat_e6, other.lon_e6):
        same = one.grid is not None and one.grid == other.grid
        return None, WHOLE // 2 if same else 0
    ends = (one.lat_e6, one.lon_e6, other.lat_e6, other.lon_e6)
    metres = round(distance_m(*(value / 1_000_000 for value in ends if value is not None)))
    if metres > reach.radius_m:
        return metres, 0
    return metres, max(1, WHOLE - metres * WHOLE // max(reach.radius_m, 1))


def _kind(one: Told, other: Told) -> int | None:
    if one.category != other.category:
        return 0
    if one.matter is None or other.matter is None:
        return None
    if one.matter == other.matter:
        return WHOLE
    return WHOLE // 2 if one.kind and one.kind == other.kind else 0


def _shares(*parts: tuple[str, int | None]) -> list[str]:
    return [f"{word} {value / 10:.0f}%" for word, value in parts if value is not None]


class Duplicates:
    """Looks for what an event may be a duplicate of."""

    def __init__(self, matters: Matters, loops: LoopBook) -> None:
        self._matters = matters
        self._loops = loops

    def of(
        self, session: Session, event: EventRow, sight: Sight | None = None, limit: int = 10
    ) -> list[Likely]:
        """The likeliest first; how near counts is the matter's to say, else the loop's."""
        at = event.reported_at

        def matter(name: str | None) -> Matter | None:
            return None if name is None else self._matters.entry(session, name, at)

        def kind_of(name: str | None) -> str:
            found = matter(name)
            return "" if found is None else found.class_code

        own, numbers = matter(event.matter), self._loops.version(session, event.loop).numbers
        reach = Reach.of(numbers, *(None, None) if own is None else (own.radius_m, own.days))
        return find_duplicates(
            session, told_of(event, kind_of), reach, kind_of, but=event.sub, sight=sight, limit=limit
        )
