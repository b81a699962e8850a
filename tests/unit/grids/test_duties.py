"""The list's duty: the deepest level whose unit is known, and why."""

from __future__ import annotations

from typing import Any

import pytest
from gridwitness.errors import InvalidInput
from gridwitness.grids import Matter, duty_for
from gridwitness.grids.example import example_matters
from support.grid_registers import duty, entry
from support.territories import a_grid, a_unit, territory

PLACE = (1, 1)
WHOLE = territory(
    [
        a_grid("city", 1, None, "C"),
        a_grid("street", 3, "city", "S"),
        a_grid("cell", 5, "street"),
        a_grid("gas", 3, None, "G", "enterprise"),
    ],
    [a_unit("C"), a_unit("S"), a_unit("G"), a_unit("D")],
    {"cell": (0, 0, 2, 2), "gas": (0, 0, 2, 2)},
)


def found(
    grid: str | None, *duties: dict[str, Any], mode: str | None = None, place: Any = PLACE, **changed: Any
) -> Any:
    matter = Matter.parse("M", 3, "A", entry(duties=list(duties), **changed))
    return duty_for(matter, WHOLE, grid, *(place or (None, None)), mode)


def unit_of(grid: str | None, *duties: dict[str, Any], **given: Any) -> str | None:
    duty = found(grid, *duties, **given)
    return None if duty is None else duty.unit


def test_the_deepest_level_at_or_above_the_grid_counts() -> None:
    duties = duty(1, "C"), duty(3, "D"), duty(6, "S")
    assert [unit_of(grid, *duties) for grid in ("city", "street", "cell")] == ["C", "D", "D"]


def test_an_unknown_unit_is_passed_over() -> None:
    assert unit_of("cell", duty(5, "nobody"), duty(1, "D")) == "D"
    assert unit_of("cell", duty(5, "nobody")) is None
    assert unit_of("cell", duty(5, "owner:professional"), duty(1, "D")) == "D"


def test_outside_all_grids_nobody_is_found() -> None:
    assert unit_of(None, duty(1, "D")) is None
    assert unit_of("elsewhere", duty(1, "D")) is None


def test_events_go_to_the_territory_first_and_components_to_the_owner() -> None:
    both = duty(3, "owner:enterprise"), duty(3, "territory")
    assert unit_of("cell", *both, category="event") == "S"
    assert unit_of("cell", *both, category="component") == "G"
    assert unit_of("cell", *both, category="component", place=None) == "S"
    assert unit_of("cell", *both, duty(3, "D"), category="component") == "D"


def test_modes_have_terms_of_their_own() -> None:
    stop, demolish, any_ = (
        duty(3, mode="stop", amount=4),
        duty(3, mode="demolish", amount=20),
        duty(3, amount=9),
    )
    assert found("cell", stop, demolish, mode="demolish").amount == 20
    assert found("cell", stop, demolish).amount == 4, "none named: the first listed"
    assert found("cell", stop, demolish, mode="other") is None
    assert found("cell", any_, stop, mode="stop").amount == 4
    assert found("cell", stop, any_).amount == 9
    assert found("cell", any_, stop, mode="other").amount == 9


def test_the_reason_names_list_level_and_grid() -> None:
    told = found("cell", duty(3))
    assert told.rule == "M@3"
    assert "M@3" in told.because["en"] and "cell" in told.because["en"] and "level 3" in told.because["en"]
    assert "属地" in told.because["zh"]


@pytest.mark.parametrize(
    "changed",
    [
        {"duties": []},
        {"category": "person"},
        {"extra": 1},
        {"duties": [duty(7)]},
        {"duties": [duty(3, "owner:persons")]},
        {"duties": [duty(3, measure="weeks")]},
        {"duties": [duty(3, amount=0)]},
        {"duties": [duty(3, closing={"zh": "好"})]},
        {"radius_m": 0},
        {"zh": "a\nb"},
    ],
)
def test_an_entry_that_says_something_else_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        Matter.parse("M", 1, "A", entry(**changed))
    assert refused.value.code == "matter-invalid"


def test_the_example_list_is_one() -> None:
    matters = [Matter.parse(m["matter"], 1, "A", m["entry"]) for m in example_matters()]
    events = [m for m in matters if m.category == "event"]
    assert len(events) == 48 and len({m.class_code for m in events}) == 6
    assert len({m.matter for m in matters}) == len(matters)
    assert {m.confidence for m in matters} == {"likely", "assumed"}
    assert all(m.matter.startswith(m.class_code) for m in matters)
