"""Dispatch models and the knowledge base.

Revision ID: 0018
"""

import sqlalchemy as sa
from alembic import op
from gridwitness.database import load_models
from gridwitness.guard import guard_ddl_for
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Schema `dispatch`, its tables and guards."""
    op.execute("CREATE SCHEMA dispatch")
    _model()
    _article()
    tables = load_models().tables
    for name in ("dispatch.model", "dispatch.article"):
        for statement in guard_ddl_for(tables[name]):
            op.execute(sa.text(statement))


def _model() -> None:
    op.create_table(
        "model",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("trained", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("measured", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("gate", sa.Numeric(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("record", sa.Uuid(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("model", "version", name=op.f("pk_model")),
        schema="dispatch",
    )
    op.create_index(
        "uq_model_active",
        "model",
        ["agency"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
        schema="dispatch",
    )


def _article() -> None:
    op.create_table(
        "article",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("matters", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("law", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("article", "version", name=op.f("pk_article")),
        schema="dispatch",
    )
    op.create_index("ix_article_agency", "article", ["agency", "article", "version"], schema="dispatch")
    op.create_index("ix_article_sub", "article", ["sub"], schema="dispatch")


def downgrade() -> None:
    """Evidence is never taken back: restore a backup instead."""
    raise NotImplementedError("records can't be downgraded; restore a backup")
