"""What the database says its tables are, read from `pg_catalog` (not from views that hide what a role
may not see).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from psycopg import sql

from gridwitness_verifier.audit.snapshot import Snapshot

_RELATIONS = """
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relpersistence::text,
       c.relrowsecurity OR EXISTS (SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid),
       EXISTS (SELECT FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid),
       c.relispartition,
       has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
         AND NOT row_security_active(c.oid)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
ORDER BY n.nspname, c.relname
"""
_COLUMNS = """
SELECT a.attrelid::bigint, a.attname, t.typname, tn.nspname = 'pg_catalog' AND t.typtype = 'b',
       a.attgenerated <> ''
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
ORDER BY a.attrelid, a.attnum
"""
_INHERITANCE = "SELECT inhparent::bigint, inhrelid::bigint FROM pg_catalog.pg_inherits"

KINDS = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
}


@dataclass(frozen=True)
class Column:
    """A column: `type` is the name in `pg_type`; `built_in` is false for domains, enums and foreign types."""

    name: str
    type: str
    built_in: bool
    generated: bool


@dataclass
class Relation:
    """A relation that can be selected from; `kind` is PostgreSQL's `relkind`.

    `readable`: this connection may select from it, and no row-level security stands against it.
    """

    schema: str
    name: str
    kind: str
    persistence: str
    row_security: bool
    rules: bool
    partition: bool
    readable: bool
    columns: dict[str, Column] = field(default_factory=dict)
    children: list[Relation] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.name)

    @property
    def usable(self) -> bool:
        """Whether a query on it reads a table, all of it; a view would answer what its owner likes."""
        return self.kind in "rp" and self.readable

    def defects(self) -> list[tuple[str, str]]:
        """Why a query on this relation would not give what is stored: (code, detail), empty when it would."""
        if self.kind not in "rp":
            return [("not-a-table", f"a {KINDS[self.kind]} stands where a table should")]
        found = []
        if self.persistence != "p":
            found.append(("not-durable", "the table is unlogged: a crash empties it"))
        if self.row_security:
            found.append(("row-security", "row-level security could hide rows from an auditor"))
        if self.rules:
            found.append(("rule", "a rewrite rule stands on the table"))
        for child in self.children:
            if not child.partition:
                found.append(
                    ("inheritance", f"{child.full_name} inherits from the table and adds rows to it")
                )
            elif child.kind not in "rp":
                found.append(("foreign-partition", f"partition {child.full_name} is a {KINDS[child.kind]}"))
            else:
                found += child.defects()
        found += [
            ("generated-column", f"column {column.name} is generated, not stored as it was written")
            for column in self.columns.values()
            if column.generated
        ]
        return found


def read_catalog(snapshot: Snapshot) -> dict[str, Relation]:
    """Every relation outside PostgreSQL's own schemas, by `<schema>.<name>`."""
    by_oid = {oid: Relation(*values) for oid, *values in snapshot.rows(_RELATIONS)}
    for oid, name, type_name, built_in, generated in snapshot.rows(_COLUMNS):
        if oid in by_oid:
            by_oid[oid].columns[name] = Column(name, type_name, built_in, generated)
    for parent, child in snapshot.rows(_INHERITANCE):
        if parent in by_oid and child in by_oid:
            by_oid[parent].children.append(by_oid[child])
    return {relation.full_name: relation for relation in by_oid.values()}
