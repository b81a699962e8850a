"""Records cost less to write; what the guard refuses stays the same.

Two thirds of what PostgreSQL spent on a record went into looking for repetitions in base64, where there are
none, and into comparing disclosures whenever a leaf index was given.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_UNCOMPRESSED = ("entry", "disclosures", "receipt")

_DISCLOSURES = """
CREATE OR REPLACE FUNCTION records.guard_narrowing() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
    IF cardinality(NEW.disclosures) IS DISTINCT FROM cardinality(OLD.disclosures) OR EXISTS (
        SELECT FROM unnest(OLD.disclosures, NEW.disclosures) AS pair(was, is_now)
        WHERE pair.is_now IS NOT NULL AND pair.is_now IS DISTINCT FROM pair.was
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'GW001',
            MESSAGE = format('Disclosures of record %s never change', OLD.jti);
    END IF;
    RETURN NEW;
END
$function$
"""
_LEAF_INDEX = """
CREATE FUNCTION records.guard_leaf_index() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'GW001',
        MESSAGE = format('The leaf index of record %s is fixed', OLD.jti);
END
$function$
"""
_TRIGGERS = (
    "DROP TRIGGER append_narrowing ON records.record",
    "CREATE TRIGGER append_narrowing BEFORE UPDATE OF disclosures ON records.record "
    "FOR EACH ROW EXECUTE FUNCTION records.guard_narrowing()",
    "CREATE TRIGGER append_leaf_index BEFORE UPDATE OF leaf_index ON records.record FOR EACH ROW "
    "WHEN (OLD.leaf_index IS NOT NULL AND NEW.leaf_index IS DISTINCT FROM OLD.leaf_index) "
    "EXECUTE FUNCTION records.guard_leaf_index()",
    "ALTER TABLE records.record ENABLE ALWAYS TRIGGER append_narrowing",
    "ALTER TABLE records.record ENABLE ALWAYS TRIGGER append_leaf_index",
)


def upgrade() -> None:
    """Storage and triggers of `records.record`."""
    for column in _UNCOMPRESSED:
        op.execute(sa.text(f"ALTER TABLE records.record ALTER COLUMN {column} SET STORAGE EXTERNAL"))
    for statement in (_DISCLOSURES, _LEAF_INDEX, *_TRIGGERS):
        op.execute(sa.text(statement))
