"""What a city's file says of its bodies and districts, as the platform's registers: grids and units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from gridwitness.records import rfc3339

from gridwitness_cli.replay.layouts import Layout
from gridwitness_cli.replay.service_request import ServiceRequest
from gridwitness_cli.simulate.arrivals import Record

CENTRE = "CENTRE"
"""The unit that accepts, files and dispatches for the whole city."""
_ROUND_THE_CLOCK = {"hours": [["00:00", "24:00"]]}


def register_entries(layout: Layout, requests: Iterable[ServiceRequest], begin: datetime) -> list[Record]:
    """Units first, then the city's grid and its districts; in force since the day before `begin`."""
    since = rfc3339(begin - timedelta(days=1))
    rows = list(requests)
    units = [_unit(CENTRE, f"{layout.city} 311", "centre", None, since)]
    units += [_unit(code, name, "department", CENTRE, since) for code, name in layout.bodies.items()]
    for number in sorted({row.unit for row in rows} - {*layout.bodies}):
        agency, _, name = number.partition("-")
        units.append(_unit(number, f"{layout.bodies.get(agency, agency)}: {name}", "team", agency, since))
    grids = [_grid(layout.agency, 1, None, layout.city, CENTRE, since)]
    for number in sorted({row.grid for row in rows} - {""}):
        grids.append(_grid(number, 2, layout.agency, number, None, since))
    return units + grids


def matter_number(layout: Layout, kind: str) -> str:
    """The number of a type of request, made of its words."""
    words = "".join(
        character if character.isalnum() else " " for character in kind.partition(":")[0].upper()
    ).split()
    return "-".join([layout.agency[:2], *words])


def channel_name(word: str) -> str:
    """The name of the channel that a request came by."""
    return "-".join("".join(c if c.isalnum() else " " for c in word.lower()).split())


def _unit(number: str, name: str, category: str, parent: str | None, since: str) -> Record:
    fields: Mapping[str, Any] = {
        "unit": number, "name": name, "category": category, "parent": parent, "grid": None,
        "calendar": "none", "hours": _ROUND_THE_CLOCK, "valid_from": since, "valid_to": None,
    }  # fmt: skip
    return Record("unit.registered.v1", fields)


def _grid(number: str, level: int, parent: str | None, name: str, unit: str | None, since: str) -> Record:
    fields: Mapping[str, Any] = {
        "grid": number, "category": "base", "level": level, "parent": parent, "name": name, "unit": unit,
        "area": None, "valid_from": since, "valid_to": None,
    }  # fmt: skip
    return Record("grid.registered.v1", fields)
