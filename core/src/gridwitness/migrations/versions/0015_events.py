"""Events, their steps, clocks and assignments.

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op
from gridwitness.database import load_models
from gridwitness.guard import guard_ddl_for
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_OPEN = sa.text("state NOT IN ('assessed', 'closed', 'merged', 'void')")
STATED = ("events.event", "events.step", "events.clock", "events.assignment", "events.ask", "events.reporter")


def upgrade() -> None:
    """Schema `events`: what every event has, with its guards."""
    op.execute("CREATE SCHEMA events")
    for make in (_event, _event_indexes, _step, _clock, _assignment, _ask, _reporter):
        make()
    tables = load_models().tables
    for name in STATED:
        for statement in guard_ddl_for(tables[name]):
            op.execute(sa.text(statement))


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("channel_key", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=True),
        sa.Column("matter_version", sa.Integer(), nullable=True),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("grid", sa.Text(), nullable=True),
        sa.Column("lat_e6", sa.Integer(), nullable=True),
        sa.Column("lon_e6", sa.Integer(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("handler", sa.Uuid(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("responsible_since", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reported_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("filed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("dispatched_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("detection", sa.Text(), nullable=True),
        sa.Column("emergency", sa.Text(), nullable=True),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("loop", sa.Text(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("moved_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", name=op.f("pk_event")),
        sa.UniqueConstraint("number", name=op.f("uq_event_number")),
        schema="events",
    )


def _event_indexes() -> None:
    op.create_index(
        "ix_event_grid", "event", ["agency", "grid", "moved_at", "sub"], unique=False, schema="events"
    )
    op.create_index(
        "ix_event_matter", "event", ["agency", "matter", "moved_at", "sub"], unique=False, schema="events"
    )
    op.create_index("ix_event_moved", "event", ["agency", "moved_at", "sub"], unique=False, schema="events")
    op.create_index(
        "ix_event_numbers",
        "event",
        [
            "agency",
            sa.literal_column("split_part(number, '-', 2)"),
            sa.literal_column("length(number)"),
            "number",
        ],
        unique=False,
        schema="events",
    )
    for name, where in (("ix_event_place", None), ("ix_event_open_place", _OPEN)):
        op.create_index(
            name,
            "event",
            [sa.text("point(lon_e6, lat_e6)")],
            schema="events",
            postgresql_using="gist",
            postgresql_where=where,
        )
    op.create_index("ix_event_reported", "event", ["agency", "reported_at"], unique=False, schema="events")
    op.create_index(
        "ix_event_reporter",
        "event",
        ["reported_by", "moved_at"],
        unique=False,
        schema="events",
        postgresql_where=sa.text("reported_by IS NOT NULL"),
    )
    op.create_index(
        "ix_event_state", "event", ["agency", "state", "moved_at", "sub"], unique=False, schema="events"
    )
    op.create_index(
        "ix_event_unit", "event", ["agency", "unit", "moved_at", "sub"], unique=False, schema="events"
    )
    op.create_index(
        "uq_event_channel_key",
        "event",
        ["agency", "channel", "channel_key"],
        unique=True,
        schema="events",
        postgresql_where=sa.text("channel_key IS NOT NULL"),
    )


def _step() -> None:
    op.create_table(
        "step",
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("actor", sa.Uuid(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_step")),
        sa.UniqueConstraint("sub", "seq", name=op.f("uq_step_sub_seq")),
        schema="events",
    )
    op.create_index(
        "ix_step_actor",
        "step",
        ["actor", "occurred_at"],
        unique=False,
        schema="events",
        postgresql_where=sa.text("actor IS NOT NULL"),
    )
    op.create_index("ix_step_occurred", "step", ["step", "occurred_at"], unique=False, schema="events")


def _clock() -> None:
    op.create_table(
        "clock",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("hours", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("triple_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("pauses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("excused", sa.Boolean(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "round", "clock", "unit", "number", name=op.f("pk_clock")),
        schema="events",
    )
    op.create_index(
        "ix_clock_due",
        "clock",
        ["due_at", "sub"],
        unique=False,
        schema="events",
        postgresql_where=sa.text("state IN ('running', 'paused')"),
    )
    op.create_index("ix_clock_name", "clock", ["clock", "due_at"], unique=False, schema="events")
    op.create_index("ix_clock_unit", "clock", ["unit", "due_at"], unique=False, schema="events")


def _assignment() -> None:
    op.create_table(
        "assignment",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("handler", sa.Uuid(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("assigned_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("signed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "round", "number", "unit", name=op.f("pk_assignment")),
        schema="events",
    )
    op.create_index(
        "ix_assignment_handler",
        "assignment",
        ["handler", "assigned_at"],
        unique=False,
        schema="events",
        postgresql_where=sa.text("handler IS NOT NULL"),
    )
    op.create_index(
        "ix_assignment_unit", "assignment", ["unit", "assigned_at"], unique=False, schema="events"
    )


def _ask() -> None:
    op.create_table(
        "ask",
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_ask")),
        schema="events",
    )
    op.create_index(
        "ix_ask_open",
        "ask",
        ["what", "sub"],
        unique=False,
        schema="events",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_ask_sub", "ask", ["sub"], unique=False, schema="events")


def _reporter() -> None:
    op.create_table(
        "reporter",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("may_contact", sa.Boolean(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", name=op.f("pk_reporter")),
        schema="events",
    )


def downgrade() -> None:
    """Evidence is never taken back: restore a backup instead."""
    raise NotImplementedError("records can't be downgraded; restore a backup")
