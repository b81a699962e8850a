"""What a report makes: the event's row, its number, its grid (docs/format.md section 24)."""

from __future__ import annotations

from gridwitness.errors import Conflict, InvalidInput, NotFound
from gridwitness.events.course import Course
from gridwitness.events.loading import Loaded
from gridwitness.events.models import EventRow
from gridwitness.events.statement import Statement
from gridwitness.grids.matter import Matter


def opening(course: Course, statement: Statement, loaded: Loaded) -> None:
    """The event's row as its report gives it. Raises InvalidInput `event-details`; NotFound; Conflict."""
    given, agency = statement.given, statement.agency
    matter = matter_named(statement, loaded)
    if matter is not None and matter.category != given("category"):
        raise InvalidInput(
            "event-details",
            f"Matter {matter.matter} is of category {matter.category}, not {given('category')}.",
            "report it as such, or without a matter",
        )
    channel_key = given("channel_key")
    if channel_key is not None:
        known = loaded.taken.setdefault((agency, given("channel"), channel_key), course.sub)
        if known != course.sub:
            raise Conflict(
                "event-known", f"{given('channel')} {channel_key} is event {known} already.", None, sub=known
            )
    year = statement.at.astimezone(statement.loop.zone).year
    count = loaded.numbers.get((agency, year), 0) + 1
    latitude, longitude = statement.place or (None, None)
    course.put(
        EventRow,
        {"sub": course.sub},
        number=f"{agency}-{year}-{count:06d}",
        agency=agency,
        channel=given("channel"),
        channel_key=channel_key,
        category=given("category"),
        matter=None if matter is None else matter.matter,
        matter_version=None if matter is None else matter.version,
        urgency=given("urgency"),
        grid=grid_of_report(statement, loaded),
        lat_e6=latitude,
        lon_e6=longitude,
        address=statement.address,
        title=statement.title,
        description=statement.description,
        round=1,
        reported_at=statement.at,
        reported_by=None if statement.actor is None else statement.actor.account,
        detection=given("detection"),
        returns=0,
        loop=statement.loop.version,
        steps=0,
    )
    loaded.numbers[agency, year] = count


def grid_of_report(statement: Statement, loaded: Loaded) -> str | None:
    """The grid a report names, else the one its place lies in. Raises NotFound `grid-unknown`."""
    named: str | None = statement.given("grid")
    if named is not None:
        return loaded.territory.grid(named).number
    if statement.place is None:
        return None
    found = loaded.territory.locate(*statement.place)
    return None if found is None else found.number


def matter_named(statement: Statement, loaded: Loaded) -> Matter | None:
    """The matter a step names. Raises NotFound `matter-unknown`."""
    named: str | None = statement.given("matter")
    if named is None:
        return None
    found = loaded.governing.get((named, statement.at))
    if found is None or found.agency != statement.agency:
        raise NotFound(
            "matter-unknown",
            f"No matter {named[:64]} is in force. 权责清单中没有该事项。",
            "see the list of matters",
        )
    return found
