"""Who makes parts and who lets them go take turns."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('gridwitness.archive', 0))")


def lock_archive(session: Session) -> None:
    """Hold the archive to the end of the transaction; waits."""
    session.execute(_LOCK)
