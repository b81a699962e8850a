"""Registers of trucks, permits and places; anomalies and their reviews.

Revision ID: 0009
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Registers of trucks, permits and places; anomalies and their reviews."""
    op.execute("CREATE SCHEMA trucks")
