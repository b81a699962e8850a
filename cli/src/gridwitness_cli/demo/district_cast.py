"""Who works in the example district: the people of an event's seven stages, in demos and guides alike."""

from __future__ import annotations

from dataclasses import dataclass

from gridwitness.grids.example import CENTRE, DISTRICT

STREET, COMMUNITY = f"{DISTRICT}001", f"{DISTRICT}001001"
CELL = f"{COMMUNITY}001"
"""A unit grid of the first community: `STREET`, `COMMUNITY` lie above it."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A person at work: roles hold in `scope` (a grid) and below; `unit`: for whom they act."""

    username: str
    name: str
    roles: tuple[str, ...]
    scope: str | None = None
    unit: str | None = None
    signs: bool = False


GRID_WORKER = Seat("wang.fang", "王芳", ("grid_worker",), COMMUNITY, signs=True)
ACCEPTOR = Seat("chen.jie", "陈洁", ("acceptor", "handler"), DISTRICT, CENTRE)
"""At the hotline desk; also answers orders that reach the centre."""
CHIEF = Seat("lin.tao", "林涛", ("duty_chief",), DISTRICT)
DISPATCHER = Seat("xu.yan", "徐妍", ("dispatcher",), DISTRICT)
CHECKER = Seat("qian.bo", "钱波", ("checker",), STREET)
AT_COMMUNITY = Seat("sun.yu", "孙宇", ("handler",), DISTRICT, "SQ11")
AT_STREET = Seat("ma.li", "马丽", ("handler",), DISTRICT, "JD1")
AT_CITY = Seat("gao.feng", "高峰", ("handler",), DISTRICT, "CG", signs=True)
"""Handlers of the community, the street and the city-management bureau."""

SEATS = (
    GRID_WORKER, ACCEPTOR, CHIEF, DISPATCHER, CHECKER, AT_COMMUNITY, AT_STREET, AT_CITY,
)  # fmt: skip
