"""Lists, map, counts and places of events at 32 readers, beside the bare SQL and the bare library."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlencode

import shapely
from gridwitness.events.models import EventRow
from psycopg import sql

from gridwitness_cli.bench.event_district import CELL, HIGH, SOUTH, WEST, WIDE, District, load_district
from gridwitness_cli.bench.event_rows import load_events
from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.reading_load import CLIENTS, Reading, call_all, query_all, read_all
from gridwitness_cli.bench.stage import AGENCY, Stage

PAGE = 50
IN_BOX = 100
"""Events of the map's rectangle: its sides shrink as events grow in number."""
_MILLION = 1_000_000
_SELECT = sql.SQL("SELECT {} FROM events.event WHERE agency = %(agency)s AND ").format(
    sql.SQL(", ").join(sql.Identifier(c.name) for c in EventRow.__table__.columns if c.name != "effect")
)
_NEWEST = sql.SQL(" ORDER BY moved_at DESC, sub DESC LIMIT {}").format(sql.Literal(PAGE + 1))
_BOX = sql.SQL(
    "point(lon_e6, lat_e6) <@ box(point(%(west)s, %(south)s), point(%(east)s, %(north)s)) LIMIT 1001"
)
_COUNT = sql.SQL("SELECT state, count(*) FROM events.event WHERE agency = %(agency)s GROUP BY state")
Asked = Sequence[tuple[str, tuple[Any, Mapping[str, Any]]]]
"""Paths, and the SQL that gives the same rows."""


@dataclass(frozen=True, slots=True)
class _Both:
    ours: Reading
    beside: Reading


def event_rows(
    stage: Stage, sizes: Sequence[int], accounts: int, requests: int, say: Callable[[str], None]
) -> Iterator[Measurement]:
    """Load the district and its events, size by size. Nothing in this database can be audited after."""
    say(f"district of {accounts:,} accounts")
    district = load_district(stage, accounts)
    measured: list[dict[str, _Both]] = []
    loaded = 0
    for size in sizes:
        say(f"{size:,} events")
        load_events(stage, district, loaded, size, sizes[-1])
        loaded = size
        measured.append(_measure(stage, district, size, requests))
        for name, both in measured[-1].items():
            yield from _rows(f"{name}, {size:,} events", both, "bare SQL of the same")
    yield from _growth(sizes, measured)
    yield from _places(stage, district, requests)


def _measure(stage: Stage, district: District, size: int, requests: int) -> dict[str, _Both]:
    drawn = random.Random(size)  # noqa: S311 - sample data, no secret
    kinds: dict[str, Asked] = {
        "events by unit": [_by("unit", drawn.choice(district.units[1:101])) for _ in range(requests)],
        "events by state": [_by("state", drawn.choice(("handling", "closed"))) for _ in range(requests)],
        "events of a street": [_street(district, drawn.choice(district.cells)[:9]) for _ in range(requests)],
        "events by matter": [_by("matter", drawn.choice(district.matters)) for _ in range(requests)],
        "map of a box": [_box(drawn, size) for _ in range(requests)],
        "statistics by state": [_statistics()] * requests,
    }
    found = {}
    for name, asked in kinds.items():
        read_all(stage.ports, stage.token, [path for path, _ in asked[:CLIENTS]])  # warm
        ours = read_all(stage.ports, stage.token, [path for path, _ in asked])
        # A whole count at each request would take minutes, and says the same after a few.
        beside = [query for _, query in (asked[:CLIENTS] if name.startswith("statistics") else asked)]
        found[name] = _Both(ours, query_all(stage.parts.urls.app, beside))
    return found


def _by(column: str, value: str) -> tuple[str, tuple[Any, Mapping[str, Any]]]:
    path = f"/api/v1/events?{urlencode({'agency': AGENCY, column: value, 'limit': PAGE})}"
    where = sql.SQL("{} = %(value)s").format(sql.Identifier(column))
    return path, (_SELECT + where + _NEWEST, {"agency": AGENCY, "value": value})


