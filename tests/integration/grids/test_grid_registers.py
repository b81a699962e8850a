"""Registers of grids, units, addresses and matters on a real platform: kept by records, refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from gridwitness.errors import Conflict, GridWitnessError, NotFound
from gridwitness.grids import duty_for, kinds, units_of
from support import grid_registers as registers
from support.grid_registers import GRIDS, UNIT_GRIDS, address, admit, decision, grid, hand_in, sign_on, unit
from support.platform import CITY, POLICE, Officer, RunningPlatform

BEGIN = datetime(2026, 6, 1, 2, tzinfo=UTC)


def refusal(officer: Officer, kind: str, fields: Mapping[str, Any], sub: str | None = None) -> str | None:
    error = hand_in(officer, sign_on(officer, kind, fields, sub)).error
    return None if error is None else error.code


def test_the_territory_is_what_was_registered(running: RunningPlatform) -> None:
    with running.platform.transaction() as session:
        territory = running.platform.territories.at(session)
        assert running.platform.territories.at(session) is territory
        before = running.platform.territories.at(session, datetime(2025, 12, 31, tzinfo=UTC))
    assert territory.grids.keys() >= {fields["grid"] for fields in GRIDS}
    assert [step.level for step in territory.path(UNIT_GRIDS[0])] == [1, 2, 3, 4, 5]
    assert not before.grids
    assert [territory.locate(*registers.middle(place)) for place in range(8)] == [
        territory.grid(number) for number in UNIT_GRIDS
    ]


def test_registering_again_changes_nothing(running: RunningPlatform) -> None:
    with running.platform.transaction() as session:
        again = running.platform.grid_registers.take(session, CITY, kinds.GRID, GRIDS)
        assert {entered.state for entered in again} == {"unchanged"}
        renamed = {**GRIDS[0], "name": "示范市"}
        changed = running.platform.grid_registers.take(session, CITY, kinds.GRID, [renamed, renamed])
        assert [entered.state for entered in changed] == ["changed", "unchanged"]
    with running.platform.transaction() as session:
        assert running.platform.territories.at(session).grid("3301").name == "示范市"


def test_what_does_not_fit_the_tree_is_refused(clerk: Officer) -> None:
    cases = {
        "grid-taken": grid(UNIT_GRIDS[0], 5, "330106001001"),
        "grid-unknown": grid("330199999", 3, "330199"),
        "grid-code": grid("330106001001010", 4, "330106001"),
        "grid-level": grid("X1", 4, "330106001001"),
        "grid-root": grid("330108", 2, None),
        "unit-unknown": grid("330107", 2, "3301", unit="nobody"),
        "area": grid("330107", 2, "3301", area={"polygons": [[[[0, 0], [9, 9], [0, 9], [9, 0], [0, 0]]]]}),
        "number": grid("a/b", 6, UNIT_GRIDS[0]),
    }
    assert {code: refusal(clerk, kinds.GRID, fields) for code, fields in cases.items()} == {
        code: code for code in cases
    }
    assert refusal(clerk, kinds.UNIT, unit("U1", "team", "nobody")) == "unit-unknown"
    assert refusal(clerk, kinds.UNIT, unit("U1", "team", hours={"hours": []})) == "schedule-invalid"


def test_units_never_lie_in_a_circle(clerk: Officer) -> None:
    records = [sign_on(clerk, kinds.UNIT, unit(number, "team", above)) for number, above in
               (("A", None), ("B", "A"), ("C", "B"))]  # fmt: skip
    assert [outcome.error for outcome in clerk.running.accept(*records)] == [None] * 3
    assert refusal(clerk, kinds.UNIT, unit("A", "team", "C"), records[0].claims.sub) == "unit-circle"
    assert refusal(clerk, kinds.UNIT, unit("A", "team", "A"), records[0].claims.sub) == "unit-circle"


def test_a_grid_ends_and_another_follows(running: RunningPlatform, clerk: Officer) -> None:
    first = grid("D1", 6, UNIT_GRIDS[0], valid_to="2026-07-01T00:00:00Z")
    assert refusal(clerk, kinds.GRID, first) is None
    assert refusal(clerk, kinds.GRID, grid("D1", 6, UNIT_GRIDS[1])) == "grid-taken"
    second = grid("D1", 6, UNIT_GRIDS[1], valid_from="2026-07-01T00:00:00Z")
    assert refusal(clerk, kinds.GRID, second) is None
    with running.platform.transaction() as session:
        at = running.platform.territories.at
        assert at(session).grid("D1").parent == UNIT_GRIDS[0]
        later = at(session, datetime(2026, 7, 1, tzinfo=UTC))
        assert later.grid("D1").parent == UNIT_GRIDS[1]
        assert later.covers(UNIT_GRIDS[1], "D1") and not later.covers(UNIT_GRIDS[0], "D1")


def test_an_agency_keeps_its_own_registers(running: RunningPlatform) -> None:
    police, worker = running.officer("police", POLICE), running.officer("worker", roles=("grid_worker",))
    assert refusal(worker, kinds.GRID, grid("D2", 6, UNIT_GRIDS[0])) == "register-role"
    foreign = police.sign(kinds.GRID, grid("D2", 6, UNIT_GRIDS[0]), aud=running.log(CITY).origin,
                          seen=running.seen(CITY))  # fmt: skip
    error = hand_in(police, foreign).error
    assert error is not None and error.code == "register-foreign"


def test_addresses_stand_in_a_tree(running: RunningPlatform, clerk: Officer) -> None:
    road = sign_on(clerk, kinds.ADDRESS, address("R1", "road", "文三路"))
    door = sign_on(clerk, kinds.ADDRESS, address("B1", "building", "90号", "R1", grid=UNIT_GRIDS[0],
                                                latitude="30.285", longitude="120.155"))  # fmt: skip
    assert [outcome.error for outcome in running.accept(road, door)] == [None, None]
    wrong = address("B2", "road", "文一路", "B1")
    assert refusal(clerk, kinds.ADDRESS, wrong) == "address-level"
    assert refusal(clerk, kinds.ADDRESS, address("B2", "room", "101", "B9")) == "address-unknown"
    assert refusal(clerk, kinds.ADDRESS, address("B2", "room", "101", latitude="30")) == "fields"


def test_a_matter_comes_in_by_two_people(running: RunningPlatform, clerk: Officer, chief: Officer) -> None:
    assert refusal(clerk, kinds.PROPOSED, registers.proposal("M1", change="retire", entry=None)) == (
        "matter-change"
    )
    assert refusal(clerk, kinds.PROPOSED, registers.proposal("M1", 2)) == "matter-version"
    assert refusal(clerk, kinds.PROPOSED, registers.proposal("M1", entry={})) == "matter-invalid"
    proposed = sign_on(chief, kinds.PROPOSED, registers.proposal("M1"))
    assert hand_in(chief, proposed).error is None
    sub = proposed.claims.sub
    assert refusal(clerk, kinds.PROPOSED, registers.proposal("M1", 2, change="amend"), sub) == "matter-open"
    assert refusal(chief, kinds.DECIDED, decision(proposed), sub) == "matter-signer"
    assert refusal(clerk, kinds.DECIDED, decision(proposed), sub) == "matter-role"
    head = running.officer("head", roles=("agency_head",))
    assert refusal(head, kinds.DECIDED, decision(proposed, entry="A" * 43), sub) == "statement-other"
    with running.platform.transaction() as session:
        assert running.platform.matters.entry(session, "M1", BEGIN) is None
    assert refusal(head, kinds.DECIDED, decision(proposed), sub) is None
    assert refusal(head, kinds.DECIDED, decision(proposed), sub) == "matter-decided"
    retiring = registers.proposal("M1", 2, change="retire", entry=None, effective_from="2026-08-01T00:00:00Z")
    admitted = sign_on(clerk, kinds.PROPOSED, retiring, sub)
    assert hand_in(clerk, admitted).error is None
    assert refusal(head, kinds.DECIDED, decision(admitted), sub) is None
    with running.platform.transaction() as session:
        found = running.platform.matters.entry(session, "M1", BEGIN)
        assert found is not None and found.rule == "M1@1"
        assert running.platform.matters.entry(session, "M1", datetime(2026, 8, 1, tzinfo=UTC)) is None
        assert [m.matter for m in running.platform.matters.matters(session, BEGIN, CITY)] == ["M1"]


def test_the_list_names_who_answers(running: RunningPlatform, clerk: Officer, chief: Officer) -> None:
    admit(clerk, chief, [registers.proposal("M2")])
    with running.platform.transaction() as session:
        matter = running.platform.matters.entry(session, "M2", BEGIN)
        territory = running.platform.territories.at(session)
    assert matter is not None
    duty = duty_for(matter, territory, UNIT_GRIDS[0], None, None, None)
    assert duty is not None and (duty.unit, duty.rule) == (registers.TOWNSHIP, "M2@1")


def test_staff_join_and_leave(running: RunningPlatform, clerk: Officer) -> None:
    account, staff = UUID(clerk.account), running.platform.staff
    with running.platform.transaction() as session:
        staff.join(session, account, registers.ROADS, by=None)
        assert units_of(session, account) == {registers.ROADS}

    def refused(error: type[GridWitnessError], act: str, unit: str) -> None:
        with pytest.raises(error), running.platform.transaction() as session:
            getattr(staff, act)(session, account, unit, by=None)

    refused(Conflict, "join", registers.ROADS)
    refused(NotFound, "join", "nobody")
    refused(NotFound, "leave", registers.GAS)
    with running.platform.transaction() as session:
        staff.leave(session, account, registers.ROADS, by=None)
        assert units_of(session, account) == frozenset()
