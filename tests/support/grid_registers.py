"""A small territory as tests register it: a city down to unit grids, its units, and who decides on matters.

with running_platform() as running:
    register(running)                      # grids, units
    admit(running, rubbish())              # a matter, proposed by one officer and approved by another
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gridwitness.grids import kinds
from gridwitness.platform import Platform
from gridwitness.records import Outcome, heads_of
from gridwitness_evidence import Record, base64url
from support.platform import CITY, Officer, RunningPlatform

SINCE = "2026-01-01T00:00:00Z"
WEST, SOUTH = 120_150_000, 30_280_000
"""South-west corner of the district, millionths of a degree."""
OFFICE_HOURS = {"hours": [["09:00", "12:00"], ["13:30", "17:30"]]}
CELL = 10_000
"""Side of a unit grid; the eight lie in two rows of four."""
CENTRE, TOWNSHIP, ROADS, GAS = "ZX", "WX", "SZ", "RQ"
UNIT_GRIDS = tuple(f"330106001001{serial:03}" for serial in range(1, 9))


def square(west: int, south: int, wide: int, high: int) -> dict[str, Any]:
    """A rectangle as an `area`."""
    east, north = west + wide, south + high
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"polygons": [[ring]]}


def grid(number: str, level: int, parent: str | None, **changed: Any) -> dict[str, Any]:
    return {
        "grid": number,
        "category": "base",
        "level": level,
        "parent": parent,
        "name": f"网格{number}",
        "unit": None,
        "area": None,
        "valid_from": SINCE,
        "valid_to": None,
        **changed,
    }


def unit(number: str, category: str, parent: str | None = None, **changed: Any) -> dict[str, Any]:
    return {
        "unit": number,
        "name": f"单位{number}",
        "category": category,
        "parent": parent,
        "grid": None,
        "calendar": "cn",
        "hours": OFFICE_HOURS,
        "valid_from": SINCE,
        "valid_to": None,
        **changed,
    }


def address(number: str, level: str, name: str, parent: str | None = None, **changed: Any) -> dict[str, Any]:
    return {
        "address": number,
        "parent": parent,
        "level": level,
        "name": name,
        "latitude": None,
        "longitude": None,
        "grid": None,
        "valid_from": SINCE,
        "valid_to": None,
        **changed,
    }


UNITS = (
    unit(CENTRE, "centre"),
    unit(TOWNSHIP, "township", CENTRE),
    unit(ROADS, "department", CENTRE),
    unit("SZ-1", "team", ROADS, calendar="none", hours={"hours": [["00:00", "24:00"]]}),
    unit(GAS, "enterprise", ROADS),
)
WHOLE = square(WEST, SOUTH, 4 * CELL, 2 * CELL)
GRIDS = (
    grid("3301", 1, None),
    grid("330106", 2, "3301", unit=CENTRE, area=WHOLE),
    grid("330106001", 3, "330106", unit=TOWNSHIP, area=WHOLE),
    grid("330106001001", 4, "330106001", area=WHOLE),
    *(
        grid(
            number,
            5,
            "330106001001",
            area=square(WEST + CELL * (place % 4), SOUTH + CELL * (1 - place // 4), CELL, CELL),
        )
        for place, number in enumerate(UNIT_GRIDS)
    ),
    grid("GAS-1", 5, None, category="enterprise", unit=GAS, area=square(WEST, SOUTH, 2 * CELL, 2 * CELL)),
)


def middle(place: int) -> tuple[int, int]:
    """Latitude and longitude (millionths) of the middle of the n-th unit grid."""
    return SOUTH + CELL * (1 - place // 4) + CELL // 2, WEST + CELL * (place % 4) + CELL // 2


def register(running: RunningPlatform | Platform, agency: str = CITY) -> None:
    """Units and grids of the district, on the agency's own word."""
    platform = running.platform if isinstance(running, RunningPlatform) else running
    with platform.transaction() as session:
        for kind, entries in ((kinds.UNIT, UNITS), (kinds.GRID, GRIDS)):
            for entered in platform.grid_registers.take(session, agency, kind, entries):
                assert entered.error is None, entered.error


def entry(**changed: Any) -> dict[str, Any]:
    """A matter's entry: 暴露垃圾, by the territory, four work hours."""
    return {
        "category": "event",
        "class": "01",
        "class_zh": "市容环境",
        "zh": "暴露垃圾",
        "en": "exposed rubbish",
        "urgency": "normal",
        "duties": [duty()],
        "radius_m": 50,
        "days": 7,
        **changed,
    }


def duty(level: int = 3, who: str = "territory", **changed: Any) -> dict[str, Any]:
    return {
        "level": level,
        "unit": who,
        "amount": 4,
        "measure": "work-hours",
        "closing": {"zh": "清理干净", "en": "cleared"},
        **changed,
    }


def proposal(matter: str = "0102", version: int = 1, **changed: Any) -> dict[str, Any]:
    return {
        "matter": matter,
        "version": version,
        "change": "admit",
        "entry": entry(),
        "reason": "清单启用",
        "effective_from": SINCE,
        **changed,
    }


def decision(proposed: Record, outcome: str = "approved", **changed: Any) -> dict[str, Any]:
    """A decision on a proposal's record."""
    return {
        "matter": proposed.fields["matter"],
        "version": proposed.fields["version"],
        "statement": proposed.claims.jti,
        "entry": base64url.encode(proposed.digest),
        "outcome": outcome,
        "reason": None,
        **changed,
    }


def sign_on(officer: Officer, kind: str, fields: Mapping[str, Any], sub: str | None = None) -> Record:
    """A record in a new subject, or at the head of one."""
    if sub is None:
        return officer.sign(kind, fields)
    log = officer.running.log(officer.agency)
    with officer.running.platform.transaction() as session:
        head = heads_of(session, [(log.name, sub)])[log.name, sub]
    return officer.sign(kind, fields, sub=sub, seq=head.seq + 1, prev=head.digest)


def hand_in(officer: Officer, record: Record) -> Outcome:
    """One record, accepted or refused."""
    return officer.running.accept(record)[0]


def admit(proposer: Officer, approver: Officer, proposals: Sequence[Mapping[str, Any]]) -> None:
    """Have matters proposed by one officer and approved by another."""
    for fields in proposals:
        proposed = sign_on(proposer, kinds.PROPOSED, fields)
        assert hand_in(proposer, proposed).error is None
        decided = sign_on(approver, kinds.DECIDED, decision(proposed), proposed.claims.sub)
        outcome = hand_in(approver, decided)
        assert outcome.error is None, outcome.error
