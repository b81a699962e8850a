"""Hotspot snapshots and their registration on the chain.

Revision ID: 0012
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Hotspot snapshots and their registration on the chain."""
    op.execute("CREATE SCHEMA hotspots")
