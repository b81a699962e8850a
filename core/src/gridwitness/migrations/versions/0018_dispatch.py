"""Dispatch models and the knowledge base.

Revision ID: 0018
"""

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Its tables and guards."""
