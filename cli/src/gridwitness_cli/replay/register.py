"""What a city's file says of its bodies, districts and types of request, as the platform's registers."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from gridwitness.grids import kinds
from gridwitness.platform import Platform
from gridwitness.records import rfc3339

from gridwitness_cli.bench.officers import offered_key
from gridwitness_cli.matter_list import approve_matters
from gridwitness_cli.replay.city_files import CityFile
from gridwitness_cli.replay.layouts import Layout
from gridwitness_cli.replay.service_request import ServiceRequest
from gridwitness_cli.replay.stand import Stand
from gridwitness_cli.replay.straight import OWN_DAYS

CENTRE = "CENTRE"
"""The unit that accepts, files and dispatches for the whole city."""
_ROUND_THE_CLOCK = {"hours": [["00:00", "24:00"]]}


def register_city(stand: Stand, city: CityFile) -> None:
    """Channels, units, the city's grid and districts, and the list of matters, approved by a duty chief."""
    since = rfc3339(stand.clock.now() - timedelta(days=1))
    layout, platform = city.layout, stand.platform
    _take(platform, layout.agency, kinds.UNIT, _units(layout, city.requests, since))
    _take(platform, layout.agency, kinds.GRID, _grids(layout, city.requests, since))
    _take(platform, layout.agency, kinds.PROPOSED, _matters(layout, city.requests, since))
    with platform.transaction() as session:
        for word, category in layout.channels.items():
            platform.channels.register(
                session, layout.agency, channel_name(layout, word), category=category, title=word,
                settings={}, by=None,
            )  # fmt: skip
        chief = platform.accounts.create(
            session, agency=layout.agency, username="chief", display_name=None,
            password=secrets.token_urlsafe(15), roles=["duty_chief"], by=None,
        )  # fmt: skip
        holder = str(chief.id)
    approve_matters(platform, layout.agency, offered_key(platform, layout.agency, holder), by=holder)


def matter_number(layout: Layout, kind: str) -> str:
    """The number of a type of request, made of its words; what stands behind a colon is a detail of it."""
    return "-".join([layout.agency[:2], *_words(kind.partition(":")[0].upper())])


def channel_name(layout: Layout, word: str) -> str:
    """The name of the channel that a request came by, made of the city's word for it."""
    return "-".join([layout.agency[:2].lower(), *_words(word.lower())])


def _take(platform: Platform, agency: str, kind: str, entries: Sequence[dict[str, Any]]) -> None:
    with platform.transaction() as session:
        for entered in platform.grid_registers.take(session, agency, kind, entries):
            if entered.error is not None:
                raise entered.error


def _words(text: str) -> list[str]:
    return "".join(character if character.isalnum() else " " for character in text).split()


def _units(layout: Layout, requests: Iterable[ServiceRequest], since: str) -> list[dict[str, Any]]:
    units = [_unit(CENTRE, f"{layout.city} 311", "centre", None, since)]
    units += [_unit(code, name, "department", CENTRE, since) for code, name in layout.bodies.items()]
    for number in sorted({request.unit for request in requests} - {*layout.bodies}):
        agency, _, name = number.partition("-")
        units.append(_unit(number, f"{layout.bodies.get(agency, agency)}: {name}", "team", agency, since))
    return units


def _unit(number: str, name: str, category: str, parent: str | None, since: str) -> dict[str, Any]:
    return {
        "unit": number, "name": name, "category": category, "parent": parent, "grid": None,
        "calendar": "none", "hours": _ROUND_THE_CLOCK, "valid_from": since, "valid_to": None,
    }  # fmt: skip


def _grids(layout: Layout, requests: Iterable[ServiceRequest], since: str) -> list[dict[str, Any]]:
    districts = sorted({request.grid for request in requests} - {""})
    return [
        _grid(layout.agency, 1, None, layout.city, CENTRE, since),
        *(_grid(number, 2, layout.agency, number, None, since) for number in districts),
    ]


def _grid(
    number: str, level: int, parent: str | None, name: str, unit: str | None, since: str
) -> dict[str, Any]:
    return {
        "grid": number, "category": "base", "level": level, "parent": parent, "name": name, "unit": unit,
        "area": None, "valid_from": since, "valid_to": None,
    }  # fmt: skip


def _matters(layout: Layout, requests: Iterable[ServiceRequest], since: str) -> list[dict[str, Any]]:
    """Types of request. Neither city states a limit: the loop's own number of days stands for all of them."""
    names = {matter_number(layout, request.kind): request.kind.partition(":")[0] for request in requests}
    closing = {"zh": "以城市自己的结案为准", "en": "as the city itself closed it"}
    duty = {
        "level": 1, "unit": "territory", "amount": OWN_DAYS, "measure": "calendar-days", "closing": closing,
    }  # fmt: skip
    return [
        {
            "matter": number,
            "version": 1,
            "change": "admit",
            "entry": {
                "category": "event", "class": "01", "class_zh": "市民诉求", "zh": name, "en": name,
                "source": f"{layout.city} open data", "confidence": "assumed", "duties": [duty],
            },
            "reason": "replay",
            "effective_from": since,
        }
        for number, name in sorted(names.items())
    ]  # fmt: skip
