"""Hotspot snapshots and their registration on the chain.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op
from gridwitness.database import load_models
from gridwitness.guard import guard_ddl_for
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Schema `hotspots`, its tables, the guard of snapshots."""
    op.execute("CREATE SCHEMA hotspots")
    _snapshot()
    _exposure()
    _publication()
    _sending()
    for statement in guard_ddl_for(load_models().tables["hotspots.snapshot"]):
        op.execute(sa.text(statement))


def _snapshot() -> None:
    op.create_table(
        "snapshot",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("period_from", _INSTANT, nullable=False),
        sa.Column("period_to", _INSTANT, nullable=False),
        sa.Column("resolution", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("method", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("inputs_count", sa.BigInteger(), nullable=False),
        sa.Column("exposure", sa.Text(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("suppressed", sa.Integer(), nullable=False),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "number", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("record", name=op.f("uq_snapshot_record")),
        schema="hotspots",
    )
    op.create_index("ix_snapshot_period", "snapshot", ["agency", "family", "period_to"], schema="hotspots")


def _exposure() -> None:
    op.create_table(
        "exposure",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "number", name=op.f("pk_exposure")),
        schema="hotspots",
    )


def _publication() -> None:
    op.create_table(
        "publication",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("transaction", sa.LargeBinary(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.LargeBinary(), nullable=False),
        sa.Column("block_time", _INSTANT, nullable=False),
        sa.Column("proof", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("agency", "number", name=op.f("pk_publication")),
        schema="hotspots",
    )


def _sending() -> None:
    op.create_table(
        "sending",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("transaction", sa.LargeBinary(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("refused_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("agency", name=op.f("pk_sending")),
        schema="hotspots",
    )


def downgrade() -> None:
    """Evidence is never taken back: restore a backup instead."""
    raise NotImplementedError("records can't be downgraded; restore a backup")
