"""Operational columns, the closed list: code, docs/format.md section 5 and the verifier say the same."""

from __future__ import annotations

import re
from itertools import product

from gridwitness.database import column_class, load_models
from gridwitness_verifier.audit.fixed_tables import fixed_class
from support.structure import ROOT

COLUMNS = {
    (name, column.name): column_class(column)
    for name, table in load_models().tables.items()
    for column in table.columns
}


def listed() -> set[tuple[str, str]]:
    """The list of the format, its braces and stars opened."""
    text = (ROOT / "docs/format.md").read_text(encoding="utf-8")
    paragraph = text.split("\nOperational columns: ")[1].split("\n\n")[0]
    found = set()
    for schema, table, columns in re.findall(
        r"`([a-z]+)\.(\{[^}]+\}|[a-z_]+)\.(\{[^}]+\}|[a-z_*]+)`", paragraph
    ):
        for one, column in product(*(re.split(r",\s*", names.strip("{}")) for names in (table, columns))):
            name = f"{schema}.{one}"
            of_table = {c for t, c in COLUMNS if t == name}
            found |= {(name, c) for c in (of_table if column == "*" else {column})}
    return found


def test_the_code_and_the_format_list_the_same() -> None:
    assert listed() == {place for place, kind in COLUMNS.items() if kind == "operational"}


def test_the_verifier_takes_no_other_column_for_operational() -> None:
    differing = {
        place: kind
        for place, kind in COLUMNS.items()
        if (fixed_class(*place) == "operational") != (kind == "operational")
    }
    assert differing == {}


def test_every_column_has_a_class() -> None:
    assert {place for place, kind in COLUMNS.items() if kind is None} == set()
