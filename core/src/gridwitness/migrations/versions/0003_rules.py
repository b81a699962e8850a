"""Rules: published procedures and calendars.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op
from gridwitness.database import load_models
from gridwitness.guard import guard_ddl_for

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Schema, table, guard."""
    op.execute("CREATE SCHEMA rules")
    op.create_table(
        "version",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=True),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("name", "number", name=op.f("pk_version")),
        schema="rules",
    )
    op.create_index(op.f("ix_version_digest"), "version", ["digest"], unique=False, schema="rules")
    op.create_index(op.f("ix_version_sub"), "version", ["sub"], unique=False, schema="rules")
    for statement in guard_ddl_for(load_models().tables["rules.version"]):
        op.execute(sa.text(statement))
