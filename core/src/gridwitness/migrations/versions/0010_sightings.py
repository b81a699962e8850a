"""Passages and positions, and what detection has to look at.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
SHARDS = 8


def upgrade() -> None:
    """Passages and positions, and what detection has to look at."""
    _candidate()
    _noticed()
    _passage()
    _position()
    _shard()
    _wake()
    _watermark()
    _work()
    shards = sa.table("shard", sa.column("shard"), schema="trucks")
    op.bulk_insert(shards, [{"shard": number} for number in range(SHARDS)])


def _candidate() -> None:
    op.create_table(
        "candidate",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("plate_color", sa.Text(), nullable=True),
        sa.Column("checkpoint", sa.Text(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("lat_e6", sa.Integer(), nullable=True),
        sa.Column("lon_e6", sa.Integer(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("permit", sa.Text(), nullable=True),
        sa.Column("refs", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("measured", sa.Text(), nullable=False),
        sa.Column("settles_at", INSTANT, nullable=True),
        sa.Column("needs", sa.Integer(), nullable=False),
        sa.Column("finding", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_candidate")),
        schema="trucks",
    )
    op.create_index("ix_candidate_at", "candidate", ["at", "rule"], schema="trucks")
    op.create_index("ix_candidate_plate", "candidate", ["plate", "at"], schema="trucks")


def _noticed() -> None:
    op.create_table(
        "noticed",
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("plates", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("checkpoint", sa.Text(), nullable=True),
        sa.Column("since", INSTANT, nullable=True),
        sa.Column("until", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("register", "key", name=op.f("pk_noticed")),
        schema="trucks",
    )


def _passage() -> None:
    op.create_table(
        "passage",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("captured_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=True),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.Column("plate_color", sa.Text(), nullable=True),
        sa.Column("vehicle_class", sa.Text(), nullable=True),
        sa.Column("brand", sa.Text(), nullable=True),
        sa.Column("color", sa.Text(), nullable=True),
        sa.Column("speed_kmh", sa.SmallInteger(), nullable=True),
        sa.Column("reliability", sa.SmallInteger(), nullable=True),
        sa.Column("marks", sa.SmallInteger(), nullable=True),
        sa.Column("images", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("feed", "serial", "item", name=op.f("pk_passage")),
        schema="trucks",
    )
    op.create_index(
        "ix_passage_captured_at", "passage", ["captured_at"], schema="trucks", postgresql_using="brin"
    )
    op.create_index("ix_passage_plate", "passage", ["plate", "captured_at"], schema="trucks")


def _position() -> None:
    op.create_table(
        "position",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("fixed_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("mileage_hm", sa.BigInteger(), nullable=True),
        sa.Column("alarms", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("lat_e6", sa.Integer(), nullable=True),
        sa.Column("lon_e6", sa.Integer(), nullable=True),
        sa.Column("weight_kg", sa.Integer(), nullable=True),
        sa.Column("speed_dkmh", sa.SmallInteger(), nullable=True),
        sa.Column("direction", sa.SmallInteger(), nullable=True),
        sa.Column("cover", sa.SmallInteger(), nullable=True),
        sa.Column("lift", sa.SmallInteger(), nullable=True),
        sa.Column("load", sa.SmallInteger(), nullable=True),
        sa.Column("backfill", sa.Boolean(), nullable=True),
        sa.Column("extra", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("feed", "serial", "item", name=op.f("pk_position")),
        schema="trucks",
    )
    op.create_index(
        "ix_position_fixed_at", "position", ["fixed_at"], schema="trucks", postgresql_using="brin"
    )
    op.create_index("ix_position_plate", "position", ["plate", "fixed_at"], schema="trucks")


def _shard() -> None:
    op.create_table(
        "shard",
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("looked_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("shard", name=op.f("pk_shard")),
        schema="trucks",
    )


def _wake() -> None:
    op.create_table(
        "wake",
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plate", "family", "at", "due_at", name=op.f("pk_wake")),
        schema="trucks",
    )
    op.create_index("ix_wake_due", "wake", ["shard", "due_at"], schema="trucks")


def _watermark() -> None:
    op.create_table(
        "watermark",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("least", INSTANT, nullable=False),
        sa.Column("greatest", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("feed", "family", name=op.f("pk_watermark")),
        schema="trucks",
    )


def _work() -> None:
    op.create_table(
        "work",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=True),
        sa.Column("first_serial", sa.BigInteger(), nullable=True),
        sa.Column("last_serial", sa.BigInteger(), nullable=True),
        sa.Column("plates", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("book", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
        schema="trucks",
    )
    op.create_index("ix_work_shard", "work", ["shard", "id"], schema="trucks")
