"""Archived parts of passages and positions, and their removal after retention.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op
from gridwitness.database import load_models
from gridwitness.guard import guard_ddl_for
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATED = ("trucks.part", "trucks.expiry")

_INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Two tables of `trucks`, with their guards."""
    _part()
    _expiry()
    tables = load_models().tables
    for name in STATED:
        for statement in guard_ddl_for(tables[name]):
            op.execute(sa.text(statement))


def _part() -> None:
    op.create_table(
        "part",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("captured_from", _INSTANT, nullable=False),
        sa.Column("captured_to", _INSTANT, nullable=False),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("feed", "content", "day", "part", name=op.f("pk_part")),
        schema="trucks",
    )


def _expiry() -> None:
    op.create_table(
        "expiry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("parts", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("record", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expiry")),
        schema="trucks",
    )
    op.create_index("ix_expiry_state", "expiry", ["state"], unique=False, schema="trucks")


def downgrade() -> None:
    """Evidence is never taken back: restore a backup instead."""
    raise NotImplementedError("records can't be downgraded; restore a backup")
