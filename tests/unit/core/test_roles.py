"""Roles: a closed list, and what a grant lets somebody do."""

from __future__ import annotations

from uuid import UUID

import pytest
from gridwitness.errors import Forbidden, InvalidInput
from gridwitness.members import ROLES, Actor, Grant
from gridwitness.members.roles import READERS, SUBMITTERS, check_role

CITY, POLICE = "330100CG", "330100GA"


def actor(*grants: tuple[str, str]) -> Actor:
    return Actor(UUID(int=1), CITY, "zhang", tuple(Grant(role, agency, None) for role, agency in grants))


def test_the_sets_are_made_of_roles() -> None:
    assert ROLES.keys() >= READERS > SUBMITTERS
    assert "party" not in READERS
    assert "caller" not in READERS


def test_a_role_counts_in_its_agency() -> None:
    someone = actor(("officer", CITY))
    assert someone.has({"officer"})
    assert someone.has({"officer"}, CITY)
    assert not someone.has({"officer"}, POLICE)
    assert not someone.has({"checker"})
    someone.require({"officer"}, CITY)
    with pytest.raises(Forbidden) as refusal:
        someone.require({"officer"}, POLICE)
    assert refusal.value.code == "role-missing"


def test_who_reads() -> None:
    assert actor(("officer", CITY)).may_read(CITY)
    assert not actor(("officer", CITY)).may_read(POLICE)
    assert actor(("auditor", CITY)).may_read(CITY)
    assert not actor(("auditor", CITY), ("officer", POLICE)).may_read("330100XX")
    assert not actor(("auditor", CITY)).may_read(POLICE)
    assert actor(("auditor", CITY), ("auditor", POLICE)).may_read(POLICE)
    assert not actor(("party", CITY)).may_read(CITY)
    assert not actor().may_read(CITY)


def test_roles_are_a_closed_list() -> None:
    for role in ROLES:
        check_role(role)
    with pytest.raises(InvalidInput):
        check_role("king")
