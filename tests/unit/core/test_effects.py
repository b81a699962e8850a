"""Effects: which rows fit into one, and what they say of a row."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import gridwitness.members
import pytest
from gridwitness.database import column_class, load_models
from gridwitness.members.models import AccountRow, RoleRow
from gridwitness.records import change, put_new, remove
from gridwitness.records.effects import MAXIMUM_FIELDS, RowChange, effect_fields, split
from hypothesis import given
from hypothesis import strategies as st

assert gridwitness.members

ACCOUNT = UUID("00000000-0000-4000-8000-000000000001")


def role() -> RowChange:
    return put_new(RoleRow, id=uuid4(), account=ACCOUNT, role="officer", agency="330100CG", scope=None)


@given(st.lists(st.sampled_from(["put", "change", "remove"]), max_size=300))
def test_every_part_fits_one_effect_and_nothing_is_lost(words: list[str]) -> None:
    made = {
        "put": role,
        "change": lambda: change(AccountRow, {"id": uuid4()}, active=False),
        "remove": lambda: remove(RoleRow, {"id": uuid4()}),
    }
    changes = [made[word]() for word in words]
    parts = list(split(changes))
    assert [row for part in parts for row in part] == changes
    assert all(part and len(effect_fields(None, None, part)) <= MAXIMUM_FIELDS for part in parts)


def test_no_table_has_rows_too_wide_for_one_effect() -> None:
    for name, table in load_models().tables.items():
        stated = [c for c in table.columns if column_class(c) == "stated" and not c.primary_key]
        assert len(stated) + 3 <= MAXIMUM_FIELDS, name


def test_a_first_put_names_every_stated_column() -> None:
    identifier = uuid4()
    row = put_new(
        AccountRow,
        id=identifier,
        agency="330100CG",
        username="li",
        active=True,
        sub="0" * 32,
        display_name=None,
        password_set_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    assert effect_fields("jti", None, [row]) == {
        "cause": "jti",
        "by": None,
        "row.0": {"table": "members.account", "key": {"id": str(identifier)}, "op": "put"},
        "row.0.agency": "330100CG",
        "row.0.username": "li",
        "row.0.display_name": None,
        "row.0.active": "true",
        "row.0.sub": "0" * 32,
        "row.0.password_set_at": "2026-03-02T00:00:00.000000Z",
    }


def test_later_changes_name_what_changed_and_a_delete_nothing() -> None:
    fields = effect_fields(
        None, "me", [change(AccountRow, {"id": ACCOUNT}, active=False), remove(RoleRow, {"id": ACCOUNT})]
    )
    assert fields == {
        "cause": None,
        "by": "me",
        "row.0": {"table": "members.account", "key": {"id": str(ACCOUNT)}, "op": "put"},
        "row.0.active": "false",
        "row.1": {"table": "members.role", "key": {"id": str(ACCOUNT)}, "op": "delete"},
    }


def test_only_stated_columns_are_stated() -> None:
    with pytest.raises(AssertionError):
        change(AccountRow, {"id": ACCOUNT}, failed_logins=3)
    with pytest.raises(AssertionError):
        put_new(AccountRow, id=ACCOUNT, password_hash="x")
