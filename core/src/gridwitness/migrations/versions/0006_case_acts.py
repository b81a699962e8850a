"""Enforcement cases: what their steps did, and what is written around them.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op
from gridwitness.database import load_models
from gridwitness.guard import guard_ddl_for
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATED = (
    "cases.decision",
    "cases.document",
    "cases.enforcement",
    "cases.letter",
    "cases.payment",
    "cases.publication",
    "cases.reading",
    "cases.refusal",
    "cases.service",
)


def upgrade() -> None:
    """Tables and guards."""
    _decision()
    _document()
    _enforcement()
    _letter()
    _payment()
    _publication()
    _reading()
    _refusal()
    _service()
    tables = load_models().tables
    for name in STATED:
        for statement in guard_ddl_for(tables[name]):
            op.execute(sa.text(statement))


def _decision() -> None:
    op.create_table(
        "decision",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("fine", sa.Numeric(), nullable=True),
        sa.Column("penalty_kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "index", name=op.f("pk_decision")),
        schema="cases",
    )


def _document() -> None:
    op.create_table(
        "document",
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("statement", sa.Uuid(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_document")),
        schema="cases",
    )
    op.create_index("ix_document_case", "document", ["sub", "statement"], unique=False, schema="cases")


def _enforcement() -> None:
    op.create_table(
        "enforcement",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("amount", sa.Numeric(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "index", name=op.f("pk_enforcement")),
        schema="cases",
    )


def _letter() -> None:
    op.create_table(
        "letter",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("issued_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reply_due_on", sa.Date(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("replied_index", sa.Integer(), nullable=True),
        sa.Column("replied_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "index", name=op.f("pk_letter")),
        schema="cases",
    )
    op.create_index("ix_letter_due", "letter", ["reply_due_on", "sub"], unique=False, schema="cases")


def _payment() -> None:
    op.create_table(
        "payment",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("surcharge", sa.Numeric(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("receipt_no", sa.Text(), nullable=True),
        sa.Column("paid_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "index", name=op.f("pk_payment")),
        schema="cases",
    )


def _publication() -> None:
    op.create_table(
        "publication",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("remove_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "index", name=op.f("pk_publication")),
        schema="cases",
    )
    op.create_index("ix_publication_due", "publication", ["due_on", "sub"], unique=False, schema="cases")
    op.create_index(
        "ix_publication_published", "publication", ["published_at", "sub"], unique=False, schema="cases"
    )


def _reading() -> None:
    op.create_table(
        "reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_sub", sa.Text(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        schema="cases",
    )
    op.create_index("ix_reading_case", "reading", ["case_sub", "read_at"], unique=False, schema="cases")


def _refusal() -> None:
    op.create_table(
        "refusal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_sub", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("statement", sa.Uuid(), nullable=False),
        sa.Column("signer", sa.Uuid(), nullable=True),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("refused_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
        schema="cases",
    )
    op.create_index("ix_refusal_case", "refusal", ["case_sub", "refused_at"], unique=False, schema="cases")
    op.create_index("ix_refusal_time", "refusal", ["refused_at"], unique=False, schema="cases")


def _service() -> None:
    op.create_table(
        "service",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("receipt_signed", sa.Boolean(), nullable=True),
        sa.Column("served_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "index", name=op.f("pk_service")),
        schema="cases",
    )


def downgrade() -> None:
    """Evidence is never taken back: restore a backup instead."""
    raise NotImplementedError("records can't be downgraded; restore a backup")
