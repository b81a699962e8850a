"""Grids, units, addresses, matters.

Revision ID: 0014
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from gridwitness.database import load_models
from gridwitness.guard import guard_ddl_for
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATED = ("grids.address", "grids.grid", "grids.matter", "grids.staff", "grids.unit")
_INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Schema `grids`, its tables, the guards of what is stated."""
    op.execute("CREATE SCHEMA grids")
    _grid()
    _unit()
    _address()
    _staff()
    _matter()
    _register_revision()
    tables = load_models().tables
    for name in STATED:
        for statement in guard_ddl_for(tables[name]):
            op.execute(sa.text(statement))


def _text(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _period() -> list[sa.Column[Any]]:
    return [
        sa.Column("valid_from", _INSTANT, nullable=False),
        sa.Column("valid_to", _INSTANT, nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
    ]


def _grid() -> None:
    op.create_table(
        "grid",
        *_text("sub", "grid", "agency", "category"),
        sa.Column("level", sa.Integer(), nullable=False),
        *_text("parent", nullable=True),
        *_text("name"),
        *_text("unit", nullable=True),
        sa.Column("area", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        *_period(),
        sa.PrimaryKeyConstraint("sub", name=op.f("pk_grid")),
        schema="grids",
    )
    op.create_index("ix_grid_number", "grid", ["grid"], schema="grids")
    op.create_index("ix_grid_parent", "grid", ["parent"], schema="grids")


def _unit() -> None:
    op.create_table(
        "unit",
        *_text("sub", "unit", "agency", "name", "category"),
        *_text("parent", "grid", nullable=True),
        *_text("calendar"),
        sa.Column("hours", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        *_period(),
        sa.PrimaryKeyConstraint("sub", name=op.f("pk_unit")),
        schema="grids",
    )
    op.create_index("ix_unit_number", "unit", ["unit"], schema="grids")


def _address() -> None:
    op.create_table(
        "address",
        *_text("sub", "address", "agency"),
        *_text("parent", nullable=True),
        *_text("level", "name"),
        sa.Column("lat_e6", sa.Integer(), nullable=True),
        sa.Column("lon_e6", sa.Integer(), nullable=True),
        *_text("grid", nullable=True),
        *_period(),
        sa.PrimaryKeyConstraint("sub", name=op.f("pk_address")),
        schema="grids",
    )
    op.create_index("ix_address_number", "address", ["address"], schema="grids")
    op.create_index("ix_address_parent", "address", ["parent"], schema="grids")
    name = sa.text("lower(replace(normalize(name, NFKC), ' ', ''))")
    op.create_index("ix_address_name", "address", [name], schema="grids")


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("account", sa.Uuid(), nullable=False),
        *_text("unit"),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("account", "unit", name=op.f("pk_staff")),
        schema="grids",
    )
    op.create_index("ix_staff_unit", "staff", ["unit"], schema="grids")


def _matter() -> None:
    op.create_table(
        "matter",
        *_text("matter"),
        sa.Column("version", sa.Integer(), nullable=False),
        *_text("sub", "agency", "change"),
        sa.Column("entry", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        *_text("state"),
        sa.Column("effective_from", _INSTANT, nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("effect", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("matter", "version", name=op.f("pk_matter")),
        schema="grids",
    )
    op.create_index("ix_matter_subject", "matter", ["sub"], schema="grids")


def _register_revision() -> None:
    op.create_table(
        "register_revision",
        *_text("name"),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_register_revision")),
        schema="grids",
    )
    op.execute("INSERT INTO grids.register_revision (name, revision) VALUES ('registers', 0), ('matters', 0)")


def downgrade() -> None:
    """Evidence is never taken back: restore a backup instead."""
    raise NotImplementedError("records can't be downgraded; restore a backup")
