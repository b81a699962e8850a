"""Channels, detections, webhooks, upstream pushes.

Revision ID: 0017
"""

import sqlalchemy as sa
from alembic import op
from gridwitness.database import load_models
from gridwitness.guard import guard_ddl_for
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATED = ("channels.channel", "channels.detection", "channels.webhook", "channels.upstream")
_INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Schema `channels`, guards of its stated tables."""
    op.execute("CREATE SCHEMA channels")
    for make in (_channel, _credential, _detection, _webhook, _upstream, _pushed, _delivery):
        make()
    tables = load_models().tables
    for name in STATED:
        for statement in guard_ddl_for(tables[name]):
            op.execute(sa.text(statement))


def _channel() -> None:
    op.create_table(
        "channel",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel")),
        sa.UniqueConstraint("sub", name=op.f("uq_channel_sub")),
        schema="channels",
    )
    op.create_index("ix_channel_agency", "channel", ["agency", "channel"], schema="channels")


def _credential() -> None:
    op.create_table(
        "credential",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("set_at", _INSTANT, nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_credential")),
        schema="channels",
    )
    op.create_index("ix_credential_channel", "credential", ["channel", "set_at"], schema="channels")


def _detection() -> None:
    op.create_table(
        "detection",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("channel_key", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Integer(), nullable=False),
        sa.Column("image", sa.Text(), nullable=True),
        sa.Column("lat_e6", sa.Integer(), nullable=True),
        sa.Column("lon_e6", sa.Integer(), nullable=True),
        sa.Column("captured_at", _INSTANT, nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", _INSTANT, nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", name=op.f("pk_detection")),
        schema="channels",
    )
    op.create_index(
        "ix_detection_key", "detection", ["channel", "channel_key"], unique=True, schema="channels"
    )
    op.create_index(
        "ix_detection_state", "detection", ["agency", "state", "received_at", "sub"], schema="channels"
    )


def _webhook() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("steps", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("sub", name=op.f("uq_webhook_sub")),
        schema="channels",
    )
    op.create_index("ix_webhook_agency", "webhook", ["agency", "id"], schema="channels")


def _upstream() -> None:
    op.create_table(
        "upstream",
        sa.Column("upstream", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("upstream", name=op.f("pk_upstream")),
        sa.UniqueConstraint("sub", name=op.f("uq_upstream_sub")),
        schema="channels",
    )


def _pushed() -> None:
    op.create_table(
        "pushed",
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("accepted_in", sa.BigInteger(), nullable=False),
        sa.Column("accept_order", sa.BigInteger(), nullable=False),
        sa.Column("batches", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_pushed")),
        schema="channels",
    )


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("movements", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", _INSTANT, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("settled_at", _INSTANT, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        schema="channels",
    )
    op.create_index("ix_delivery_target", "delivery", ["target", "id"], schema="channels")
    for name, columns, state in (
        ("ix_delivery_waiting", ["target", "id"], "waiting"),
        ("ix_delivery_settled", ["settled_at"], "delivered"),
    ):
        op.create_index(
            name, "delivery", columns, schema="channels", postgresql_where=sa.text(f"state = '{state}'")
        )


def downgrade() -> None:
    """Evidence is never taken back: restore a backup instead."""
    raise NotImplementedError("records can't be downgraded; restore a backup")
