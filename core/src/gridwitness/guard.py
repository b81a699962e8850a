"""The commit-time guard: no stated row changes without a record of the same transaction.

It is DDL for the migrations, because only the database holds ORM, COPY, bulk and text SQL alike. Its refusals
have SQLSTATE `GW001` and name table and key. The triggers are `ENABLE ALWAYS`, so `session_replication_role`
does not silence them. Whoever owns the tables can still drop them; that is what the verifier's audit is for.

What it trusts, and `append_only_ddl` makes true: `records.record.accepted_in` is the transaction that
inserted the record, and a record's frozen columns never change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Table

from gridwitness.database import column_class, postgres_type

GUARD_TRIGGERS = ("guard_insert", "guard_update", "guard_delete", "guard_truncate")
"""Names of a stated table's triggers."""

# Equal values of these types can differ in their text form (1.0 and 1.00).
_COMPARED_AS_TEXT = frozenset({"numeric", "jsonb"})

# The colons of the time are quoted because SQLAlchemy's text() would take ":MI" for a parameter.
_ROW_KEY = """
CREATE OR REPLACE FUNCTION records.guard_row_key(present jsonb, key text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    form text;
    found jsonb := '{}';
BEGIN
    FOR i IN 1 .. cardinality(key) / 2 LOOP
        form := present ->> key[2 * i - 1];
        CASE key[2 * i]
            WHEN 'timestamptz' THEN
                form := to_char(form::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24":"MI":"SS.US"Z"');
            WHEN 'bytea' THEN
                form := encode(form::bytea, 'hex');
            ELSE
                NULL;
        END CASE;
        found := found || jsonb_build_object(key[2 * i - 1], form);
    END LOOP;
    RETURN found;
END
$function$
"""

_DISCLOSED_ROW = """
CREATE OR REPLACE FUNCTION records.guard_disclosed_row(disclosure text) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $function$
    SELECT CASE WHEN part ->> 1 ~ '^row\\.[0-9]+$' THEN part -> 2 END
    FROM (
        SELECT convert_from(
            decode(rpad(translate(disclosure, '-_', '+/'), (length(disclosure) + 3) / 4 * 4, '='), 'base64'),
            'UTF8'
        )::jsonb AS part
    ) AS decoded
$function$
"""

_REFUSE_UNRECORDED = """
CREATE OR REPLACE FUNCTION records.guard_refuse_unrecorded() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    key jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        key := records.guard_row_key(to_jsonb(OLD), TG_ARGV[1:]);
        IF key <> records.guard_row_key(to_jsonb(NEW), TG_ARGV[1:]) THEN
            RAISE EXCEPTION USING ERRCODE = 'GW001', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
                MESSAGE = format('The key of %s %s was changed in place', TG_ARGV[0], key),
                HINT = 'Delete the row and put another one, each named by an effect';
        END IF;
    END IF;
    IF NOT EXISTS (
        SELECT FROM records.record AS r
        WHERE r.jti = NEW.effect AND r.accepted_in = pg_current_xact_id() AND r.kind = 'state.effect.v1'
    ) THEN
        key := records.guard_row_key(to_jsonb(NEW), TG_ARGV[1:]);
        RAISE EXCEPTION USING ERRCODE = 'GW001', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
            MESSAGE = format('The change of %s %s names no effect of its own transaction', TG_ARGV[0], key),
            HINT = 'Append the effect in the same transaction and put its jti into the column "effect"';
    END IF;
    RETURN NULL;
END
$function$
"""

_REFUSE_UNRECORDED_DELETE = """
CREATE OR REPLACE FUNCTION records.guard_refuse_unrecorded_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    key jsonb := records.guard_row_key(to_jsonb(OLD), TG_ARGV[1:]);
    wanted jsonb := jsonb_build_object('table', TG_ARGV[0], 'key', key, 'op', 'delete');
BEGIN
    IF NOT EXISTS (
        SELECT FROM records.record AS r, unnest(r.disclosures) AS disclosure
        WHERE r.accepted_in = pg_current_xact_id() AND r.kind = 'state.effect.v1'
            AND disclosure IS NOT NULL AND records.guard_disclosed_row(disclosure) = wanted
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'GW001', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
            MESSAGE = format('No effect of this transaction deletes %s %s', TG_ARGV[0], key),
            HINT = 'Append an effect that names the row with "op": "delete" in the same transaction';
    END IF;
    RETURN NULL;
END
$function$
"""

_REFUSE_ALWAYS = """
CREATE OR REPLACE FUNCTION records.guard_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'GW001', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
        MESSAGE = format('%s of %s is refused', TG_OP, TG_ARGV[0]), HINT = TG_ARGV[1];
END
$function$
"""

