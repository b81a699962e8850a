"""One event of the demo, through all seven stages: who takes which step when, and in which words.

Exposed rubbish goes by the list, and by itself, to the street, which returns it; the bureau takes it, is
given more time, and a whistle calls community and street. It stays overdue all the same: an order comes by
itself, and goes a level up. A check fails, and the second round is closed and rated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gridwitness_cli.demo.district_cast import (
    ACCEPTOR,
    AT_CITY,
    AT_COMMUNITY,
    AT_STREET,
    CHECKER,
    CHIEF,
    DISPATCHER,
    GRID_WORKER,
    Seat,
)

MATTER = "0102"
"""暴露垃圾: four working hours, by the territory."""
CHANNEL = "grid-worker"
REPORTED_AT = "05-27 10:00"
LATITUDE, LONGITUDE = "30.305", "120.105"
"""In the north-western cell of the first community."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One step. `state`: what the platform's own duty process is awaited to have brought the event to since
    the step before; `orders`: how many it has raised by then, and the level of the last.
    """

    when: str
    by: Seat
    step: str
    details: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    photo: bool = False
    unit: str | None = None
    state: str | None = None
    orders: tuple[int, int] = (0, 0)


BEATS = (
    Beat("05-27 10:05", ACCEPTOR, "accept", {"matter": MATTER}),
    Beat("05-27 10:08", CHIEF, "file"),
    Beat(
        "05-27 10:30", AT_STREET, "return_ask", {"suggested": "CG"},
        "装修垃圾堆在市政道路上，非街道职责", state="dispatched",
    ),
    Beat("05-27 10:36", DISPATCHER, "return_grant"),
    Beat("05-27 10:40", DISPATCHER, "dispatch", {"unit": "CG", "basis": "manual", "helpers": ["SQ11"]}),
    Beat("05-27 10:50", AT_CITY, "sign"),
    Beat("05-27 11:05", AT_CITY, "extend_ask", {"amount": 2}, "需调度清运车辆，申请延长两个工作时"),
    Beat("05-27 11:10", CHIEF, "extend_grant"),
    Beat(
        "05-27 13:40", GRID_WORKER, "whistle", {"units": ["JD1", "SQ11"], "urgency": "urgent"},
        "垃圾占道，请街道社区到场",
    ),
    Beat("05-27 13:52", AT_STREET, "check_in", {"whistle": 1}, unit="JD1"),
    Beat("05-27 14:01", AT_COMMUNITY, "check_in", {"whistle": 1}, unit="SQ11"),
    Beat("05-27 14:30", GRID_WORKER, "whistle_rate", {"whistle": 1, "unit": "JD1", "rating": 5}),
    Beat("05-27 14:31", GRID_WORKER, "whistle_end", {"whistle": 1}, "现场已会商，围挡设好"),
    Beat("05-28 10:00", AT_CITY, "progress", {}, "清运车辆已到位，部分清理", orders=(1, 1)),
    Beat(
        "05-29 16:00", ACCEPTOR, "order_reply", {"order": 1}, "已责成城管局当日清运完毕", unit="ZX",
        orders=(1, 2),
    ),
    Beat("05-29 16:20", AT_CITY, "answer", {"result": "done"}, "垃圾已清运，道路已冲洗", photo=True),
    Beat("05-29 16:40", CHECKER, "check", {"result": "failed"}, "墙角仍有残留"),
    Beat("05-29 17:10", AT_CITY, "answer", {"result": "done"}, "残留已清除", photo=True),
    Beat("05-29 17:20", CHECKER, "check", {"result": "passed"}),
    Beat("05-29 17:25", ACCEPTOR, "close", {"outcome": "solved"}),
    Beat("06-01 09:30", ACCEPTOR, "callback", {"reached": True, "satisfaction": "satisfied"}),
)  # fmt: skip
