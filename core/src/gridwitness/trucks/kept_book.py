"""The registers as one process has them at hand: read again when their revision moves."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gridwitness.trucks.book import Book


class KeptBook:
    """Keeps the newest snapshot between calls; whose session it was does not matter, for a Book is frozen."""

    def __init__(self) -> None:
        self._kept: tuple[int, Book] | None = None

    def of(self, session: Session) -> tuple[int, Book]:
        """The registers this transaction sees, with their revision."""
        revision = Book.revision(session)
        if self._kept is None or self._kept[0] != revision:
            self._kept = revision, Book.load(session)
        return self._kept
