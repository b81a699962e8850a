"""Whistles 吹哨报到: units are called, check in against a clock, and the caller rates who came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound
from gridwitness.events.beside import Beside, Called, Effect, Mark, Taken, Whistle
from gridwitness.events.models import CheckinRow, WhistleRow
from gridwitness.grids.territory import Territory
from gridwitness.records import change, put_new

CHECK_IN = "checkin"
MOST_CALLED = 30
_WORST, _BEST = 1, 5

Due = Callable[[str, str], datetime | None]
"""When a clock of that name, begun by this step for that unit, is due; None: nobody can tell, or never."""


def whistle_of(beside: Beside, number: object) -> Whistle:
    """A whistle of the event. Raises NotFound `whistle-unknown`."""
    whistle = beside.whistles.get(number) if isinstance(number, int) else None
    if whistle is None:
        raise NotFound("whistle-unknown", f"The event has no whistle {number}.", "see its whistles")
    return whistle


def check_units(units: list[str], territory: Territory) -> None:
    """Units that are named: each known, none twice. Raises InvalidInput `units-named`, NotFound."""
    if not units or len(units) > MOST_CALLED or len(set(units)) != len(units):
        raise InvalidInput("units-named", f"1 … {MOST_CALLED} different units are named.", None)
    for unit in units:
        territory.unit(unit)


def blown(beside: Beside, taken: Taken, territory: Territory, due: Due) -> Effect:
    """A new whistle, with a check-in to come for each unit."""
    units = taken.details["units"]
    check_units(units, territory)
    number = max(beside.whistles, default=0) + 1
    whistle = put_new(
        WhistleRow,
        sub=taken.sub,
        number=number,
        caller=taken.actor,
        urgency=taken.details["urgency"],
        blown_at=taken.at,
        state="open",
    )
    called = [
        put_new(
            CheckinRow,
            sub=taken.sub,
            number=number,
            unit=unit,
            called_at=taken.at,
            due_at=due(CHECK_IN, unit),
        )
        for unit in units
    ]
    beside.whistles[number] = Whistle(number, taken.actor, "open", {unit: Called() for unit in units})
    return Effect([whistle, *called], marks=[Mark("start", CHECK_IN, unit, number) for unit in units])


def checked_in(beside: Beside, taken: Taken) -> Effect:
    """A unit is there."""
    whistle = _open(beside, taken)
    unit = taken.unit or ""
    called = whistle.called.get(unit)
    if called is None:
        raise Forbidden(
            "unit-not-called",
            f"Whistle {whistle.number} called {', '.join(sorted(whistle.called))}, not {unit or 'nobody'}.",
            "check in for a unit that was called",
        )
    if called.came:
        raise Conflict("checked-in", f"Unit {unit} has checked in already.", None)
    called.came = True
    row = change(CheckinRow, _key(taken, whistle, unit), checked_in_at=taken.at, checked_in_by=taken.actor)
    return Effect([row], marks=[Mark("end", CHECK_IN, unit, whistle.number)])


def rated(beside: Beside, taken: Taken) -> Effect:
    """What the caller thinks of a unit it called, whether or not it came."""
    whistle = whistle_of(beside, taken.details["whistle"])
    unit, rating = taken.details["unit"], taken.details["rating"]
    if taken.actor is None or taken.actor != whistle.caller:
        raise Forbidden("whistle-caller", "Only who blew the whistle rates who came.", None)
    if not _WORST <= rating <= _BEST:
        raise InvalidInput("whistle-rating", f"A rating is {_WORST} … {_BEST}.", None)
    called = whistle.called.get(unit)
    if called is None:
        raise NotFound("unit-not-called", f"Whistle {whistle.number} did not call unit {unit}.", None)
    if called.rating is not None:
        raise Conflict("whistle-rated", f"Unit {unit} was rated {called.rating} already.", None)
    called.rating = rating
    return Effect([change(CheckinRow, _key(taken, whistle, unit), rating=rating, rated_at=taken.at)])


def ended(beside: Beside, taken: Taken) -> Effect:
    """The end of a whistle: who has not come need not come any more."""
    whistle = _open(beside, taken)
    whistle.state = "ended"
    key = {"sub": taken.sub, "number": whistle.number}
    missing = sorted(unit for unit, called in whistle.called.items() if not called.came)
    return Effect(
        [change(WhistleRow, key, ended_at=taken.at, state="ended")],
        marks=[Mark("drop", CHECK_IN, unit, whistle.number) for unit in missing],
    )


def met(taken: Taken, territory: Territory) -> Effect:
    """A meeting of units; its record and its note are all there is of it."""
    check_units(taken.details["units"], territory)
    return Effect()


def _open(beside: Beside, taken: Taken) -> Whistle:
    whistle = whistle_of(beside, taken.details["whistle"])
    if whistle.state != "open":
        raise Conflict("whistle-state", f"Whistle {whistle.number} has ended.", None)
    return whistle


def _key(taken: Taken, whistle: Whistle, unit: str) -> dict[str, object]:
    return {"sub": taken.sub, "number": whistle.number, "unit": unit}
