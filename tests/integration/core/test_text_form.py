"""Text forms in Python against what PostgreSQL itself makes of the same values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest
from gridwitness.postgres import DatabaseUrls
from gridwitness.text_form import text_form

# type, how PostgreSQL is asked for the text of the value `v`, values
CASES = [
    ("text", "v", ["", "网格见证", "a\n\t'\"\\"]),
    ("uuid", "v::text", [UUID("0192AABB-CCDD-7EEF-8011-223344556677")]),
    ("boolean", "v::text", [True, False]),
    ("smallint", "v::text", [-32768, 0, 32767]),
    ("integer", "v::text", [-(2**31), 7]),
    ("bigint", "v::text", [2**63 - 1, -(2**63)]),
    (
        "numeric",
        "v::text",
        [Decimal("1.50"), Decimal("1E+3"), Decimal("-0.00"), Decimal("1E-10"), Decimal("-7")],
    ),
    (
        "timestamptz",
        "to_char(v AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
        [datetime(2026, 2, 28, 23, 59, 59, 999999, UTC), datetime(987, 1, 2, tzinfo=UTC)],
    ),
    ("date", "to_char(v, 'YYYY-MM-DD')", [date(2026, 2, 28), date(987, 1, 2)]),
    ("bytea", "encode(v, 'hex')", [b"", b"\x00\xff"]),
]


@pytest.mark.parametrize(("kind", "asked", "values"), CASES, ids=[case[0] for case in CASES])
def test_postgresql_agrees_before_and_after_storing(
    database: DatabaseUrls, kind: str, asked: str, values: list[object]
) -> None:
    with psycopg.connect(database.app) as app:
        for value in values:
            query = f"SELECT v, {asked} FROM (SELECT %s::{kind} AS v) AS stored"  # noqa: S608  (test constants)
            row = app.execute(query.encode(), (value,)).fetchone()
            assert row is not None
            stored, text = row
            assert text_form(value, kind) == text
            assert text_form(stored, kind) == text


def test_json_and_arrays_survive_storing(database: DatabaseUrls) -> None:
    value = {"z": [1, None, True], "é": "x", "a": {"b": "\u2028"}, "\U0001f600": 2, "\ufb33": 3}
    with psycopg.connect(database.app) as app:
        row = app.execute(
            "SELECT %s::jsonb, %s::text[]", (psycopg.types.json.Jsonb(value), ["b", "", "网"])
        ).fetchone()
    assert row is not None
    assert text_form(row[0], "jsonb") == text_form(value, "jsonb")
    assert text_form(row[1], "text[]") == '["b","","网"]'
