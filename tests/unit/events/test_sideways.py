"""Steps beside the stages, one after the other on one event in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from gridwitness.calendars import ROUND_THE_CLOCK
from gridwitness.errors import GridWitnessError
from gridwitness.events.beside import Beside, Called, Effect, Mark, Order, Taken, Whistle
from gridwitness.events.loop_document import bundled_loop, read_loop
from gridwitness.events.orders import next_rung
from gridwitness.events.sideways import SIDEWAYS, decide, units_for
from gridwitness.grids.territory import Territory, Unit
from hypothesis import given
from hypothesis import strategies as st

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
CALLER, OTHER = UUID(int=1), UUID(int=2)
LEVELS = 3


def unit(number: str, parent: str | None) -> Unit:
    return Unit(number, "330100CG", number, "department", parent, None, ROUND_THE_CLOCK)


TERRITORY = Territory(
    grids={},
    units={u.number: u for u in (unit("team", "office"), unit("office", "bureau"), unit("bureau", None))},
    areas={},
)


class Play:
    """One event `a` beside an event `b`, and what was decided of it last."""

    def __init__(self) -> None:
        self.besides = {"a": Beside("330100CG", "handling"), "b": Beside("330100CG", "handling")}
        self.emergency: str | None = None
        self.effect = Effect()

    def take(
        self,
        step: str,
        *,
        actor: UUID | None = CALLER,
        acting: str | None = None,
        sub: str = "a",
        **details: Any,
    ) -> Effect:
        before = self.besides[sub]
        taken = Taken(step, sub, before.agency, before.state, self.emergency, actor, acting, details, AT)
        self.effect = decide(
            self.besides, taken, TERRITORY, lambda clock, unit: AT + timedelta(hours=1), LEVELS
        )
        self.emergency = self.effect.event.get("emergency", self.emergency)
        return self.effect

    def refused(self, step: str, **given: Any) -> str:
        before = repr(self.besides)
        with pytest.raises(GridWitnessError) as caught:
            self.take(step, **given)
        assert repr(self.besides) == before
        return caught.value.code

    def columns(self) -> list[Mapping[str, Any] | None]:
        return [row.columns for row in self.effect.changes]


@pytest.fixture
def play() -> Play:
    return Play()


def test_an_order_goes_up_level_by_level(play: Play) -> None:
    play.take("order_raise", actor=None, level=1, unit="team", reason="overdue")
    assert play.effect.marks == [Mark("start", "reply", "team", 1)]
    assert play.columns()[0] == {
        "level": 1,
        "unit": "team",
        "reason": "overdue",
        "automatic": True,
        "raised_at": AT,
        "replied_at": None,
        "lifted_at": None,
        "state": "open",
    }
    assert units_for(play.besides["a"], "order_reply", {"order": 1}) == {"team"}
    play.take("order_escalate", actor=None, order=1, level=2, unit="office")
    assert play.effect.marks == [Mark("drop", "reply", "team", 1), Mark("start", "reply", "office", 1)]
    play.take("order_reply", acting="office", order=1)
    assert play.effect.marks == [Mark("end", "reply", "office", 1)]
    assert play.refused("order_reply", acting="office", order=1) == "order-state"
    play.take("order_escalate", order=1, level=3, unit="bureau")
    assert play.effect.marks == [Mark("start", "reply", "bureau", 1)]
    assert play.besides["a"].orders[1] == Order(1, 3, "bureau", "open")
    assert play.refused("order_escalate", order=1, level=4, unit="bureau") == "order-level"
    play.take("order_lift", order=1)
    assert play.effect.marks == [Mark("drop", "reply", "bureau", 1)]
    for step in ("order_lift", "order_reply"):
        assert play.refused(step, order=1) == "order-state"
    assert play.refused("order_escalate", order=1, level=3, unit="bureau") == "order-state"


def test_an_order_names_a_known_unit_a_level_there_is_and_no_second_of_its_kind(play: Play) -> None:
    order = {"level": 1, "unit": "team", "reason": "leader"}
    assert play.refused("order_raise", **{**order, "unit": "nobody"}) == "unit-unknown"
    for level in (0, 4):
        assert play.refused("order_raise", **{**order, "level": level}) == "order-level"
    play.take("order_raise", **order)
    assert play.refused("order_raise", **order) == "order-open"
    play.take("order_raise", **{**order, "unit": "office"})
    assert [*play.besides["a"].orders] == [1, 2]
    assert play.refused("order_escalate", order=2, level=1, unit="bureau") == "order-level"
    assert play.refused("order_reply", order=9) == "order-unknown"


LEVEL, UNITS = st.integers(1, 5), st.sampled_from(["team", "office", "bureau", "gone"])


@given(LEVEL, UNITS, st.integers(1, 5), st.sampled_from(["", "centre"]))
def test_the_ladder_ends_at_the_last_level(level: int, unit: str, levels: int, centre: str) -> None:
    rungs = [(level, unit)]
    while (found := next_rung(*rungs[-1], TERRITORY, centre, levels)) is not None:
        rungs.append(found)
    assert [rung[0] for rung in rungs] == [*range(level, max(level, levels) + 1)]
    above = {"team": "office", "office": "bureau"}
    for (_, lower), (_, upper) in pairwise(rungs):
        assert upper == above.get(lower, centre or lower)


def test_units_called_check_in_once_and_the_caller_rates_them(play: Play) -> None:
    play.take("whistle", units=["team", "office"], urgency="urgent")
    assert play.effect.marks == [Mark("start", "checkin", u, 1) for u in ("team", "office")]
    assert [row.columns["due_at"] for row in play.effect.changes[1:] if row.columns] == [
        AT + timedelta(hours=1)
    ] * 2
    assert units_for(play.besides["a"], "check_in", {"whistle": 1}) == {"team", "office"}
    play.take("check_in", actor=OTHER, acting="team", whistle=1)
    assert play.effect.marks == [Mark("end", "checkin", "team", 1)]
    assert play.columns() == [{"checked_in_at": AT, "checked_in_by": OTHER}]
    assert play.refused("check_in", actor=OTHER, acting="team", whistle=1) == "checked-in"
    assert play.refused("check_in", actor=OTHER, acting="bureau", whistle=1) == "unit-not-called"
    assert play.refused("check_in", actor=OTHER, acting=None, whistle=1) == "unit-not-called"
    assert play.refused("check_in", actor=OTHER, acting="team", whistle=2) == "whistle-unknown"
    rating = {"whistle": 1, "unit": "team", "rating": 5}
    assert play.refused("whistle_rate", actor=OTHER, **rating) == "whistle-caller"
    assert play.refused("whistle_rate", **{**rating, "rating": 6}) == "whistle-rating"
    assert play.refused("whistle_rate", **{**rating, "unit": "bureau"}) == "unit-not-called"
    play.take("whistle_rate", **rating)
    assert play.refused("whistle_rate", **rating) == "whistle-rated"
    play.take("whistle_end", whistle=1)
    assert play.effect.marks == [Mark("drop", "checkin", "office", 1)]
    assert play.refused("check_in", actor=OTHER, acting="office", whistle=1) == "whistle-state"
    play.take("whistle_rate", **{**rating, "unit": "office", "rating": 1})
    assert play.besides["a"].whistles[1] == Whistle(
        1, CALLER, "ended", {"team": Called(True, 5), "office": Called(False, 1)}
    )


def test_a_whistle_names_units(play: Play) -> None:
    assert play.refused("whistle", units=[], urgency="daily") == "units-named"
    assert play.refused("whistle", units=["team", "team"], urgency="daily") == "units-named"
    assert play.refused("whistle", units=["team", "nobody"], urgency="daily") == "unit-unknown"
    assert play.refused("meeting", units=["nobody"]) == "unit-unknown"
    assert play.take("meeting", units=["team"]).changes == []


def test_an_emergency_goes_through_its_four_phases(play: Play) -> None:
    assert play.refused("emergency_assess", units=["team"]) == "emergency-phase"
    play.take("emergency_report", level="II")
    assert play.emergency == "II/reported"
    assert play.refused("emergency_report", level="I") == "emergency-phase"
    assert play.refused("emergency_joint") == "emergency-phase"
    assert play.refused("emergency_assess", units=["nobody"]) == "unit-unknown"
    assert play.take("emergency_assess", units=["team", "office"]).helpers == ("team", "office")
    assert play.refused("emergency_end") == "emergency-phase"
    play.take("emergency_joint")
    play.take("emergency_assess", units=["bureau"])
    assert play.emergency == "II/joint"
    play.take("emergency_end")
    assert play.emergency == "II/ended"
    play.take("emergency_report", level="IV")
    assert play.emergency == "IV/reported"


def test_merged_events_name_each_other_until_they_are_taken_apart(play: Play) -> None:
    assert play.refused("merge", into="a") == "merge-target"
    assert play.refused("merge", into="c") == "event-unknown"
    play.take("merge", into="b")
    assert play.effect.event == {"merged_into": "b"}
    assert [(r.key["sub"], r.key["other"]) for r in play.effect.changes] == [("a", "b"), ("b", "a")]
    play.besides["a"].state = "merged"
    assert play.refused("merge", sub="b", into="a") == "merge-target"
    play.besides["c"] = Beside("330100CG", "filed")
    assert play.refused("merge", sub="c", into="a") == "merge-target"
    assert play.refused("merge", sub="b", into="c") == "merge-holds"
    play.take("unmerge")
    assert play.effect.event == {"merged_into": None}
    assert [row.columns for row in play.effect.changes] == [None, None]
    play.besides["a"].state = "reported"
    play.take("merge", sub="b", into="a")


@pytest.mark.parametrize("state", ["void", "merged"])
def test_nothing_goes_into_an_event_that_does_not_go_on(play: Play, state: str) -> None:
    play.besides["b"].state = state
    assert play.refused("merge", into="b") == "merge-target"
    play.besides["b"] = replace(play.besides["b"], state="handling", agency="330200CG")
    assert play.refused("merge", into="b") == "event-unknown"


def test_the_loop_has_every_step_beside_the_stages() -> None:
    assert set(read_loop(bundled_loop()).steps) >= SIDEWAYS