_STAMP = """
CREATE OR REPLACE FUNCTION records.guard_stamp() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
    NEW.accepted_in := pg_current_xact_id();
    RETURN NEW;
END
$function$
"""


def guard_functions_ddl() -> list[str]:
    """The functions all guards share, in schema `records`: run before any `guard_ddl`, again to renew."""
    return [
        _ROW_KEY,
        _DISCLOSED_ROW,
        _REFUSE_UNRECORDED,
        _REFUSE_UNRECORDED_DELETE,
        _REFUSE_ALWAYS,
        _STAMP,
    ]


def guard_ddl(schema: str, table: str, *, key: Mapping[str, str], stated: Mapping[str, str]) -> list[str]:
    """Triggers for one stated table; `key` and `stated` are column → PostgreSQL type.

    An insert, and an update of a stated column or of `effect`, must leave in `effect` the `jti` of an effect
    that was inserted in the same transaction; a delete must be named by one; truncating is never allowed.
    Updates of other columns are free. Run it again after a stated column was added: it replaces the triggers.
    """
    place = f"{_name(schema)}.{_name(table)}"
    arguments = _literals(f"{schema}.{table}", *(part for pair in key.items() for part in pair))
    watched = {**stated, **key, "effect": "uuid"}
    changed = " OR ".join(_differs(column, kind) for column, kind in watched.items())
    refusing = _literals(f"{schema}.{table}", "Stated rows go one by one, each named by an effect")
    deferred = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    check = f"EXECUTE FUNCTION records.guard_refuse_unrecorded({arguments})"
    return [
        *(f"DROP TRIGGER IF EXISTS {trigger} ON {place}" for trigger in GUARD_TRIGGERS),
        f"CREATE CONSTRAINT TRIGGER guard_insert AFTER INSERT ON {place} {deferred} {check}",
        f"CREATE CONSTRAINT TRIGGER guard_update AFTER UPDATE ON {place} {deferred} WHEN ({changed}) {check}",
        f"CREATE CONSTRAINT TRIGGER guard_delete AFTER DELETE ON {place} {deferred} "
        f"EXECUTE FUNCTION records.guard_refuse_unrecorded_delete({arguments})",
        f"CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON {place} FOR EACH STATEMENT "
        f"EXECUTE FUNCTION records.guard_refuse({refusing})",
        *_always(place, GUARD_TRIGGERS),
    ]


def guard_ddl_for(table: Table) -> list[str]:
    """`guard_ddl` for a declared table, from the classes of its columns."""
    return guard_ddl(
        str(table.schema),
        table.name,
        key={column.name: postgres_type(column) for column in table.primary_key},
        stated={c.name: postgres_type(c) for c in table.columns if column_class(c) == "stated"},
    )


def append_only_ddl(frozen: Sequence[str], schema: str = "records", table: str = "record") -> list[str]:
    """Make a table of records append-only: no delete, no truncate, no update that names a `frozen` column.

    `accepted_in` is frozen too; the database stamps it whatever the insert says, and it is indexed: a guarded
    delete looks for the records of its transaction.
    """
    place = f"{_name(schema)}.{_name(table)}"
    refusing = _literals(f"{schema}.{table}", "Records are appended and never change")
    columns = ", ".join(_name(column) for column in dict.fromkeys([*frozen, "accepted_in"]))
    refuse = f"FOR EACH STATEMENT EXECUTE FUNCTION records.guard_refuse({refusing})"
    triggers = ("append_stamp", "append_frozen", "append_only")
    return [
        *(f"DROP TRIGGER IF EXISTS {trigger} ON {place}" for trigger in triggers),
        f"CREATE TRIGGER append_stamp BEFORE INSERT ON {place} FOR EACH ROW "
        "EXECUTE FUNCTION records.guard_stamp()",
        f"CREATE TRIGGER append_frozen BEFORE UPDATE OF {columns} ON {place} {refuse}",
        f"CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON {place} {refuse}",
        *_always(place, triggers),
        f"CREATE INDEX IF NOT EXISTS {_name(f'ix_{table}_accepted_in')} ON {place} (accepted_in)",
    ]


def _always(place: str, triggers: Sequence[str]) -> list[str]:
    return [f"ALTER TABLE {place} ENABLE ALWAYS TRIGGER {trigger}" for trigger in triggers]


def _differs(column: str, kind: str) -> str:
    cast = "::text" if kind in _COMPARED_AS_TEXT else ""
    return f"OLD.{_name(column)}{cast} IS DISTINCT FROM NEW.{_name(column)}{cast}"


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _literals(*values: str) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)
