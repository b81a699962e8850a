"""Records of the truck registers, as an officer signs them: fields with good defaults."""

from __future__ import annotations

from typing import Any

from gridwitness.records import Outcome, heads_of
from gridwitness.trucks import kinds
from support.platform import Officer, RunningPlatform

SINCE, UNTIL = "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"
PLACE = (120_150_000, 30_280_000)
"""A place in Hangzhou: longitude and latitude in millionths of a degree."""


def square(east: int = 0, north: int = 0, side: int = 2_000) -> dict[str, Any]:
    """A square area, some way east and north of `PLACE`."""
    x, y = PLACE[0] + east, PLACE[1] + north
    return {"ring": [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]}


def carrier(number: str = "C1", **changed: Any) -> dict[str, Any]:
    return {
        "carrier": number,
        "name": "示范渣土运输有限公司",
        "licence": None,
        "valid_from": SINCE,
        "valid_to": None,
        **changed,
    }


def truck(plate: str = "浙A12345", **changed: Any) -> dict[str, Any]:
    return {
        "plate": plate,
        "plate_color": "yellow",
        "carrier": "C1",
        "vehicle_class": None,
        "brand": "陕汽",
        "color": "绿",
        "rated_kg": 15_500,
        "valid_from": SINCE,
        "valid_to": None,
        **changed,
    }


def site(number: str = "S1", category: str = "construction", **changed: Any) -> dict[str, Any]:
    return {
        "site": number,
        "category": category,
        "name": "示范工地",
        "area": square(),
        "valid_from": SINCE,
        "valid_to": None,
        **changed,
    }


def checkpoint(number: str = "K1", **changed: Any) -> dict[str, Any]:
    return {
        "checkpoint": number,
        "name": "文三路卡口",
        "device": f"33010000001190{number:0>6}",
        "latitude": "30.280000",
        "longitude": "120.150000",
        "datum": "WGS84",
        "road": None,
        "direction": None,
        "valid_from": SINCE,
        "valid_to": None,
        **changed,
    }


def permit(number: str = "P1", version: int = 1, **changed: Any) -> dict[str, Any]:
    return {
        "permit": number,
        "version": version,
        "carrier": "C1",
        "plates": ["浙A12345"],
        "site": "S1",
        "dumps": ["D1"],
        "checkpoints": None,
        "corridor": None,
        "windows": {"windows": [{"from": "21:00", "to": "06:00"}]},
        "valid_from": SINCE,
        "valid_to": UNTIL,
        "state": "valid",
        **changed,
    }


def terminal(number: str = "T1", **changed: Any) -> dict[str, Any]:
    return {"terminal": number, "plate": "浙A12345", "valid_from": SINCE, "valid_to": None, **changed}


def issued(number: str = "M1", **changed: Any) -> dict[str, Any]:
    return {
        "manifest": number,
        "permit": "P1",
        "plate": "浙A12345",
        "site": "S1",
        "dump": "D1",
        "left_at": "2026-05-01T14:00:00Z",
        "load_kg": 15_000,
        **changed,
    }


def received(number: str = "M1", **changed: Any) -> dict[str, Any]:
    return {
        "manifest": number,
        "dump": "D1",
        "received_at": "2026-05-01T15:00:00Z",
        "load_kg": None,
        **changed,
    }


def enter(officer: Officer, kind: str, fields: dict[str, Any], sub: str | None = None) -> Outcome:
    """Sign and hand in one record, at the head of `sub` where it goes on in one."""
    running = officer.running
    claims = {} if sub is None else head_claims(running, officer.agency, sub)
    return running.accept(officer.sign(kind, fields, **claims))[0]


def enter_all(officer: Officer, *entries: tuple[str, dict[str, Any]]) -> list[str]:
    """Hand records of new subjects in as one batch; gives the subjects. All must be accepted."""
    records = [officer.sign(kind, fields) for kind, fields in entries]
    outcomes = officer.running.accept(*records)
    assert [outcome.error for outcome in outcomes] == [None] * len(outcomes)
    return [record.claims.sub for record in records]


def head_claims(running: RunningPlatform, agency: str, sub: str) -> dict[str, Any]:
    """Claims of a subject's next record."""
    log = running.log(agency)
    with running.platform.transaction() as session:
        head = heads_of(session, [(log.name, sub)])[log.name, sub]
    return {"sub": sub, "seq": head.seq + 1, "prev": head.digest}


def refusal(outcome: Outcome) -> str | None:
    """The code an outcome was refused with; None where it was accepted."""
    return None if outcome.error is None else outcome.error.code


BASICS = (
    (kinds.CARRIER, carrier()),
    (kinds.TRUCK, truck()),
    (kinds.SITE, site()),
    (kinds.SITE, site("D1", "dump", area=square(9_000))),
    (kinds.CHECKPOINT, checkpoint()),
    (kinds.PERMIT, permit()),
    (kinds.TERMINAL, terminal()),
)
"""A carrier with one truck, its terminal and permit, two sites, a checkpoint."""
