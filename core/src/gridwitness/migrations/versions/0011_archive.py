"""Archived parts of passages and positions.

Revision ID: 0011
"""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Archived parts of passages and positions."""
