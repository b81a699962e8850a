"""Channels, detections, webhooks, upstream pushes.

Revision ID: 0017
"""

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Its tables and guards."""
