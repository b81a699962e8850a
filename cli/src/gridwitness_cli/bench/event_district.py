"""An invented district: grids of five levels, units, matters, accounts; the same at every run of a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from gridwitness.grids.models import GridRow, MatterRow, StaffRow, UnitRow
from gridwitness.members.models import AccountRow, RoleRow

from gridwitness_cli.bench.stage import AGENCY, Stage
from gridwitness_cli.bench.unguarded import NO_EFFECT, copy_rows, unguarded

GRIDS, UNITS = 3_700, 4_000
CELL = 2_000
"""Side of a unit grid, millionths of a degree: about 200 m."""
WIDE, HIGH = 80, 40
"""Unit grids from west to east and from south to north: 3,200."""
WEST, SOUTH = 120_100_000, 30_200_000
MATTERS = 48
_DISTRICTS, _STREETS, _COMMUNITIES, _SERIALS = 4, 10, 10, 8
_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
_HOURS = {"hours": [["09:00", "12:00"], ["13:30", "17:30"]]}
_TABLES = (GridRow, UnitRow, MatterRow, StaffRow, AccountRow, RoleRow)
_ROLES = ("handler", "handler", "handler", "grid_worker", "checker", "acceptor", "dispatcher")


@dataclass(frozen=True, slots=True)
class District:
    """What events may name. `cells`: unit grids by place, row after row from the south-west."""

    cells: tuple[str, ...]
    units: tuple[str, ...]
    matters: tuple[str, ...]
    accounts: tuple[UUID, ...]

    def cell_at(self, lat_e6: int, lon_e6: int) -> str:
        """The unit grid of a point inside."""
        return self.cells[(lat_e6 - SOUTH) // CELL * WIDE + (lon_e6 - WEST) // CELL]


def invented_district(accounts: int, seed: int = 6) -> District:
    """The same one at every call."""
    drawn = random.Random(seed)  # noqa: S311 - sample data, no secret
    cells = {row["place"]: row["grid"] for row in _grids() if row["place"] is not None}
    return District(
        tuple(cells[place] for place in range(WIDE * HIGH)),
        tuple(row["unit"] for row in _units()),
        tuple(f"{1 + number // 8:02}{1 + number % 8:02}" for number in range(MATTERS)),
        tuple(UUID(int=drawn.getrandbits(128), version=4) for _ in range(accounts)),
    )


def load_district(stage: Stage, accounts: int, seed: int = 6) -> District:
    """COPY 3,700 grids, 4,000 units, 48 matters and the accounts into the throw-away database."""
    district = invented_district(accounts, seed)
    drawn = random.Random(seed + 1)  # noqa: S311 - sample data, no secret
    with unguarded(stage, _TABLES) as superuser:
        copy_rows(superuser, UnitRow, map(_period, _units()))
        copy_rows(superuser, GridRow, map(_period, _grids()))
        copy_rows(superuser, MatterRow, _matters(district))
        copy_rows(superuser, AccountRow, map(_account, range(accounts), district.accounts))
        copy_rows(superuser, RoleRow, _roles(district, drawn))
        copy_rows(superuser, StaffRow, _staff(district))
        _tell_readers(superuser)
    return district


def _tell_readers(superuser: psycopg.Connection) -> None:
    """As a change by record would: who holds a snapshot of the registers reads them again."""
    superuser.execute("UPDATE grids.register_revision SET revision = revision + 1")


def _grids() -> Iterator[dict[str, Any]]:
    """1 city, 4 districts, 40 streets, 400 communities, 3,200 unit grids; and 55 grids of enterprises."""
    yield _grid("3309", 1, None, _area(0, 0, WIDE, HIGH), unit="BX-Z")
    made = 0
    for district in range(_DISTRICTS):
        x, y = district % 2 * WIDE // 2, district // 2 * HIGH // 2
        number = f"3309{district + 1:02}"
        yield _grid(number, 2, "3309", _area(x, y, WIDE // 2, HIGH // 2))
        for street in range(_STREETS):
            left, low = x + street % 2 * 20, y + street // 2 * 4
            yield _grid(f"{number}{street + 1:03}", 3, number, _area(left, low, 20, 4), unit=f"BX-T{made:02}")
            yield from _communities(f"{number}{street + 1:03}", left, low)
            made += 1
    for firm in range(GRIDS - 1 - _DISTRICTS * (1 + _STREETS * (1 + _COMMUNITIES * (1 + _SERIALS)))):
        yield _grid(f"BX-E{firm:02}", 5, None, _area(firm, firm % HIGH, 2, 2), category="enterprise")


def _communities(street: str, left: int, low: int) -> Iterator[dict[str, Any]]:
    """Ten of four by two unit grids each."""
    for community in range(_COMMUNITIES):
        number = f"{street}{community + 1:03}"
        x, y = left + community % 5 * 4, low + community // 5 * 2
        yield _grid(number, 4, street, _area(x, y, 4, 2))
        for serial in range(_SERIALS):
            across, up = x + serial % 4, y + serial // 4
            area = _area(across, up, 1, 1)
            yield _grid(f"{number}{serial + 1:03}", 5, number, area, place=up * WIDE + across)


def _grid(
    number: str,
    level: int,
    parent: str | None,
    area: str,
    *,
    unit: str | None = None,
    category: str = "base",
    place: int | None = None,
) -> dict[str, Any]:
    return {
        "sub": f"b9{number.encode().hex():0>30}"[-32:],
        "grid": number,
        "category": category,
        "level": level,
        "parent": parent,
        "name": f"网格{number}",
        "unit": unit,
        "area": area,
        "place": place,
    }


def _area(x: int, y: int, wide: int, high: int) -> str:
    west, south = WEST + x * CELL, SOUTH + y * CELL
    east, north = west + wide * CELL, south + high * CELL
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"polygons": [[ring]]})


def _units() -> Iterator[dict[str, Any]]:
    """A centre, a township for each street, sixty departments, and their teams."""
    yield _unit("BX-Z", "centre", None, "3309")
    for street in range(_DISTRICTS * _STREETS):
        yield _unit(f"BX-T{street:02}", "township", "BX-Z", None)
    for department in range(60):
        yield _unit(f"BX-D{department:02}", "department", "BX-Z", None)
    for team in range(UNITS - 1 - _DISTRICTS * _STREETS - 60):
        yield _unit(f"BX-{team:04}", "team", f"BX-D{team % 60:02}", None)


def _unit(number: str, category: str, parent: str | None, grid: str | None) -> dict[str, Any]:
    return {
        "sub": f"b8{number.encode().hex():0>30}"[-32:],
        "unit": number,
        "name": f"单位{number}",
        "category": category,
        "parent": parent,
        "grid": grid,
        "calendar": "cn",
        "hours": json.dumps(_HOURS),
    }


def _period(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"agency": AGENCY, "valid_from": _SINCE, "valid_to": None, "effect": NO_EFFECT}


def _matters(district: District) -> Iterator[dict[str, Any]]:
    """Half by the township, half by a department."""
    for place, matter in enumerate(district.matters):
        duty = {
            "level": 3,
            "unit": "territory" if place % 2 else f"BX-D{place:02}",
            "amount": 4,
            "measure": "work-hours",
            "closing": {"zh": "清理干净", "en": "cleared"},
        }
        entry = {
            "category": "event",
            "class": matter[:2],
            "class_zh": "市容环境",
            "zh": f"事项{matter}",
            "en": f"matter {matter}",
            "duties": [duty],
        }
        yield {
            "matter": matter,
            "version": 1,
            "sub": f"b7{matter.encode().hex():0>30}",
            "agency": AGENCY,
            "change": "admit",
            "entry": json.dumps(entry),
            "state": "approved",
            "effective_from": _SINCE,
            "proposed_by": None,
            "decided_by": None,
            "effect": NO_EFFECT,
        }


def _account(number: int, account: UUID) -> dict[str, Any]:
    return {
        "id": account,
        "agency": AGENCY,
        "username": f"district-{number:06}",
        "display_name": None,
        "active": True,
        "sub": account.hex,
        "password_set_at": _SINCE,
        "effect": NO_EFFECT,
        "password_hash": None,
        "failed_logins": 0,
        "locked_until": None,
        "last_login": None,
    }


def _roles(district: District, drawn: random.Random) -> Iterator[dict[str, Any]]:
    for number, account in enumerate(district.accounts):
        role = _ROLES[number % len(_ROLES)]
        yield {
            "id": UUID(int=drawn.getrandbits(128), version=4),
            "account": account,
            "role": role,
            "agency": AGENCY,
            "scope": None if role == "handler" else drawn.choice(district.cells)[:9],
            "effect": NO_EFFECT,
        }


def _staff(district: District) -> Iterator[dict[str, Any]]:
    for number, account in enumerate(district.accounts):
        unit = district.units[number % len(district.units)]
        yield {"account": account, "unit": unit, "since": _SINCE, "effect": NO_EFFECT}
