"""Passages and positions, and what detection has to look at.

Revision ID: 0010
"""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Passages and positions, and what detection has to look at."""
