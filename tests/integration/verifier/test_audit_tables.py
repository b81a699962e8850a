"""Attacks on tables: rows, manifest, and what stands in a table's place."""

from __future__ import annotations

import copy
import json

import psycopg
import pytest
from psycopg import sql
from support.forged_platform import fresh_id
from support.forged_scenario import HOSTILE, Scenario
from support.forged_tables import manifest

CHANGES = {
    "title": ("'x'", "x"),
    "amount": ("12.51", "12.51"),
    "opened": ("opened + interval '1 microsecond'", "2026-01-02T03:04:05.600001Z"),
    "day": ("day + 1", "2026-01-03"),
    "flag": ("false", "false"),
    "big": ("big + 1", str(2**60 + 1)),
    "data": ("""'{"b": [1, 2], "甲": "乙"}'""", '{"b":[1,2],"甲":"乙"}'),
    "tags": ("ARRAY['x']", '["x"]'),
    "blob": ("'\\x01'::bytea", "01"),
}


@pytest.mark.parametrize("column", CHANGES)
def test_altered_column(scenario: Scenario, database, audit, column: str) -> None:
    expression, found = CHANGES[column]
    change = sql.SQL("UPDATE shop.thing SET {} = {}").format(sql.Identifier(column), sql.SQL(expression))
    database.execute(change)
    answer = audit()
    assert (answer.exit_code, answer.failed) == (1, {"rows"})
    place = answer.place("rows", "altered")
    assert (place["table"], place["column"]) == ("shop.thing", column)
    assert json.loads(place["key"]) == {"id": scenario.thing, "part": "1"}
    assert found in place["detail"]


def test_nulled_column(scenario: Scenario, database, audit) -> None:
    database.execute("UPDATE shop.thing SET title = NULL")
    answer = audit()
    assert answer.failed == {"rows"}
    assert "found null" in answer.place("rows", "altered")["detail"]


def test_effect_column(scenario: Scenario, database, audit) -> None:
    database.execute("UPDATE shop.thing SET effect = %s", (scenario.case[0].jti,))
    assert audit().place("rows", "altered")["column"] == "effect"


def test_row_without_record(scenario: Scenario, database, audit) -> None:
    extra = fresh_id()
    database.execute("INSERT INTO shop.thing (id, part, title) VALUES (%s, 1, 'x')", (extra,))
    answer = audit()
    assert (answer.exit_code, answer.failed) == (1, {"rows"})
    assert extra in answer.place("rows", "extra-row")["key"]


def test_record_without_row(scenario: Scenario, database, audit) -> None:
    database.execute("DELETE FROM members.account")
    answer = audit()
    assert (answer.exit_code, answer.failed) == (1, {"rows"})
    assert scenario.account in answer.place("rows", "missing-row")["key"]


def test_deleted_row_put_back(scenario: Scenario, database, audit) -> None:
    database.execute("INSERT INTO shop.thing (id, part) VALUES (%s, 2)", (scenario.thing,))
    place = audit().place("rows", "extra-row")
    assert "deleted this row" in place["detail"]


def test_rows_swapped_under_a_dropped_key(scenario: Scenario, database, audit) -> None:
    database.execute("ALTER TABLE shop.thing DROP CONSTRAINT thing_pkey")
    database.execute("INSERT INTO shop.thing SELECT * FROM shop.thing")
    assert audit().place("rows", "duplicate-row")["table"] == "shop.thing"


def test_operational_column_is_no_evidence_and_named(scenario: Scenario, database, audit) -> None:
    database.execute("UPDATE members.account SET password_hash = 'x'")
    answer = audit()
    assert answer.exit_code == 0
    assert any("members.account.password_hash" in text for text in answer.report["not_shown"])


