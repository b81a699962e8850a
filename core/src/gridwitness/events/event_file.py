"""The event file: one JSON file with all that proves an event's history (`docs/format.md` section 24)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from gridwitness_evidence import strict_json
from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from gridwitness.errors import TooLarge
from gridwitness.events.loop_document import NAME
from gridwitness.events.models import ClockRow, EventRow, StepRow
from gridwitness.grids.kinds import DECIDED, PROPOSED
from gridwitness.grids.models import MatterRow
from gridwitness.members import SigningKeyRow
from gridwitness.records import BundleMaker, log_named
from gridwitness.records.models import LogRow, RecordRow
from gridwitness.records.shared_proofs import SharedProofs
from gridwitness.rules.models import VersionRow

FORMAT = "gridwitness-event/v1"
MAXIMUM_FILE = 64 * 2**20
_OFFERED = "key.offered.v1"
_CALENDARS = "calendar/cn/"


class EventFileMaker:
    """Makes event files from what acceptance and the anchoring worker stored."""

    def __init__(self, bundles: BundleMaker) -> None:
        self._bundles = bundles

    def make(self, session: Session, event: EventRow, *, show_personal: bool) -> dict[str, Any]:
        """The file as a JSON value. Raises Conflict `not-anchored-yet`, TooLarge `event-file-too-large`."""
        own = _records(session, event)
        groups = {
            "records": own,
            "rules": _rules(session, event),
            "related": [*_matters(session, event), *_offers(session, own)],
        }
        pool = SharedProofs()
        shown: dict[str, list[dict[str, Any]]] = {}
        for name, rows in groups.items():
            hide = name == "records" and not show_personal
            shown[name] = [pool.put(bundle, hide=hide) for bundle in self._bundles.make_many(session, rows)]
        file = {
            "format": FORMAT,
            "sub": event.sub,
            "origin": log_named(session, own[0].log).origin,
            **shown,
            "anchors": pool.anchors.values,
            "signers": pool.signers.values,
        }
        if len(strict_json.compact(file)) > MAXIMUM_FILE:
            raise TooLarge("event-file-too-large", f"The event file is over {MAXIMUM_FILE >> 20} MiB.", None)
        return file


def _records(session: Session, event: EventRow) -> list[RecordRow]:
    """Every record of the event, effects included, in the order of the agency's logs."""
    query = (
        select(RecordRow)
        .join(LogRow, LogRow.name == RecordRow.log)
        .where(RecordRow.sub == event.sub, LogRow.agency == event.agency)
    )
    rows = session.scalars(query).all()
    return sorted(rows, key=lambda row: (len(row.log), row.log, row.seq))


def _rules(session: Session, event: EventRow) -> list[RecordRow]:
    """The loop that the event keeps, and the calendars, oldest first."""
    query = (
        select(VersionRow.record)
        .where(
            or_(
                (VersionRow.name == NAME) & (VersionRow.digest == event.loop),
                VersionRow.name.startswith(_CALENDARS, autoescape=True),
            )
        )
        .order_by(VersionRow.name, VersionRow.number)
    )
    return _named(session, session.scalars(query))


def _matters(session: Session, event: EventRow) -> list[RecordRow]:
    """Proposals and approvals of the entries of the list that the event leans on."""
    named = set(session.scalars(select(ClockRow.rule).where(ClockRow.sub == event.sub)))
    listed = StepRow.details["list"].as_string()
    named |= {name for name in session.scalars(select(listed).where(StepRow.sub == event.sub)) if name}
    matters = {name.rpartition("@")[0] for name in named} | {event.matter or ""}
    subs = select(MatterRow.sub).where(MatterRow.matter.in_(matters), MatterRow.agency == event.agency)
    return _of_kinds(session, list(session.scalars(subs)), (PROPOSED, DECIDED))


def _offers(session: Session, rows: Sequence[RecordRow]) -> list[RecordRow]:
    """By whom the officer keys are held: the statements that offered them say so."""
    keys = {(row.iss, row.kid) for row in rows}
    subs = select(SigningKeyRow.sub).where(
        tuple_(SigningKeyRow.agency, SigningKeyRow.kid).in_(keys), SigningKeyRow.purpose == "officer"
    )
    return _of_kinds(session, list(session.scalars(subs)), (_OFFERED,))


def _of_kinds(session: Session, subs: Collection[str], kinds: Collection[str]) -> list[RecordRow]:
    query = select(RecordRow).where(RecordRow.sub.in_(set(subs)), RecordRow.kind.in_(kinds))
    return [*session.scalars(query.order_by(RecordRow.received_at, RecordRow.sub, RecordRow.seq))]


def _named(session: Session, jtis: Iterable[UUID]) -> list[RecordRow]:
    wanted = list(dict.fromkeys(jtis))
    rows = {row.jti: row for row in session.scalars(select(RecordRow).where(RecordRow.jti.in_(wanted)))}
    return [rows[jti] for jti in wanted if jti in rows]
