"""Registers of trucks, permits and places; anomalies and their reviews.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op
from gridwitness.database import load_models
from gridwitness.guard import guard_ddl_for
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATED = (
    "trucks.anomaly",
    "trucks.carrier",
    "trucks.checkpoint",
    "trucks.manifest",
    "trucks.permit",
    "trucks.reading",
    "trucks.review",
    "trucks.site",
    "trucks.terminal",
    "trucks.truck",
)


def upgrade() -> None:
    """Schema `trucks`: registers, anomalies, reviews, readings, guards."""
    op.execute("CREATE SCHEMA trucks")
    _anomaly()
    _carrier()
    _checkpoint()
    _manifest()
    _permit()
    _reading()
    _register_revision()
    _review()
    _site()
    _terminal()
    _truck()
    op.create_index(
        "ix_step_anomaly",
        "step",
        [sa.text("(details ->> 'anomaly')")],
        unique=False,
        schema="cases",
        postgresql_where=sa.text("details ->> 'anomaly' IS NOT NULL"),
    )
    tables = load_models().tables
    for name in STATED:
        for statement in guard_ddl_for(tables[name]):
            op.execute(sa.text(statement))


def _anomaly() -> None:
    op.create_table(
        "anomaly",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.Column("plate_color", sa.Text(), nullable=True),
        sa.Column("carrier", sa.Text(), nullable=True),
        sa.Column("checkpoint", sa.Text(), nullable=True),
        sa.Column("lat_e6", sa.Integer(), nullable=True),
        sa.Column("lon_e6", sa.Integer(), nullable=True),
        sa.Column("cell", sa.Text(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("permit", sa.Text(), nullable=True),
        sa.Column("assurance", sa.Text(), nullable=False),
        sa.Column("device_standing", sa.Text(), nullable=True),
        sa.Column("reason", postgresql.JSONB(), nullable=False),
        sa.Column("measured", postgresql.JSONB(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", name=op.f("pk_anomaly")),
        sa.UniqueConstraint("key", name=op.f("uq_anomaly_key")),
        schema="trucks",
    )
    op.create_index("ix_anomaly_plate", "anomaly", ["plate", "occurred_at"], unique=False, schema="trucks")
    op.create_index(
        "ix_anomaly_time", "anomaly", ["agency", "occurred_at", "sub"], unique=False, schema="trucks"
    )


def _carrier() -> None:
    op.create_table(
        "carrier",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("valid_from", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("valid_to", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", name=op.f("pk_carrier")),
        schema="trucks",
    )
    op.create_index("ix_carrier_number", "carrier", ["carrier"], unique=False, schema="trucks")


def _checkpoint() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Numeric(), nullable=False),
        sa.Column("longitude", sa.Numeric(), nullable=False),
        sa.Column("datum", sa.Text(), nullable=False),
        sa.Column("lat_e6", sa.Integer(), nullable=False),
        sa.Column("lon_e6", sa.Integer(), nullable=False),
        sa.Column("road", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("valid_from", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("valid_to", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", name=op.f("pk_checkpoint")),
        schema="trucks",
    )
    op.create_index("ix_checkpoint_device", "checkpoint", ["device"], unique=False, schema="trucks")
    op.create_index("ix_checkpoint_number", "checkpoint", ["checkpoint"], unique=False, schema="trucks")


def _manifest() -> None:
    op.create_table(
        "manifest",
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("permit", sa.Text(), nullable=True),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("dump", sa.Text(), nullable=True),
        sa.Column("left_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("load_kg", sa.BigInteger(), nullable=True),
        sa.Column("received_dump", sa.Text(), nullable=True),
        sa.Column("received_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("received_load_kg", sa.BigInteger(), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("manifest", name=op.f("pk_manifest")),
        sa.UniqueConstraint("sub", name=op.f("uq_manifest_sub")),
        schema="trucks",
    )
    op.create_index("ix_manifest_plate", "manifest", ["plate", "left_at"], unique=False, schema="trucks")
    op.create_index("ix_manifest_effect", "manifest", ["effect"], unique=False, schema="trucks")


def _permit() -> None:
    op.create_table(
        "permit",
        sa.Column("permit", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("plates", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("dumps", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("checkpoints", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("corridor", postgresql.JSONB(), nullable=True),
        sa.Column("windows", postgresql.JSONB(), nullable=False),
        sa.Column("valid_from", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("valid_to", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("permit", "version", name=op.f("pk_permit")),
        schema="trucks",
    )
    op.create_index(
        "ix_permit_plates", "permit", ["plates"], unique=False, schema="trucks", postgresql_using="gin"
    )
    op.create_index("ix_permit_subject", "permit", ["sub"], unique=False, schema="trucks")


def _reading() -> None:
    op.create_table(
        "reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("case_sub", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("anomaly", sa.Text(), nullable=True),
        sa.Column("captured_from", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("captured_to", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("passages", sa.BigInteger(), nullable=False),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        schema="trucks",
    )
    op.create_index("ix_reading_case", "reading", ["case_sub", "read_at"], unique=False, schema="trucks")


def _register_revision() -> None:
    op.create_table(
        "register_revision",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_register_revision")),
        schema="trucks",
    )
    op.execute("INSERT INTO trucks.register_revision (name, revision) VALUES ('registers', 0)")


def _review() -> None:
    op.create_table(
        "review",
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("second_source", sa.Text(), nullable=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("reviewer", sa.Uuid(), nullable=False),
        sa.Column("reviewed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_review")),
        schema="trucks",
    )
    op.create_index("ix_review_anomaly", "review", ["sub", "reviewed_at"], unique=False, schema="trucks")


def _site() -> None:
    op.create_table(
        "site",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("area", postgresql.JSONB(), nullable=False),
        sa.Column("valid_from", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("valid_to", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", name=op.f("pk_site")),
        schema="trucks",
    )
    op.create_index("ix_site_number", "site", ["site"], unique=False, schema="trucks")


def _terminal() -> None:
    op.create_table(
        "terminal",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("valid_from", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("valid_to", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", name=op.f("pk_terminal")),
        schema="trucks",
    )
    op.create_index("ix_terminal_number", "terminal", ["terminal"], unique=False, schema="trucks")


def _truck() -> None:
    op.create_table(
        "truck",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("plate_color", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("vehicle_class", sa.Text(), nullable=True),
        sa.Column("brand", sa.Text(), nullable=True),
        sa.Column("color", sa.Text(), nullable=True),
        sa.Column("rated_kg", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("valid_to", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", name=op.f("pk_truck")),
        schema="trucks",
    )
    op.create_index("ix_truck_plate", "truck", ["plate"], unique=False, schema="trucks")


def downgrade() -> None:
    """Evidence is never taken back: restore a backup instead."""
    raise NotImplementedError("records can't be downgraded; restore a backup")
