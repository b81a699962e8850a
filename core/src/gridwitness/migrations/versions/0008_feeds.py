"""Feeds: registry, messages in hash chains, batches, dead letters.

Revision ID: 0008
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Feeds: registry, messages in hash chains, batches, dead letters."""
    op.execute("CREATE SCHEMA feeds")
