"""Rules as published: bundled ones are recorded at every start, cases read them back from their records."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.errors import Misconfigured, NotFound
from gridwitness.records import Acceptance, OwnKeys, current_log, record_row, stored_record
from gridwitness.rules.models import VersionRow
from gridwitness.rules.packs import bundled
from gridwitness.rules.procedure import Procedure
from gridwitness.rules.publication import PUBLISHED, check_procedure, digest_of

C_co = TypeVar("C_co", covariant=True)

LAW_IN_FORCE = date(2021, 7, 15)
"""行政处罚法 2021: the bundled procedures are in force since this day."""


class CalendarSource(Protocol[C_co]):
    """What the calendars feature knows and this one may not: their contents."""

    def bundled(self) -> list[dict[str, Any]]:
        """The calendars that come with the release."""
        ...

    def check(self, content: Any) -> tuple[str, str | None]:
        """A calendar's name, and no jurisdiction. Raises InvalidInput `calendar-invalid`."""
        ...

    def window(self, content: Any) -> tuple[date, date]:
        """The first and the last day a calendar speaks of."""
        ...

    def read(self, contents: Sequence[Any]) -> C_co:
        """The calendars of these documents."""
        ...


class Rules(Generic[C_co]):
    """Publishes rules and gives them back, parsed once for each version.

    What is kept between calls follows from the digest alone, so it is never stale.
    """

    def __init__(
        self, acceptance: Acceptance, own_keys: OwnKeys, jurisdiction: str, calendars: CalendarSource[C_co]
    ) -> None:
        """`jurisdiction`: whose pack is laid over the national procedures."""
        self._acceptance = acceptance
        self._own_keys = own_keys
        self._jurisdiction = jurisdiction
        self._calendars = calendars
        self._procedures: dict[str, Procedure] = {}
        self._years: tuple[tuple[str, ...], C_co] | None = None

    def publish_bundled(self, session: Session, agency: str) -> list[str]:
        """Record what comes with the release and is not published yet; gives the names. Idempotent.

        `agency` signs with its service key, in its log. A calendar that was published once is not published
        again: an operator may have corrected it since.
        """
        published = []
        for content in bundled(self._jurisdiction):
            name, _ = check_procedure(content)
            newest = self._newest(session, name)
            if newest is None or newest.digest != digest_of(content):
                self._publish(session, agency, name, content, (LAW_IN_FORCE, None), by=None)
                published.append(name)
        for content in self._calendars.bundled():
            name, _ = self._calendars.check(content)
            if not self._was_published(session, name, digest_of(content)):
                self._publish(session, agency, name, content, self._calendars.window(content), by=None)
                published.append(name)
        return published

    def publish_calendar(self, session: Session, agency: str, content: Any, *, by: str | None) -> str:
        """Record a calendar year an operator has at hand, new or corrected; gives its name.

        `by`: the operator's account id. Raises InvalidInput `calendar-invalid`; Conflict `rule-unchanged`.
        """
        name, _ = self._calendars.check(content)
        self._publish(session, agency, name, content, self._calendars.window(content), by=by)
        return name

    def publish_once(
        self, session: Session, agency: str, name: str, content: Any, window: tuple[date, date | None]
    ) -> bool:
        """Record a later feature's bundled content unless it was once published, as with calendars.

        Whether it was recorded now.
        """
        if self._was_published(session, name, digest_of(content)):
            return False
        self._publish(session, agency, name, content, window, by=None)
        return True

    def publish(
        self,
        session: Session,
        agency: str,
        name: str,
        content: Any,
        window: tuple[date, date | None],
        *,
        by: str | None,
    ) -> None:
        """Record a content of a later feature as the next version. Raises what its check does; Conflict."""
        self._publish(session, agency, name, content, window, by=by)

    def versions_of(self, session: Session, name: str) -> list[VersionRow]:
        """Every version of one rule, by number."""
        found = select(VersionRow).where(VersionRow.name == name).order_by(VersionRow.number)
        return list(session.scalars(found))

    def content(self, session: Session, row: VersionRow) -> Any:
        """What a version's record says. Raises Misconfigured `rule-lost`."""
        return _content(session, row)

    def procedure(self, session: Session, version: str) -> Procedure:
        """The procedure of this version (hex SHA-256), read from its record.

        Raises NotFound `rules-unknown`.
        """
        known = self._procedures.get(version)
        if known is not None:
            return known
        row = session.scalars(
            select(VersionRow)
            .where(VersionRow.digest == version, VersionRow.name.startswith("procedure/"))
            .order_by(VersionRow.number)
            .limit(1)
        ).first()
        if row is None:
            raise NotFound(
                "rules-unknown",
                f"No procedure of version {version[:64]!r} was published.",
                "ask which versions are in force",
            )
        procedure = Procedure.parse(_content(session, row))
        self._procedures[version] = procedure
        return procedure

    def current(self, session: Session, procedure: str, on: date) -> Procedure:
        """The newest version of `general` or `summary` that is in force on a local day.

        Raises NotFound `rules-unknown`.
        """
        row = session.scalars(
            select(VersionRow)
            .where(
                VersionRow.name == f"procedure/{procedure}",
                VersionRow.effective_from <= on,
                VersionRow.effective_to.is_(None) | (VersionRow.effective_to >= on),
            )
            .order_by(VersionRow.number.desc())
            .limit(1)
        ).first()
        if row is None:
            raise NotFound(
                "rules-unknown", f"No procedure {procedure[:32]!r} is in force on {on}.", "general or summary"
            )
        return self.procedure(session, row.digest)

    def versions(self, session: Session) -> list[VersionRow]:
        """Every version of every rule, by name and number."""
        return list(session.scalars(select(VersionRow).order_by(VersionRow.name, VersionRow.number)))

    def calendars(self, session: Session) -> C_co:
        """The calendars in force: the newest of every year."""
        newest = {row.name: row for row in self.versions(session) if row.name.startswith("calendar/")}
        digests = tuple(row.digest for row in newest.values())
        if self._years is None or self._years[0] != digests:
            contents = [_content(session, row) for row in newest.values()]
            self._years = digests, self._calendars.read(contents)
        return self._years[1]

    def _newest(self, session: Session, name: str) -> VersionRow | None:
        return session.scalars(
            select(VersionRow).where(VersionRow.name == name).order_by(VersionRow.number.desc()).limit(1)
        ).first()

    def _was_published(self, session: Session, name: str, digest: str) -> bool:
        found = select(VersionRow.number).where(VersionRow.name == name, VersionRow.digest == digest)
        return session.scalars(found.limit(1)).first() is not None

    def _publish(
        self,
        session: Session,
        agency: str,
        name: str,
        content: Any,
        window: tuple[date, date | None],
        *,
        by: str | None,
    ) -> None:
        newest = self._newest(session, name)
        since, until = window
        fields = {
            "name": name,
            "version": 1 if newest is None else newest.number + 1,
            "effective_from": since.isoformat(),
            "effective_to": None if until is None else until.isoformat(),
            "content": content,
        }
        sub = secrets.token_hex(16) if newest is None else newest.sub
        statement = self._acceptance.sign_own(
            session,
            current_log(session, agency),
            PUBLISHED,
            sub,
            fields,
            key=self._own_keys.service_key(agency),
            iss=agency,
            by=by,
        )
        self._acceptance.accept_one(session, statement, internal=True)


def _content(session: Session, row: VersionRow) -> Any:
    """What the record says. Raises Misconfigured `rule-lost` where it does not say that any more."""
    content = stored_record(record_row(session, row.record)).fields.get("content")
    if content is None or digest_of(content) != row.digest:
        raise Misconfigured(
            "rule-lost",
            f"Record {row.record} does not hold version {row.number} of {row.name}.",
            "somebody changed the database; `gridwitness-verify audit` says what and where",
        )
    return content