def test_hostile_values_are_shown_harmless(scenario: Scenario, database, built, audit, capsys) -> None:
    database.execute("UPDATE shop.thing SET title = %s", (HOSTILE,))
    answer = audit()
    assert answer.failed == {"rows"}
    printed = json.dumps(answer.report, ensure_ascii=False)
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    assert len(answer.place("rows", "altered")["detail"]) <= 400


def test_huge_value_stays_small(scenario: Scenario, database, audit) -> None:
    database.execute("UPDATE shop.thing SET title = repeat('长', 20000000)")
    answer = audit()
    assert answer.failed == {"rows"}
    assert len(answer.place("rows", "altered")["detail"]) <= 400


# The manifest


def test_manifest_without_the_embarrassing_column(scenario: Scenario, database, audit) -> None:
    database.execute("ALTER TABLE shop.thing ADD COLUMN note text")
    answer = audit()
    assert (answer.exit_code, answer.failed) == (1, {"manifest"})
    place = answer.place("manifest", "undeclared-column")
    assert (place["table"], place["column"]) == ("shop.thing", "note")


def test_undeclared_table(scenario: Scenario, database, audit) -> None:
    database.execute("CREATE TABLE shop.hidden (id integer)")
    assert audit().place("manifest", "undeclared-table")["table"] == "shop.hidden"


def test_undeclared_table_the_auditor_may_not_see(scenario: Scenario, database, built, audit) -> None:
    database.execute("CREATE SCHEMA attic; CREATE TABLE attic.hidden (id integer)")
    assert audit().place("manifest", "undeclared-table")["table"] == "attic.hidden"


def test_dropped_column(scenario: Scenario, database, audit) -> None:
    database.execute("ALTER TABLE shop.thing DROP COLUMN title")
    answer = audit()
    assert answer.place("manifest", "missing-column")["column"] == "title"


def test_migration_table_needs_no_manifest(scenario: Scenario, database, audit) -> None:
    database.execute("CREATE TABLE public.alembic_version (version_num text)")
    assert audit().exit_code == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda tables: tables["shop.thing"]["columns"].pop("title"), "class-changed"),
        (lambda tables: tables["shop.thing"]["columns"].update(title="operational"), "class-changed"),
        (lambda tables: tables.pop("shop.thing"), "key-changed"),
        (lambda tables: tables["shop.thing"].update(key=["id"]), "key-changed"),
    ],
)
def test_later_manifest_takes_away(scenario: Scenario, audit, change, code: str) -> None:
    tables = copy.deepcopy(manifest("shop"))
    change(tables)
    if not tables:
        tables["shop.other"] = {"key": ["id"], "columns": {"id": "stated"}}
        code = "class-changed"
    record = scenario.platform.declare(scenario.service, "shop", 2, tables)
    scenario.platform.anchor()
    answer = audit()
    assert "manifest" in answer.failed
    assert answer.place("manifest", code)["jti"] == record.jti


def test_operational_column_outside_the_closed_list(scenario: Scenario, database, audit) -> None:
    database.execute("ALTER TABLE shop.thing ADD COLUMN note text")
    tables = copy.deepcopy(manifest("shop"))
    tables["shop.thing"]["columns"]["note"] = "operational"
    scenario.platform.declare(scenario.service, "shop", 2, tables)
    scenario.platform.anchor()
    answer = audit()
    assert answer.failed == {"manifest"}
    assert answer.place("manifest", "operational-not-listed")["column"] == "note"


def test_honest_new_column(scenario: Scenario, database, audit) -> None:
    database.execute("ALTER TABLE shop.thing ADD COLUMN note text")
    tables = copy.deepcopy(manifest("shop"))
    tables["shop.thing"]["columns"]["note"] = "stated"
    scenario.platform.declare(scenario.service, "shop", 2, tables)
    scenario.platform.effect(
        scenario.service, [("shop.thing", {"id": scenario.thing, "part": 1}, {"note": "x"})]
    )
    scenario.platform.anchor()
    assert audit().exit_code == 0


# What stands in a table's place


