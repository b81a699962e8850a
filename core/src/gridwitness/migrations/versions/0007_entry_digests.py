"""Entries of cases are found by their digest, as documents on paper print it.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index, over the kinds that are printed."""
    op.create_index(
        "ix_record_entry",
        "record",
        [sa.text("sha256(decode(entry, 'escape'))")],
        schema="records",
        postgresql_where=sa.text("kind IN ('case.step.v2', 'case.cosign.v1', 'document.issued.v1')"),
    )
