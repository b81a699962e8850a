"""An example to start from: a district of five levels with its units, addresses and responsibility list.

Names and outlines are made up (a chequerboard), the codes are well-formed; units are those that the example
list names. For demos and trials.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

from sqlalchemy.orm import Session

from gridwitness.grids import kinds
from gridwitness.grids.list_import import propose_list, read_list
from gridwitness.grids.register_import import Entered, GridImport

DISTRICT = "330106"
CENTRE = "ZX"
"""Number of the district's command centre."""
WEST, SOUTH, CELL = 120_100_000, 30_250_000, 10_000
"""South-west corner and side of a unit grid, millionths of a degree WGS 84."""
_STREETS = ("文新", "古荡", "北山")
_COMMUNITIES, _CELLS = 2, 4
"""Of a street, of a community."""
_OFFICE = {"hours": [["08:30", "12:00"], ["13:30", "17:30"]]}
_ALWAYS = {"hours": [["00:00", "24:00"]]}
_DEPARTMENTS = {
    "CG": "城市管理局",
    "ZJ": "住房和城乡建设局",
    "JT": "交通运输局",
    "YL": "园林绿化中心",
    "SZ": "市政设施中心",
    "SW": "水务局",
    "GA": "公安分局",
    "HB": "生态环境分局",
}


def example_matters() -> list[Mapping[str, Any]]:
    """The example list: `{"matter", "entry"}` each, six classes of events and four of components."""
    text = files("gridwitness.grids").joinpath("data", "matters.json").read_text(encoding="utf-8")
    return read_list(json.loads(text))


def register_example(
    session: Session, registers: GridImport, agency: str, since: str, *, matters: bool = True
) -> dict[str, list[Entered]]:
    """Register all of it on the agency's word, valid from `since` (a record's time); matters are proposed,
    and wait for a person's decision. By register; doing it again changes nothing. The caller commits.
    """
    wanted: dict[str, tuple[str, Sequence[dict[str, Any]]]] = {
        "unit": (kinds.UNIT, [*_units(since)]),
        "grid": (kinds.GRID, [*_grids(since)]),
        "address": (kinds.ADDRESS, [*_addresses(since)]),
    }
    done = {name: registers.take(session, agency, kind, rows) for name, (kind, rows) in wanted.items()}
    if matters:
        reason = "示例清单 example list"
        done["matter"] = propose_list(session, registers, agency, example_matters(), reason, since)
    return done


def _units(since: str) -> Iterator[dict[str, Any]]:
    yield _unit(
        CENTRE, "示范区指挥中心", "centre", None, since, grid=DISTRICT, calendar="none", hours=_ALWAYS
    )
    for number, name in _DEPARTMENTS.items():
        yield _unit(number, f"示范区{name}", "department", CENTRE, since)
    yield _unit("CG-1", "城市管理局一中队", "team", "CG", since, calendar="none", hours=_ALWAYS)
    yield _unit("RQ", "示范燃气公司", "enterprise", "SZ", since, calendar="none", hours=_ALWAYS)
    for street, name in enumerate(_STREETS, 1):
        yield _unit(f"JD{street}", f"{name}街道", "township", CENTRE, since, grid=f"{DISTRICT}{street:03}")
        for community in range(1, _COMMUNITIES + 1):
            grid = f"{DISTRICT}{street:03}{community:03}"
            name_of = f"{name}第{community}社区"
            yield _unit(f"SQ{street}{community}", name_of, "community", f"JD{street}", since, grid=grid)


def _unit(
    number: str, name: str, category: str, parent: str | None, since: str, **given: Any
) -> dict[str, Any]:
    base = {"grid": None, "calendar": "cn", "hours": _OFFICE, "valid_from": since, "valid_to": None}
    return {"unit": number, "name": name, "category": category, "parent": parent, **base, **given}


def _grids(since: str) -> Iterator[dict[str, Any]]:
    """A street's communities lie side by side, two rows of two cells each, numbered west to east."""
    wide, high = 2 * _COMMUNITIES * CELL, 2 * CELL
    whole = _area(WEST, SOUTH, wide, high * len(_STREETS))
    yield _grid("3301", 1, None, "示范市", None, None, since)
    yield _grid(DISTRICT, 2, "3301", "示范区", CENTRE, whole, since)
    for street, name in enumerate(_STREETS, 1):
        number, south = f"{DISTRICT}{street:03}", SOUTH + high * (len(_STREETS) - street)
        yield _grid(number, 3, DISTRICT, f"{name}街道", f"JD{street}", _area(WEST, south, wide, high), since)
        for community in range(1, _COMMUNITIES + 1):
            below, west = f"{number}{community:03}", WEST + 2 * CELL * (community - 1)
            title, unit = f"{name}第{community}社区", f"SQ{street}{community}"
            yield _grid(below, 4, number, title, unit, _area(west, south, 2 * CELL, high), since)
            for cell in range(_CELLS):
                area = _area(west + CELL * (cell % 2), south + CELL * (1 - cell // 2), CELL, CELL)
                yield _grid(f"{below}{cell + 1:03}", 5, below, f"{title}{cell + 1}号网格", None, area, since)
    for number, category, name, unit in (
        ("LD-1", "professional", "市政设施片区", "SZ"),
        ("JJ-1", "department", "交警一大队辖区", "GA"),
        ("RQ-1", "enterprise", "燃气管网片区", "RQ"),
    ):
        yield {**_grid(number, 3, None, name, unit, whole, since), "category": category}


def _grid(
    number: str, level: int, parent: str | None, name: str, unit: str | None, area: Any, since: str
) -> dict[str, Any]:
    base = {"category": "base", "area": area, "valid_from": since, "valid_to": None}
    return {"grid": number, "level": level, "parent": parent, "name": name, "unit": unit, **base}


def _area(west: int, south: int, wide: int, high: int) -> dict[str, Any]:
    east, north = west + wide, south + high
    return {
        "polygons": [[[[west, south], [east, south], [east, north], [west, north], [west, south]]]],
    }


def _addresses(since: str) -> Iterator[dict[str, Any]]:
    yield _address("A", "district", "示范区", None, DISTRICT, None, since)
    for street, name in enumerate(_STREETS, 1):
        grid = f"{DISTRICT}{street:03}"
        yield _address(f"A{street}", "street", f"{name}街道", "A", grid, None, since)
        yield _address(f"A{street}R", "road", f"{name}路", f"A{street}", grid, None, since)
        south = SOUTH + 2 * CELL * (len(_STREETS) - street)
        for door in range(1, 2 * _COMMUNITIES + 1):
            cell = f"{grid}{(door + 1) // 2:03}{2 - door % 2:03}"
            place = (south + CELL + CELL // 2, WEST + CELL * (door - 1) + CELL // 2)
            yield _address(f"A{street}R{door}", "building", f"{door}号", f"A{street}R", cell, place, since)


def _address(
    number: str,
    level: str,
    name: str,
    parent: str | None,
    grid: str,
    place: tuple[int, int] | None,
    since: str,
) -> dict[str, Any]:
    latitude, longitude = (None, None) if place is None else (f"{part / 1e6:.6f}" for part in place)
    return {
        "address": number,
        "parent": parent,
        "level": level,
        "name": name,
        "latitude": latitude,
        "longitude": longitude,
        "grid": grid,
        "valid_from": since,
        "valid_to": None,
    }
