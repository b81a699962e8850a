"""Manifests: a later one may add, never take away."""

from __future__ import annotations

import pytest
from gridwitness.errors import Misconfigured
from gridwitness.records.manifest import next_revision
from hypothesis import given
from hypothesis import strategies as st

CLASSES = st.sampled_from(["stated", "derived", "operational"])
TABLES = st.dictionaries(
    st.sampled_from(["f.a", "f.b", "f.c"]),
    st.fixed_dictionaries(
        {"key": st.just(["id"]), "columns": st.dictionaries(st.sampled_from("uvwx"), CLASSES, min_size=1)}
    ),
    min_size=1,
)


def test_the_first_revision() -> None:
    assert next_revision(None, {}, "f") == 1


@given(TABLES)
def test_the_same_again_is_not_recorded(tables: dict[str, object]) -> None:
    assert next_revision({"revision": 4, "tables": tables}, tables, "f") is None


@given(TABLES, TABLES)
def test_it_grows_or_is_refused(was: dict[str, dict], now: dict[str, dict]) -> None:  # type: ignore[type-arg]
    grown = all(
        table in now and declared["columns"].items() <= now[table]["columns"].items()
        for table, declared in was.items()
    )
    try:
        revision = next_revision({"revision": 4, "tables": was}, now, "f")
    except Misconfigured as refusal:
        assert refusal.code == "manifest-shrinks"
        assert not grown
    else:
        assert grown
        assert revision == (None if was == now else 5)


def test_a_key_never_changes() -> None:
    was = {"f.a": {"key": ["id"], "columns": {"id": "stated"}}}
    now = {"f.a": {"key": ["no"], "columns": {"id": "stated", "no": "stated"}}}
    with pytest.raises(Misconfigured):
        next_revision({"revision": 1, "tables": was}, now, "f")
