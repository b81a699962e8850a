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
class _Version:
    """One approved version; `content` None: the matter is retired."""

    effective_from: datetime
    content: Matter | None


@dataclass(frozen=True, slots=True)
class _List:
    revision: int
    versions: Mapping[str, Sequence[_Version]]
    """By matter, ascending by version."""


class Matters:
    """Reads the list. One for the process; threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._list: _List | None = None

    def entry(self, session: Session, matter: str, at: datetime) -> Matter | None:
        """The version that governs at a time: of the approved ones in effect the greatest; None: none does,
        or the matter is retired. Reads one row if the list is known.
        """
        return _governing(self._versions(session).get(matter, ()), at)

    def matters(self, session: Session, at: datetime, agency: str | None = None) -> list[Matter]:
        """All matters that are in force at a time (of an agency), by number."""
        governing = (_governing(versions, at) for _, versions in sorted(self._versions(session).items()))
        return [m for m in governing if m is not None and agency in (None, m.agency)]

    def _versions(self, session: Session) -> Mapping[str, Sequence[_Version]]:
        revision = revision_of(session, "matters")
        with self._lock:
            if self._list is None or self._list.revision != revision:
                self._list = _List(revision, _approved(session))
            return self._list.versions


def _approved(session: Session) -> dict[str, list[_Version]]:
    rows = session.execute(
        select(
            MatterRow.matter, MatterRow.version, MatterRow.agency, MatterRow.entry, MatterRow.effective_from
        )
        .where(MatterRow.state == "approved")
        .order_by(MatterRow.matter, MatterRow.version)
    )
    found: dict[str, list[_Version]] = {}
    for matter, version, agency, entry, effective_from in rows:
        content = None if entry is None else Matter.parse(matter, version, agency, entry)
        found.setdefault(matter, []).append(_Version(effective_from, content))
    return found


def _governing(versions: Sequence[_Version], at: datetime) -> Matter | None:
    for version in reversed(versions):
        if version.effective_from <= at:
            return version.content
    return None
