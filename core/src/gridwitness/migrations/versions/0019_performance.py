"""Performance snapshots.

Revision ID: 0019
"""

import sqlalchemy as sa
from alembic import op
from gridwitness.database import load_models
from gridwitness.guard import guard_ddl_for
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Schema `performance`, its table, the guard of it."""
    op.execute("CREATE SCHEMA performance")
    op.create_table(
        "snapshot",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("period_from", _INSTANT, nullable=False),
        sa.Column("period_to", _INSTANT, nullable=False),
        sa.Column("metrics", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("files", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "number", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("record", name=op.f("uq_snapshot_record")),
        schema="performance",
    )
    for statement in guard_ddl_for(load_models().tables["performance.snapshot"]):
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Evidence is never taken back: restore a backup instead."""
    raise NotImplementedError("records can't be downgraded; restore a backup")
