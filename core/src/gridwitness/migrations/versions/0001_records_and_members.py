"""Records and members: the first tables, with the commit-time guard.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op
from gridwitness.database import load_models
from gridwitness.guard import append_only_ddl, guard_ddl_for, guard_functions_ddl
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import UserDefinedType

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATED = (
    "members.agency",
    "members.account",
    "members.role",
    "members.signing_key",
    "records.source",
    "records.erasure",
)
FROZEN = (
    "jti", "log", "identity", "kind", "iss", "kid", "sub", "seq", "iat", "entry", "received_at", "receipt",
    "provenance", "accept_order",
)  # fmt: skip

# A leaf index is given once; a disclosure can only go. Without a proved erasure the audit names what is gone.
_NARROWING = """
CREATE FUNCTION records.guard_narrowing() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
    IF OLD.leaf_index IS NOT NULL AND NEW.leaf_index IS DISTINCT FROM OLD.leaf_index THEN
        RAISE EXCEPTION USING ERRCODE = 'GW001',
            MESSAGE = format('The leaf index of record %s is fixed', OLD.jti);
    END IF;
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
_NARROWING_TRIGGER = """
CREATE TRIGGER append_narrowing BEFORE UPDATE OF leaf_index, disclosures ON records.record
FOR EACH ROW EXECUTE FUNCTION records.guard_narrowing()
"""


class TransactionId(UserDefinedType):
    """PostgreSQL's 64-bit transaction id."""

    def get_col_spec(self, **_: object) -> str:
        """Column type in DDL."""
        return "xid8"


def upgrade() -> None:
    """Schemas, tables, guards."""
    op.execute("CREATE SCHEMA records")
    op.execute("CREATE SCHEMA members")
    _records()
    _anchors()
    _stated_records()
    _accounts()
    _roles()
    _logins()
    _signing_keys()
    tables = load_models().tables
    for statement in (
        *guard_functions_ddl(),
        *append_only_ddl(FROZEN),
        _NARROWING,
        _NARROWING_TRIGGER,
        "ALTER TABLE records.record ENABLE ALWAYS TRIGGER append_narrowing",
        *(statement for name in STATED for statement in guard_ddl_for(tables[name])),
    ):
        op.execute(sa.text(statement))


def _records() -> None:
    op.create_table(
        "log",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("vkey", sa.Text(), nullable=False),
        sa.Column("maximum_merge_delay", sa.Integer(), nullable=False),
        sa.Column("predecessor", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_log")),
        sa.UniqueConstraint("origin", name=op.f("uq_log_origin")),
        schema="records",
    )
    op.create_table(
        "record",
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("iss", sa.Text(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("iat", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("disclosures", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=True),
        sa.Column(
            "provenance",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "accepted_in", TransactionId(), server_default=sa.text("pg_current_xact_id()"), nullable=False
        ),
        sa.Column("accept_order", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_record")),
        sa.UniqueConstraint("identity", name=op.f("uq_record_identity")),
        sa.UniqueConstraint("log", "leaf_index", name=op.f("uq_record_log_leaf_index")),
        sa.UniqueConstraint("sub", "log", "seq", name=op.f("uq_record_sub_log_seq")),
        schema="records",
    )
    op.create_index("ix_record_kind", "record", ["kind", "leaf_index"], unique=False, schema="records")
    op.create_index(
        "ix_record_waiting",
        "record",
        ["log", "accept_order"],
        unique=False,
        schema="records",
        postgresql_where=sa.text("leaf_index IS NULL"),
    )


def _anchors() -> None:
    op.create_table(
        "key_state",
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("proof", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("log", "size", "agency", "kid", name=op.f("pk_key_state")),
        schema="records",
    )
    op.create_table(
        "anchor",
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("old_size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("transaction", sa.LargeBinary(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.LargeBinary(), nullable=False),
        sa.Column("block_time", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("proof", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("log", "size", name=op.f("pk_anchor")),
        schema="records",
    )
    op.create_table(
        "tree_head",
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("log", "size", name=op.f("pk_tree_head")),
        schema="records",
    )


def _stated_records() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("record", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        schema="records",
    )
    op.create_table(
        "file",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("sm3", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_file")),
        schema="records",
    )
    op.create_table(
        "sending",
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("transaction", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log", name=op.f("pk_sending")),
        schema="records",
    )
    op.create_table(
        "source",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("row_digest", sa.Text(), nullable=False),
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "kind", "source_key", name=op.f("pk_source")),
        sa.UniqueConstraint("sub", name=op.f("uq_source_sub")),
        schema="records",
    )


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("password_set_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("failed_logins", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("locked_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_login", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("sub", name=op.f("uq_account_sub")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
        schema="members",
    )
    op.create_table(
        "agency",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("admin", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_agency")),
        sa.UniqueConstraint("sub", name=op.f("uq_agency_sub")),
        schema="members",
    )


def _roles() -> None:
    op.create_table(
        "role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        schema="members",
    )
    op.create_index(
        "uq_role_grant",
        "role",
        ["account", "role", "agency", sa.literal_column("coalesce(scope, '')")],
        unique=True,
        schema="members",
    )


def _logins() -> None:
    op.create_table(
        "session",
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_session")),
        schema="members",
    )
    op.create_index(op.f("ix_session_account"), "session", ["account"], unique=False, schema="members")
    op.create_table(
        "idempotency",
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("response", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "key", name=op.f("pk_idempotency")),
        schema="members",
    )
    op.create_index(
        op.f("ix_idempotency_created_at"), "idempotency", ["created_at"], unique=False, schema="members"
    )


def _signing_keys() -> None:
    op.create_table(
        "signing_key",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=True),
        sa.Column("not_before", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("not_after", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("registered_alone", sa.Boolean(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("compromised_since", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "kid", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("sub", name=op.f("uq_signing_key_sub")),
        schema="members",
    )


def downgrade() -> None:
    """Evidence is never taken back: restore a backup instead."""
    raise NotImplementedError("records can't be downgraded; restore a backup")
