"""Feeds: registry, messages in hash chains, batches, dead letters.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op
from gridwitness.database import load_models
from gridwitness.guard import guard_ddl_for
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATED = ("feeds.feed", "feeds.batch", "feeds.credential")


def upgrade() -> None:
    """Schema `feeds`, guards of its stated tables."""
    op.execute("CREATE SCHEMA feeds")
    for make in (_feed, _batch, _chain, _part, _letter, _seen, _credential, _subscription):
        make()
    # What devices send is compressed already or short: to try it with every row would cost the most of all.
    op.execute("ALTER TABLE feeds.part ALTER COLUMN body SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE feeds.letter ALTER COLUMN raw SET STORAGE EXTERNAL")
    tables = load_models().tables
    for name in STATED:
        for statement in guard_ddl_for(tables[name]):
            op.execute(sa.text(statement))


def _feed() -> None:
    op.create_table(
        "feed",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("assurance", sa.Text(), nullable=False),
        sa.Column("datum", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("registered_by", sa.Uuid(), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_feed")),
        sa.UniqueConstraint("sub", name=op.f("uq_feed_sub")),
        schema="feeds",
    )


def _batch() -> None:
    op.create_table(
        "batch",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("assurance", sa.Text(), nullable=False),
        sa.Column("received_from", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("received_to", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("captured_from", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("captured_to", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("serial_gaps", sa.BigInteger(), nullable=False),
        sa.Column("repeated", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("clock_offset", sa.Numeric(), nullable=True),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "first", name=op.f("pk_batch")),
        schema="feeds",
    )


def _chain() -> None:
    op.create_table(
        "chain",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("next_serial", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_chain")),
        schema="feeds",
    )


def _part() -> None:
    op.create_table(
        "part",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("connection", sa.Text(), nullable=True),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("captured_from", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("captured_to", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("serial_gaps", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("offsets", sa.LargeBinary(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "serial", name=op.f("pk_part")),
        schema="feeds",
    )
    op.create_index(
        "ix_part_pending",
        "part",
        ["feed", "serial"],
        unique=False,
        schema="feeds",
        postgresql_where=sa.text("pending"),
    )


def _letter() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=True),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("settled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        schema="feeds",
    )
    op.create_index("ix_letter_place", "letter", ["feed", "serial"], unique=False, schema="feeds")
    op.create_index("ix_letter_state", "letter", ["feed", "state", "id"], unique=False, schema="feeds")


def _seen() -> None:
    op.create_table(
        "seen",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("seen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("feed", "kind", "identifier", name=op.f("pk_seen")),
        schema="feeds",
    )
    op.create_index("ix_seen_seen_at", "seen", ["seen_at"], unique=False, schema="feeds")


def _credential() -> None:
    op.create_table(
        "credential",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("set_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "kind", "name", name=op.f("pk_credential")),
        schema="feeds",
    )
    op.create_index("ix_credential_name", "credential", ["kind", "name"], unique=True, schema="feeds")


def _subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("subscription", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("begin_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("end_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("receive_address", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("feed", "subscription", name=op.f("pk_subscription")),
        schema="feeds",
    )
