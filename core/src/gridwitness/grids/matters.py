"""The responsibility list (权责清单) as it governs at a time, at hand as long as no matter changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.grids.matter import Matter
from gridwitness.grids.models import MatterRow
from gridwitness.grids.revisions import revision_of


@dataclass(frozen=True, slots=True)
class MatterVersion:
    """One approved version; `content` None: the matter is retired."""

    effective_from: datetime
    content: Matter | None


@dataclass(frozen=True, slots=True)
class MatterBook:
    """Every approved version, by matter, ascending; made by `Matters`. Nothing in it changes."""

    revision: int
    versions: Mapping[str, Sequence[MatterVersion]]

    def entry(self, matter: str, at: datetime) -> Matter | None:
        """The version that governs at a time: of the approved ones in effect the greatest; None: none does,
        or the matter is retired.
        """
        for version in reversed(self.versions.get(matter, ())):
            if version.effective_from <= at:
                return version.content
        return None

    def matters(self, at: datetime, agency: str | None = None) -> list[Matter]:
        """All matters in force at a time (of an agency), by number."""
        found = (self.entry(matter, at) for matter in sorted(self.versions))
        return [m for m in found if m is not None and agency in (None, m.agency)]


class Matters:
    """Reads the list. One for the process; threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._book: MatterBook | None = None

    def book(self, session: Session) -> MatterBook:
        """The list as this transaction sees it. Reads one row if it is known."""
        revision = revision_of(session, "matters")
        with self._lock:
            if self._book is None or self._book.revision != revision:
                self._book = MatterBook(revision, _approved(session))
            return self._book

    def entry(self, session: Session, matter: str, at: datetime) -> Matter | None:
        """`MatterBook.entry`."""
        return self.book(session).entry(matter, at)

    def matters(self, session: Session, at: datetime, agency: str | None = None) -> list[Matter]:
        """`MatterBook.matters`."""
        return self.book(session).matters(at, agency)


def _approved(session: Session) -> dict[str, list[MatterVersion]]:
    rows = session.execute(
        select(
            MatterRow.matter, MatterRow.version, MatterRow.agency, MatterRow.entry, MatterRow.effective_from
        )
        .where(MatterRow.state == "approved")
        .order_by(MatterRow.matter, MatterRow.version)
    )
    found: dict[str, list[MatterVersion]] = {}
    for matter, version, agency, entry, effective_from in rows:
        content = None if entry is None else Matter.parse(matter, version, agency, entry)
        found.setdefault(matter, []).append(MatterVersion(effective_from, content))
    return found
