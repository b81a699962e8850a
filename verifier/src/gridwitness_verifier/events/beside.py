"""What stands beside an event's stages: assignments, asks, orders, whistles, as the steps give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .course import Course, Placed
from .turn import Turn, plain_text, time_text, turn_of

Columns = dict[str, str | None]
Expected = dict[str, dict[str, Columns]]
"""By table and key (its parts joined) what the columns have to hold; a column left out is anybody's word."""

KEYS = {
    "assignment": ("round", "number", "unit"),
    "ask": ("jti",),
    "order": ("number",),
    "whistle": ("number",),
    "checkin": ("number", "unit"),
    "step": ("jti",),
}


def read_beside(course: Course) -> Expected:
    """The rows of an event's tables but `event`, `clock`, `link` and `reporter`."""
    reader = _Reader(course)
    for placed in course.placed:
        reader.take(placed)
    reader.add_asks()
    if reader.unsure:
        del reader.found["assignment"]
    return reader.found


def key_of(table: str, row: Mapping[str, str | None]) -> str:
    """A row's key as `Expected` has it."""
    return "/".join(row.get(name) or "" for name in KEYS[table])


@dataclass
class _Reader:
    course: Course
    found: Expected = field(default_factory=lambda: {table: {} for table in KEYS})
    present: list[Columns] = field(default_factory=list)
    """Parts in the newest dispatch of the present round."""
    round: int = 1
    unit: str | None = None
    unsure: bool = False

    def take(self, placed: Placed) -> None:
        self._add_step(placed)
        apply = getattr(self, f"_{placed.step.name}", None)
        if apply is not None:
            apply(turn_of(placed))
        if placed.round != self.round:
            self.round = placed.round
            if placed.step.name == "reopen":
                self.present, self.unit = [], None

    def _add_step(self, placed: Placed) -> None:
        fact, step = placed.fact, placed.step
        self.found["step"][fact.jti] = {
            "round": plain_text(fact.round),
            "step": step.name,
            "stage": str(step.stage),
            "state": placed.state,
            "actor": plain_text(fact.actor),
            "unit": plain_text(fact.unit),
            "occurred_at": time_text(fact.occurred_at),
            "seq": str(fact.seq),
        }

    # The dispatch and its parts

    def _dispatch(self, turn: Turn) -> None:
        said = turn.said
        number = 1 + max((int(row["number"] or 0) for row in self._here()), default=0)
        self.present, self.unit = [], said("unit")
        helpers = said("helpers")
        for unit in [said("unit"), *(helpers if isinstance(helpers, list) else [])]:
            self._assign(unit, number, "lead" if unit == said("unit") else "helper", said("basis"), turn.at)

    def _here(self) -> list[Columns]:
        return [row for row in self.found["assignment"].values() if row["round"] == str(self.round)]

    def _assign(self, unit: Any, number: int, part: str, basis: Any, at: str | None) -> Columns:
        row: Columns = {
            "round": str(self.round), "number": str(number), "unit": str(unit), "part": part,
            "state": "dispatched", "basis": str(basis), "assigned_at": at, "handler": None,
            "signed_at": None, "answered_at": None,
        }  # fmt: skip
        self.found["assignment"][key_of("assignment", row)] = row
        self.present.append(row)
        return row

    def _lead(self) -> Columns:
        return next((row for row in self.present if row["part"] == "lead"), {})

    def _sign(self, turn: Turn) -> None:
        self._lead().update({"state": "signed", "signed_at": turn.at, "handler": turn.actor})

    def _return_grant(self, _turn: Turn) -> None:
        for row in self.present:
            row["state"] = "returned"
        self.unit = None

    def _answer(self, turn: Turn) -> None:
        self._lead().update({"state": "answered", "answered_at": turn.at})

    def _self_handle(self, turn: Turn) -> None:
        # Which unit, the grid's register may have to say.
        self.unit = plain_text(turn.placed.fact.unit)

    def _helper_add(self, turn: Turn) -> None:
        self._add_helpers([turn.said("unit")], turn.at)

    def _emergency_assess(self, turn: Turn) -> None:
        units = turn.said("units")
        named = units if isinstance(units, list) else []
        self._add_helpers([unit for unit in named if unit != self.unit], turn.at)

    def _add_helpers(self, units: list[Any], at: str | None) -> None:
        basis = self.present[0]["basis"] if self.present else "manual"
        number = max((int(row["number"] or 0) for row in self.present), default=1)
        for unit in units:
            if unit not in [row["unit"] for row in self.present]:
                self._assign(unit, number, "helper", basis, at)

    def _helper_answer(self, turn: Turn) -> None:
        for row in self.present:
            if row["part"] == "helper" and row["unit"] == turn.placed.fact.unit:
                row.update({"state": "answered", "answered_at": turn.at, "handler": turn.actor})

    def _check(self, turn: Turn) -> None:
        if turn.said("result") != "failed":
            return
        before, self.present, self.round = self.present, [], turn.placed.round
        if not before:
            # Who took it up itself, or the register, says whose it is.
            self.unsure = True
        for old in before:
            row = self._assign(old["unit"], 1, str(old["part"]), "rework", turn.at)
            if old["part"] == "lead":
                row.update({"state": "signed", "signed_at": turn.at, "handler": old["handler"]})

    # Orders

    def _order_raise(self, turn: Turn) -> None:
        said, number = turn.said, str(1 + len(self.found["order"]))
        self.found["order"][number] = {
            "number": number, "level": str(said("level")), "unit": said("unit"), "reason": said("reason"),
            "automatic": "true" if turn.actor is None else "false", "raised_at": turn.at, "replied_at": None,
            "lifted_at": None, "state": "open",
        }  # fmt: skip

    def _order(self, placed: Placed) -> Columns:
        return self.found["order"].get(str(placed.fact.said("order")), {})

    def _order_reply(self, turn: Turn) -> None:
        self._order(turn.placed).update({"replied_at": turn.at, "state": "replied"})

    def _order_escalate(self, turn: Turn) -> None:
        level, unit = str(turn.said("level")), turn.said("unit")
        self._order(turn.placed).update({"level": level, "unit": unit, "replied_at": None, "state": "open"})

    def _order_lift(self, turn: Turn) -> None:
        self._order(turn.placed).update({"lifted_at": turn.at, "state": "lifted"})

    # Whistles

    def _whistle(self, turn: Turn) -> None:
        said, number = turn.said, str(1 + len(self.found["whistle"]))
        self.found["whistle"][number] = {
            "number": number, "caller": turn.actor, "urgency": said("urgency"), "blown_at": turn.at,
            "ended_at": None, "state": "open",
        }  # fmt: skip
        units = said("units")
        for unit in units if isinstance(units, list) else []:
            self.found["checkin"][f"{number}/{unit}"] = {
                "number": number, "unit": unit, "called_at": turn.at, "checked_in_at": None,
                "checked_in_by": None, "rating": None, "rated_at": None,
            }  # fmt: skip

    def _check_in(self, turn: Turn) -> None:
        key = f"{turn.said('whistle')}/{turn.placed.fact.unit}"
        self.found["checkin"].get(key, {}).update({"checked_in_at": turn.at, "checked_in_by": turn.actor})

    def _whistle_rate(self, turn: Turn) -> None:
        said = turn.said
        key = f"{said('whistle')}/{said('unit')}"
        self.found["checkin"].get(key, {}).update({"rating": str(said("rating")), "rated_at": turn.at})

    def _whistle_end(self, turn: Turn) -> None:
        number = str(turn.said("whistle"))
        self.found["whistle"].get(number, {}).update({"ended_at": turn.at, "state": "ended"})

    # Asks

    def add_asks(self) -> None:
        for ask in self.course.asks:
            asked, decided = ask.asked, ask.decided
            state = "open" if ask.open else "granted" if ask.granted else "refused"
            self.found["ask"][asked.jti] = {
                "round": plain_text(asked.said("round") if ask.what == "appeal" else asked.round),
                "what": ask.what,
                "number": str(ask.number),
                "asked_by": plain_text(asked.actor),
                "state": state,
                "decided_by": None if decided is None else plain_text(decided.actor),
            }
            answered = decided or ask.lapsed
            if answered is not None:
                self.found["ask"][asked.jti]["decided_at"] = time_text(answered.occurred_at)
