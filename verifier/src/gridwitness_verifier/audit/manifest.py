"""The data manifest (format §5): folded from the logs, then compared with the tables there are, both ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gridwitness_verifier.audit.catalog import Relation
from gridwitness_verifier.audit.fixed_tables import (
    CLASSES,
    DERIVED,
    OPERATIONAL,
    STATED,
    fixed_class,
    needs_no_manifest,
)
from gridwitness_verifier.audit.text_form import has_text_form
from gridwitness_verifier.log.tally import Tally

_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]{0,62}"
_TABLE = re.compile(rf"{_IDENTIFIER}\.{_IDENTIFIER}\Z")
_COLUMN = re.compile(rf"{_IDENTIFIER}\Z")


@dataclass(frozen=True)
class TableManifest:
    """A declared table: its key columns, and each column's class."""

    key: tuple[str, ...]
    columns: dict[str, str]

    def of_class(self, wanted: str) -> list[str]:
        return [column for column, column_class in self.columns.items() if column_class == wanted]


@dataclass
class _Feature:
    log: str
    line: int
    revision: int
    tables: dict[str, TableManifest]


@dataclass
class ManifestFold:
    """Takes the manifest records, line by line in log order; keeps the newest revision of each feature.

    `line_of` gives the line of succession of every log, by name.
    """

    tally: Tally
    line_of: Mapping[str, int]
    _features: dict[str, _Feature] = field(default_factory=dict)

    def add(self, log: str, where: dict[str, Any], fields: dict[str, Any]) -> None:
        """One `deployment.manifest.v1` record with its disclosed fields."""
        self.tally.checked += 1
        feature, revision = fields.get("feature"), fields.get("revision")
        tables = _parse_tables(feature, fields.get("tables"))
        if not isinstance(feature, str) or not isinstance(revision, int) or isinstance(tables, str):
            detail = tables if isinstance(tables, str) else "feature or revision is not disclosed"
            self.tally.fail("manifest-form", detail, **where)
            return
        before = self._features.get(feature)
        if revision != (before.revision + 1 if before else 1):
            self.tally.fail("revision", f"revision {revision} of {feature} does not follow", **where)
            return
        if before:
            if before.line != self.line_of[log]:
                self.tally.fail("manifest-log", f"{feature} was declared in log {before.log}", **where)
                return
            self._refuse_losses(feature, before.tables, tables, where)
        self._features[feature] = _Feature(log, self.line_of[log], revision, tables)

    def refuse_signer(self, where: dict[str, Any], agency: str) -> None:
        """A manifest that another agency than the log's own signed counts for nothing."""
        self.tally.fail("manifest-signer", f"signed by {agency}, not by the agency of the log", **where)

    def _refuse_losses(
        self,
        feature: str,
        before: dict[str, TableManifest],
        after: dict[str, TableManifest],
        where: dict[str, Any],
    ) -> None:
        """A later revision adds; what it takes away stays in force all the same, and is a failure."""
        for name, old in before.items():
            new = after.setdefault(name, TableManifest(old.key, {}))
            if new.key != old.key:
                self.tally.fail("key-changed", f"{feature}: the key of {name} changed", table=name, **where)
            for column, column_class in old.columns.items():
                found = new.columns.setdefault(column, "nothing")
                if found != column_class:
                    detail = f"{feature}: {column_class} became {found}"
                    self.tally.fail("class-changed", detail, table=name, column=column, **where)
                    new.columns[column] = column_class

    def tables(self) -> dict[str, TableManifest]:
        """All declared tables in force, by `<schema>.<table>`."""
        return {name: table for feature in self._features.values() for name, table in feature.tables.items()}


def _parse_tables(feature: Any, tables: Any) -> dict[str, TableManifest] | str:
    """The declared tables, or what is wrong with the declaration."""
    if not isinstance(tables, dict):
        return "tables is not an object"
    parsed = {}
    for name, declaration in tables.items():
        if not _TABLE.match(name) or name.split(".")[0] != feature:
            return f"{name} is not a table of {feature}"
        table = _parse_table(declaration)
        if table is None:
            return f"{name} is not declared as a key and columns with their classes"
        parsed[name] = table
    return parsed


def _parse_table(declaration: Any) -> TableManifest | None:
    if not isinstance(declaration, dict) or set(declaration) != {"key", "columns"}:
        return None
    key, columns = declaration["key"], declaration["columns"]
    if not isinstance(columns, dict) or not isinstance(key, list) or not key:
        return None
    if any(not _COLUMN.match(column) or found not in CLASSES for column, found in columns.items()):
        return None
    if any(not isinstance(column, str) or column not in columns for column in key):
        return None
    return TableManifest(tuple(key), columns)


def compare_manifest(tally: Tally, declared: dict[str, TableManifest], catalog: dict[str, Relation]) -> None:
    """Every declared column exists with a type that has a text form; everything that exists is declared."""
    for name, table in declared.items():
        _check_classes(tally, name, table)
        relation = catalog.get(name)
        if relation is None:
            tally.fail("missing-table", "declared, and not in the database", table=name)
            continue
        for column, column_class in table.columns.items():
            if column not in relation.columns:
                tally.fail("missing-column", "declared, and not in the database", table=name, column=column)
                continue
            found = relation.columns[column]
            if column_class == STATED and not (found.built_in and has_text_form(found.type)):
                detail = f"type {found.type} has no text form, so the column can not be compared"
                tally.fail("type-unknown", detail, table=name, column=column)
    for name, relation in catalog.items():
        if relation.kind in "rp" and not relation.partition and not needs_no_manifest(name):
            _check_declared(tally, name, relation, declared.get(name))


def _check_declared(tally: Tally, name: str, relation: Relation, table: TableManifest | None) -> None:
    if table is None:
        tally.fail("undeclared-table", "in the database, and in no manifest", table=name)
        return
    for column in relation.columns:
        if column not in table.columns:
            tally.fail("undeclared-column", "in the database, and in no manifest", table=name, column=column)


def _check_classes(tally: Tally, name: str, table: TableManifest) -> None:
    """A class is the format's own where the format gives one; `operational` is a closed list."""
    has_stated = STATED in table.columns.values()
    for column, column_class in table.columns.items():
        fixed = fixed_class(name, column)
        if fixed is not None and column_class != fixed:
            detail = f"declared {column_class}; the format says {fixed}"
            tally.fail("class-differs", detail, table=name, column=column)
        elif fixed is None and column_class == OPERATIONAL:
            detail = "declared operational, and not in the closed list of the format"
            tally.fail("operational-not-listed", detail, table=name, column=column)
        elif fixed is None and column_class == DERIVED and not (column == "effect" and has_stated):
            detail = "declared derived, and the format gives no way to recompute it"
            tally.fail("derived-unknown", detail, table=name, column=column)
    if has_stated and any(table.columns[column] != STATED for column in table.key):
        tally.fail("key-not-stated", "a key column of a stated table is not stated", table=name)