def test_view_in_a_tables_place(scenario: Scenario, database, audit) -> None:
    database.execute("ALTER TABLE shop.thing RENAME TO real_thing")
    database.execute("CREATE VIEW shop.thing AS SELECT * FROM shop.real_thing")
    answer = audit()
    assert {"database", "manifest"} <= answer.failed
    assert answer.place("database", "not-a-table")["table"] == "shop.thing"


def test_view_in_the_place_of_records(scenario: Scenario, database, audit) -> None:
    database.execute("ALTER TABLE records.record RENAME TO real_record")
    database.execute("CREATE VIEW records.record AS SELECT * FROM records.real_record")
    answer = audit()
    assert (answer.exit_code, answer.failed) == (1, {"database"})
    assert answer.check("entries")["result"] == "not evaluated"


def test_row_level_security(scenario: Scenario, database, audit) -> None:
    database.execute("ALTER TABLE shop.thing ENABLE ROW LEVEL SECURITY")
    database.execute("CREATE POLICY hide ON shop.thing USING (part > 5)")
    assert audit().place("database", "row-security")["table"] == "shop.thing"


def test_rule(scenario: Scenario, database, audit) -> None:
    database.execute("CREATE RULE keep AS ON DELETE TO shop.thing DO INSTEAD NOTHING")
    assert audit().place("database", "rule")["table"] == "shop.thing"


def test_inheritance_child(scenario: Scenario, database, audit) -> None:
    database.execute("CREATE TABLE shop.more () INHERITS (shop.thing)")
    assert audit().place("database", "inheritance")["table"] == "shop.thing"


def test_generated_column(scenario: Scenario, database, audit) -> None:
    database.execute("ALTER TABLE shop.thing DROP COLUMN title")
    database.execute("ALTER TABLE shop.thing ADD COLUMN title text GENERATED ALWAYS AS ('x') STORED")
    assert audit().place("database", "generated-column")["table"] == "shop.thing"


def test_domain_in_a_types_place(scenario: Scenario, database, audit) -> None:
    database.execute("CREATE DOMAIN shop.text AS text")
    database.execute("ALTER TABLE shop.thing ALTER COLUMN title TYPE shop.text")
    assert audit().place("manifest", "type-unknown")["column"] == "title"


def test_shadowing_search_path_changes_nothing(scenario: Scenario, database, audit) -> None:
    database.execute(
        "CREATE FUNCTION shop.left(text, integer) RETURNS text LANGUAGE sql AS $$SELECT 'x'::text$$"
    )
    database.execute("ALTER ROLE CURRENT_USER SET search_path = shop, pg_catalog")
    try:
        answer = audit()
    finally:
        database.execute("ALTER ROLE CURRENT_USER RESET search_path")
    assert answer.exit_code == 0


def test_table_missing(scenario: Scenario, database, audit) -> None:
    database.execute("DROP TABLE records.key_state")
    answer = audit()
    assert (answer.exit_code, answer.failed) == (1, {"database"})


def test_role_that_may_not_read(scenario: Scenario, database, built, audit) -> None:
    built.server.administer("DROP ROLE IF EXISTS peeper")
    built.server.administer("CREATE ROLE peeper LOGIN PASSWORD 'peeper'")
    url = scenario.platform.url
    parts = psycopg.conninfo.conninfo_to_dict(url)
    mine = psycopg.conninfo.make_conninfo(**{**parts, "user": "peeper", "password": "peeper"})
    database.execute("REVOKE ALL ON SCHEMA records FROM PUBLIC")
    built.server.administer(f"GRANT CONNECT ON DATABASE {parts['dbname']} TO peeper")
    answer = audit(url=mine)
    built.server.administer(f"REVOKE CONNECT ON DATABASE {parts['dbname']} FROM peeper")
    assert answer.exit_code == 3
    assert "may not read records.record" in answer.check("database")["reason"]
