"""A vehicle's passages: only for an open case, with a reason, and each access is itself a record."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridwitness.cases import FINISHED, CaseRow
from gridwitness.clock import Clock
from gridwitness.errors import Conflict, InvalidInput, NotFound
from gridwitness.feeds import FeedRow
from gridwitness.members import Actor
from gridwitness.records import Acceptance, current_log, put_new
from gridwitness.trucks.models_anomalies import AnomalyRow, ReadingRow
from gridwitness.trucks.models_sightings import PassageRow
from gridwitness.trucks.plates import normalise

VEHICLE_READERS = frozenset({"officer", "police_node"})
"""Roles that may ask for a vehicle's passages, in the agency of the case."""
MOST_PASSAGES = 1_000
LONGEST_SPAN = timedelta(days=31)
_SHORTEST_REASON, _LONGEST_REASON = 5, 500
_NUMBER = re.compile(r"([0-9A-Z]{6,18})-([0-9]{4})-([0-9]{6,9})")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for: `case` its subject or number, `since` … `until` time of passage, `[since, until)`.

    `anomaly`: the subject of the anomaly the passages are to prove, if any.
    """

    plate: str
    case: str
    reason: str
    since: datetime
    until: datetime
    anomaly: str | None = None


@dataclass(frozen=True, slots=True)
class VehiclePassages:
    """The answer: passages by time, how many there are in all, and the reading that was recorded."""

    plate: str
    case: CaseRow
    reading: UUID
    passages: Sequence[PassageRow]
    total: int


class VehicleAccess:
    """Answers questions about one vehicle and records each of them before the answer leaves."""

    def __init__(self, acceptance: Acceptance, clock: Clock) -> None:
        self._acceptance = acceptance
        self._clock = clock

    def passages(self, session: Session, actor: Actor, asked: Question) -> VehiclePassages:
        """The vehicle's passages at checkpoints of the case's agency; commit before you show them.

        Raises InvalidInput `plate`, `reason`, `period`; NotFound `case-unknown`, `anomaly-unknown`; Conflict
        `case-finished`; Forbidden `role-missing`.
        """
        plate = _checked_plate(asked)
        case = _open_case(session, actor, asked.case)
        if asked.anomaly is not None and session.get(AnomalyRow, asked.anomaly) is None:
            raise NotFound("anomaly-unknown", f"There is no anomaly {asked.anomaly[:64]!r}.", None)
        row = PassageRow
        feeds = select(FeedRow.feed).where(FeedRow.agency == case.agency)
        matching = (
            row.plate == plate,
            row.captured_at >= asked.since,
            row.captured_at < asked.until,
            row.feed.in_(feeds),
        )
        query = select(row).where(*matching).order_by(row.captured_at, row.feed, row.serial, row.item)
        found = [*session.scalars(query.limit(MOST_PASSAGES))]
        total = session.scalars(select(func.count()).select_from(row).where(*matching)).one()
        reading = self._record(session, actor, asked, plate, case, total)
        return VehiclePassages(plate, case, reading, found, total)

    def readings(self, session: Session, case: str) -> list[ReadingRow]:
        """Who asked for which vehicle in a case (its subject), oldest first."""
        query = select(ReadingRow).where(ReadingRow.case_sub == case)
        return [*session.scalars(query.order_by(ReadingRow.read_at, ReadingRow.id))]

    def _record(
        self, session: Session, actor: Actor, asked: Question, plate: str, case: CaseRow, total: int
    ) -> UUID:
        identifier = uuid4()
        row = put_new(
            ReadingRow,
            id=identifier,
            agency=case.agency,
            account=actor.account,
            case_sub=case.sub,
            plate=plate,
            reason=asked.reason.strip(),
            anomaly=asked.anomaly,
            captured_from=asked.since,
            captured_to=asked.until,
            passages=total,
            read_at=self._clock.now(),
        )
        log = current_log(session, case.agency)
        by = str(actor.account)
        self._acceptance.machine_step(session, log, secrets.token_hex(16), [row], by=by)
        return identifier


def _checked_plate(asked: Question) -> str:
    plate = normalise(asked.plate)
    if plate is None:
        raise InvalidInput("plate", f"{asked.plate[:32]!r} is no plate.", "give the whole plate")
    if not _SHORTEST_REASON <= len(asked.reason.strip()) <= _LONGEST_REASON or "\0" in asked.reason:
        raise InvalidInput(
            "reason",
            f"A reason has {_SHORTEST_REASON} to {_LONGEST_REASON} characters; it is recorded.",
            "say what the passages are needed for",
        )
    if not timedelta() < asked.until - asked.since <= LONGEST_SPAN:
        raise InvalidInput(
            "period", f"Ask for at most {LONGEST_SPAN.days} days, from before to.", "ask month by month"
        )
    return plate


def _open_case(session: Session, actor: Actor, named: str) -> CaseRow:
    """The case, which is going on. Who may not ask in its agency does not learn whether it is there."""
    query = select(CaseRow).where(CaseRow.sub == named)
    number = _NUMBER.fullmatch(named)
    if number is not None:
        agency, year, index = number.groups()
        query = select(CaseRow).where(
            CaseRow.agency == agency, CaseRow.year == int(year), CaseRow.number == int(index)
        )
    actor.require(VEHICLE_READERS)
    row = None if "\0" in named else session.scalars(query).first()
    if row is None or not actor.has(VEHICLE_READERS, row.agency):
        raise NotFound("case-unknown", f"There is no case {named[:64]!r}.", "name it by subject or number")
    if row.state in FINISHED:
        raise Conflict(
            "case-finished", f"Case {row.sub} is {row.state}.", "a vehicle is asked for in an open case"
        )
    return row
