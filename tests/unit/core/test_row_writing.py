"""Rows written together end as if written one by one, also where an order keeps them unique."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from gridwitness.records.effects import RowChange
from gridwitness.records.row_writing import write_rows
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Index, Integer, MetaData, Table, Text, Uuid, create_engine, select
from sqlalchemy.orm import Session

PLAIN, UNIQUE = "plain", "with_unique_place"
Rows = dict[int, tuple[int | None, str | None, UUID]]
FREED = [
    *((0, "place", 0), (1, "place", 1), (2, "place", 3)),
    *((0, "place", 2), (1, "delete", 0), (2, "place", 1)),
]
"""A place is freed by a delete between two updates: the second one may not go with the first."""
WRITES = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["place", "word", "both", "delete"]), st.integers(0, 3)),
    max_size=40,
)


def tables() -> dict[str, Table]:
    metadata = MetaData()
    made = {
        name: Table(
            name,
            metadata,
            Column("id", Integer, primary_key=True),
            Column("place", Integer),
            Column("word", Text),
            Column("effect", Uuid),
        )
        for name in (PLAIN, UNIQUE)
    }
    Index("uq_place", made[UNIQUE].c.place, unique=True)
    return made


@settings(max_examples=80)
@example(writes=FREED)
@given(writes=WRITES)
@pytest.mark.parametrize("name", [PLAIN, UNIQUE])
def test_the_end_is_that_of_one_by_one(name: str, writes: list[tuple[int, str, int]]) -> None:
    table = tables()[name]
    wanted: Rows = {}
    changes: list[tuple[RowChange, UUID]] = []
    for number, write in enumerate(writes):
        effect = UUID(int=number + 1)
        change = _change(table, wanted, write, effect, unique=name == UNIQUE)
        if change is not None:
            changes.append((change, effect))
    engine = create_engine("sqlite://")
    table.metadata.create_all(engine)
    with Session(engine) as session:
        write_rows(session, changes)
        found = {row.id: (row.place, row.word, row.effect) for row in session.execute(select(table))}
    assert found == wanted


def _change(
    table: Table, rows: Rows, write: tuple[int, str, int], effect: UUID, *, unique: bool
) -> RowChange | None:
    """The write as a change, applied to `rows` too; None where it would not be lawful by itself."""
    key, what, value = write
    known = key in rows
    if what == "delete":
        if not known:
            return None
        del rows[key]
        return RowChange(table, {"id": key}, None, False)
    columns: dict[str, Any] = {"place": value} if what == "place" else {"word": f"w{value}"}
    if what == "both" or not known:
        columns = {"place": value, "word": f"w{value}"}
    taken = {place for other, (place, _, _) in rows.items() if other != key}
    if unique and columns.get("place") in taken:
        return None
    place, word, _ = rows.get(key, (None, None, effect))
    rows[key] = (columns.get("place", place), columns.get("word", word), effect)
    return RowChange(table, {"id": key}, columns, not known)
