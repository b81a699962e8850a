"""Enforcement cases: the file, its steps, clocks and milestones.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op
from gridwitness.database import load_models
from gridwitness.guard import guard_ddl_for
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATED = (
    "cases.case_file",
    "cases.clock",
    "cases.evidence",
    "cases.milestone",
    "cases.officer",
    "cases.party",
    "cases.step",
)


def upgrade() -> None:
    """Schema `cases`, tables, guards."""
    op.execute("CREATE SCHEMA cases")
    _case_file()
    _clock()
    _evidence()
    _milestone()
    _officer()
    _party()
    _registration()
    _sending()
    _step()
    tables = load_models().tables
    for name in STATED:
        for statement in guard_ddl_for(tables[name]):
            op.execute(sa.text(statement))


def _case_file() -> None:
    op.create_table(
        "case_file",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("milestone", sa.Text(), nullable=True),
        sa.Column("party_kind", sa.Text(), nullable=True),
        sa.Column("matter", sa.Text(), nullable=True),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("lead", sa.Uuid(), nullable=True),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("filed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("served_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("next_due_clock", sa.Text(), nullable=True),
        sa.Column("next_due_rule", sa.Text(), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", name=op.f("pk_case_file")),
        sa.UniqueConstraint("agency", "year", "number", name=op.f("uq_case_file_agency_year_number")),
        schema="cases",
    )
    op.create_index(
        "ix_case_file_article",
        "case_file",
        ["agency", "article", "next_due_on", "sub"],
        unique=False,
        schema="cases",
    )
    op.create_index(
        "ix_case_file_due", "case_file", ["agency", "next_due_on", "sub"], unique=False, schema="cases"
    )
    op.create_index(
        "ix_case_file_lead", "case_file", ["lead", "next_due_on", "sub"], unique=False, schema="cases"
    )
    op.create_index(
        "ix_case_file_state",
        "case_file",
        ["agency", "state", "next_due_on", "sub"],
        unique=False,
        schema="cases",
    )


def _clock() -> None:
    op.create_table(
        "clock",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "clock", "turn", name=op.f("pk_clock")),
        schema="cases",
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("obtained_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "index", name=op.f("pk_evidence")),
        schema="cases",
    )


def _milestone() -> None:
    op.create_table(
        "milestone",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("milestone", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "index", name=op.f("pk_milestone")),
        sa.UniqueConstraint("jti", name=op.f("uq_milestone_jti")),
        schema="cases",
    )


def _officer() -> None:
    op.create_table(
        "officer",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("recused", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "account", name=op.f("pk_officer")),
        schema="cases",
    )
    op.create_index("ix_officer_account", "officer", ["account", "sub"], unique=False, schema="cases")


def _party() -> None:
    op.create_table(
        "party",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("document_type", sa.Text(), nullable=True),
        sa.Column("document_number", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("representative", sa.Text(), nullable=True),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "number", name=op.f("pk_party")),
        schema="cases",
    )


def _registration() -> None:
    op.create_table(
        "registration",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("transaction", sa.LargeBinary(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.LargeBinary(), nullable=False),
        sa.Column("block_time", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("proof", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("sub", "index", name=op.f("pk_registration")),
        schema="cases",
    )


def _sending() -> None:
    op.create_table(
        "sending",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("transaction", sa.LargeBinary(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("refused_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sub", "index", name=op.f("pk_sending")),
        sa.UniqueConstraint("agency", "nonce", name=op.f("uq_sending_agency_nonce")),
        schema="cases",
    )
    op.create_index(
        "ix_sending_order", "sending", ["agency", "log", "leaf_index"], unique=False, schema="cases"
    )


def _step() -> None:
    op.create_table(
        "step",
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("signer", sa.Uuid(), nullable=False),
        sa.Column("officers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("basis", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cosigner", sa.Uuid(), nullable=True),
        sa.Column("cosignature", sa.Uuid(), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("sub", "index", name=op.f("pk_step")),
        sa.UniqueConstraint("jti", name=op.f("uq_step_jti")),
        schema="cases",
    )


def downgrade() -> None:
    """Evidence is never taken back: restore a backup instead."""
    raise NotImplementedError("records can't be downgraded; restore a backup")
