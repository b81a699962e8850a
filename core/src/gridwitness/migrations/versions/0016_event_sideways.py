"""Orders, whistles, links and notices of events.

Revision ID: 0016
"""

import sqlalchemy as sa
from alembic import op
from gridwitness.database import load_models
from gridwitness.guard import guard_ddl_for
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STATED = ("events.order", "events.whistle", "events.checkin", "events.link")
_INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """What goes on beside an event's stages, with its guards; what the duty process keeps."""
    for make in (_order, _whistle, _checkin, _link, _taken_up, _notice):
        make()
    tables = load_models().tables
    for name in STATED:
        for statement in guard_ddl_for(tables[name]):
            op.execute(sa.text(statement))


def _order() -> None:
    op.create_table(
        "order",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("raised_at", _INSTANT, nullable=False),
        sa.Column("replied_at", _INSTANT, nullable=True),
        sa.Column("lifted_at", _INSTANT, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "number", name=op.f("pk_order")),
        schema="events",
    )
    op.create_index("ix_order_raised", "order", ["raised_at", "sub", "number"], schema="events")
    op.create_index(
        "ix_order_unlifted",
        "order",
        ["unit", "raised_at"],
        schema="events",
        postgresql_where=sa.text("state <> 'lifted'"),
    )


def _whistle() -> None:
    op.create_table(
        "whistle",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("caller", sa.Uuid(), nullable=True),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("blown_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "number", name=op.f("pk_whistle")),
        schema="events",
    )
    op.create_index("ix_whistle_blown", "whistle", ["blown_at", "sub", "number"], schema="events")


def _checkin() -> None:
    op.create_table(
        "checkin",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("called_at", _INSTANT, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=True),
        sa.Column("checked_in_at", _INSTANT, nullable=True),
        sa.Column("checked_in_by", sa.Uuid(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("rated_at", _INSTANT, nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "number", "unit", name=op.f("pk_checkin")),
        schema="events",
    )
    op.create_index("ix_checkin_called", "checkin", ["called_at"], schema="events")
    op.create_index("ix_checkin_unit", "checkin", ["unit", "called_at"], schema="events")


def _link() -> None:
    op.create_table(
        "link",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("linked_at", _INSTANT, nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "other", name=op.f("pk_link")),
        schema="events",
    )


def _taken_up() -> None:
    op.create_table(
        "taken_up",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("order_number", sa.Integer(), nullable=True),
        sa.Column("grave", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "round", "clock", "unit", "number", name=op.f("pk_taken_up")),
        schema="events",
    )


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=True),
        sa.Column("noticed_at", _INSTANT, nullable=False),
        sa.Column("digest_at", _INSTANT, nullable=True),
        sa.Column("read_at", _INSTANT, nullable=True),
        sa.Column("read_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "unit",
            "what",
            "sub",
            "round",
            "clock",
            "number",
            "since",
            name=op.f("uq_notice_unit_what_sub_round_clock_number_since"),
        ),
        schema="events",
    )
    op.create_index("ix_notice_digest", "notice", ["unit", "digest_at", "id"], schema="events")
    op.create_index(
        "ix_notice_waiting",
        "notice",
        ["agency", "unit"],
        schema="events",
        postgresql_where=sa.text("digest_at IS NULL"),
    )


def downgrade() -> None:
    """Evidence is never taken back: restore a backup instead."""
    raise NotImplementedError("records can't be downgraded; restore a backup")
