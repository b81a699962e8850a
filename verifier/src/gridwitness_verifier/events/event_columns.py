"""The columns of `events.event` as the steps give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from .beside import Columns
from .course import Course, Placed
from .turn import Turn, time_text, turn_of

_PHASES = ("reported", "assessed", "joint", "ended")
_PHASE_OF = {f"emergency_{name}": phase for name, phase in zip(
    ("report", "assess", "joint", "end"), _PHASES, strict=True
)}  # fmt: skip
_SAID = ("title", "description", "address")


def read_columns(course: Course, shown: Mapping[str, Mapping[str, Any]]) -> Columns:
    """What each column has to hold; one left out is what a register says, or what is not shown.

    `shown`: the fields of each step, by `jti`.
    """
    reader = _Reader(shown)
    for placed in course.placed:
        reader.take(placed)
    last = course.placed[-1]
    reader.columns |= {
        "state": last.state,
        "round": str(last.round),
        "steps": str(len(course.placed)),
        "moved_at": time_text(last.fact.occurred_at),
        "loop": course.loop.version,
        "returns": str(sum(ask.what == "return" and ask.granted for ask in course.asks)),
    }
    return {name: value for name, value in reader.columns.items() if name not in reader.unsure}


@dataclass
class _Reader:
    shown: Mapping[str, Mapping[str, Any]]
    columns: Columns = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)

    def take(self, placed: Placed) -> None:
        apply = getattr(self, f"_{placed.step.name}", None)
        if placed.step.name in _PHASE_OF:
            apply = self._emergency
        if apply is not None:
            apply(turn_of(placed))

    def _report(self, turn: Turn) -> None:
        said, shown = turn.said, self.shown.get(turn.placed.fact.jti, {})
        columns: Columns = {
            "channel": said("channel"), "channel_key": said("channel_key"), "category": said("category"),
            "urgency": said("urgency"), "detection": said("detection"), "matter": said("matter"),
            "reported_at": turn.at, "reported_by": turn.actor,
        }  # fmt: skip
        columns |= dict.fromkeys(
            ("unit", "handler", "mode", "responsible_since", "accepted_at", "filed_at", "dispatched_at",
             "answered_at", "closed_at", "outcome", "satisfaction", "merged_into", "emergency")
        )  # fmt: skip
        columns |= {name: shown[name] for name in _SAID if name in shown}
        for column, name in (("lat_e6", "latitude"), ("lon_e6", "longitude")):
            if name in shown:
                columns[column] = _millionths(shown[name])
        self.columns = columns
        self._place(said("grid"))
        if said("grid") is None and shown.get("latitude", "") is not None:
            # The grid that the place lies in: the registers say which.
            self.unsure.add("grid")

    def _place(self, grid: Any) -> None:
        self.columns["grid"] = grid
        self.unsure.discard("grid")

    def _classify(self, placed: Placed) -> None:
        matter, grid = placed.fact.said("matter"), placed.fact.said("grid")
        if matter is not None:
            self.columns["matter"] = matter
            # Its entry in the list says of which category it is.
            self.unsure.add("category")
        if grid is not None:
            self._place(grid)

    def _accept(self, turn: Turn) -> None:
        self._classify(turn.placed)
        self.columns["accepted_at"] = turn.at
        if turn.said("urgency") is not None:
            self.columns["urgency"] = turn.said("urgency")

    def _reclassify(self, turn: Turn) -> None:
        self._classify(turn.placed)

    def _file(self, turn: Turn) -> None:
        self.columns["filed_at"] = turn.at

    def _dispatch(self, turn: Turn) -> None:
        said = turn.said
        self._take_up(said("unit"), turn.at)
        self.columns |= {"handler": None, "mode": said("mode"), "dispatched_at": turn.at}

    def _take_up(self, unit: str | None, at: str | None) -> None:
        self.columns |= {"unit": unit, "responsible_since": at}
        self.unsure.discard("unit")

    def _sign(self, turn: Turn) -> None:
        self.columns["handler"] = turn.actor

    def _return_grant(self, _turn: Turn) -> None:
        self._take_up(None, None)
        self.columns["handler"] = None

    def _answer(self, turn: Turn) -> None:
        self.columns["answered_at"] = turn.at

    def _self_handle(self, turn: Turn) -> None:
        unit = turn.placed.fact.unit
        self._take_up(unit if isinstance(unit, str) else None, turn.at)
        self.columns["answered_at"] = turn.at
        if not isinstance(unit, str):
            self.unsure.add("unit")

    def _check(self, turn: Turn) -> None:
        if turn.said("result") == "failed":
            self.columns |= {"answered_at": None, "responsible_since": turn.at}

    def _close(self, turn: Turn) -> None:
        self.columns |= {"closed_at": turn.at, "outcome": turn.said("outcome")}

    def _callback(self, turn: Turn) -> None:
        self.columns["satisfaction"] = turn.said("satisfaction")

    def _reopen(self, _turn: Turn) -> None:
        self._take_up(None, None)
        self.columns |= dict.fromkeys(("handler", "answered_at", "closed_at", "outcome", "satisfaction"))

    def _merge(self, turn: Turn) -> None:
        self.columns["merged_into"] = turn.said("into")

    def _unmerge(self, _turn: Turn) -> None:
        self.columns["merged_into"] = None

    def _emergency(self, turn: Turn) -> None:
        level, _, phase = (self.columns.get("emergency") or "").partition("/")
        begun = _PHASE_OF[turn.placed.step.name]
        if begun == _PHASES[0]:
            level, phase = str(turn.said("level")), begun
        phase = max(phase or begun, begun, key=_PHASES.index)
        self.columns["emergency"] = f"{level}/{phase}"


def _millionths(degrees: Any) -> str | None:
    if degrees is None:
        return None
    try:
        return str(round(Decimal(degrees) * 1_000_000))
    except (InvalidOperation, TypeError, ValueError):
        return None