def _street(district: District, street: str) -> tuple[str, tuple[Any, Mapping[str, Any]]]:
    """The grid and all below it, as many as a street has."""
    path = f"/api/v1/events?{urlencode({'agency': AGENCY, 'grid': street, 'limit': PAGE})}"
    cells = [cell for cell in district.cells if cell.startswith(street)]
    below = {cell[:length] for cell in cells for length in (9, 12, 15)}
    return path, (_SELECT + sql.SQL("grid = ANY(%(grids)s)") + _NEWEST, {"agency": AGENCY, "grids": [*below]})


def _box(drawn: random.Random, size: int) -> tuple[str, tuple[Any, Mapping[str, Any]]]:
    share = min(1.0, IN_BOX / size) ** 0.5
    wide, high = round(WIDE * CELL * share), round(HIGH * CELL * share)
    west = WEST + drawn.randrange(WIDE * CELL - wide + 1)
    south = SOUTH + drawn.randrange(HIGH * CELL - high + 1)
    corners = {"west": west, "south": south, "east": west + wide, "north": south + high}
    box = ",".join(f"{corners[side] / _MILLION:.6f}" for side in ("west", "south", "east", "north"))
    path = f"/api/v1/events/map?{urlencode({'agency': AGENCY, 'bbox': box, 'open_only': 'false'})}"
    return path, (_SELECT + _BOX, {"agency": AGENCY, **corners})


def _statistics() -> tuple[str, tuple[Any, Mapping[str, Any]]]:
    path = f"/api/v1/events/statistics?{urlencode({'agency': AGENCY, 'by': 'state'})}"
    return path, (_COUNT, {"agency": AGENCY})


def _rows(what: str, both: _Both, beside: str) -> Iterator[Measurement]:
    name = f"{what}, {CLIENTS} readers"
    yield Measurement(name, both.ours.rate, "requests/s", beside, both.beside.rate)
    yield Measurement(f"{name}, p99", both.ours.p99, "ms", beside, both.beside.p99)


def _growth(sizes: Sequence[int], measured: Sequence[Mapping[str, _Both]]) -> Iterator[Measurement]:
    """The median at the last size beside that at the first: 1.5 is the most it should be."""
    for name in measured[-1]:
        small, large = (1000 * median(one[name].ours.latencies) for one in (measured[0], measured[-1]))
        what = f"growth, {name}: median at {sizes[-1]:,}"
        yield Measurement(what, large, "ms", f"median at {sizes[0]:,}", small)


def _places(stage: Stage, district: District, requests: int) -> Iterator[Measurement]:
    """Point → grid through the door and in this process, beside a bare tree of the same rectangles."""
    drawn = random.Random(1)  # noqa: S311 - sample data, no secret
    points = [
        (SOUTH + drawn.randrange(HIGH * CELL), WEST + drawn.randrange(WIDE * CELL))
        for _ in range(10 * requests)
    ]
    shapes = [
        shapely.box(x, y, x + CELL, y + CELL)
        for y in range(SOUTH, SOUTH + HIGH * CELL, CELL)
        for x in range(WEST, WEST + WIDE * CELL, CELL)
    ]
    tree = shapely.STRtree(shapes)
    paths = [
        f"/api/v1/grids/at?{urlencode({'lat': lat / _MILLION, 'lon': lon / _MILLION})}"
        for lat, lon in points[:requests]
    ]
    read_all(stage.ports, stage.token, paths[:CLIENTS])  # every process reads the registers once
    through = read_all(stage.ports, stage.token, paths)
    with stage.platform.transaction() as session:
        territory = stage.platform.territories.at(session)
    found = territory.locate(*points[0])
    assert found is not None and found.number == district.cell_at(*points[0])
    ours = call_all(lambda at: territory.locate(*at), points)
    bare = call_all(lambda at: tree.query(shapely.Point(at[1], at[0]), "intersects"), points)
    yield from _rows("point to grid", _Both(through, bare), "bare shapely, one thread")
    yield Measurement(
        "point to grid in the process", ours.rate, "points/s", "bare shapely, one thread", bare.rate
    )
