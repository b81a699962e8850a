"""Reports: events begin here. The same (channel, key) again is the same event."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.errors import Conflict, GridWitnessError, InvalidInput
from gridwitness.events.kinds import STEP
from gridwitness.events.loop import OPENING
from gridwitness.events.loop_book import LoopBook, LoopsInForce
from gridwitness.events.models import EventRow, ReporterRow, StepRow
from gridwitness.grids.territories import Territories
from gridwitness.grids.territory import Territory
from gridwitness.members import Actor
from gridwitness.records import (
    Acceptance,
    Log,
    OwnKeys,
    Submission,
    current_log,
    put_new,
    record_row,
    rfc3339,
    stored_record,
)

_LONGEST_NAME = 256
_Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reported, as far as they said so: personal data."""

    name: str | None
    phone: str | None
    may_contact: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What is reported. `lat`, `lon`: degrees WGS 84; `agency`: whose event it is, the actor's if empty;
    `occurred_at`: now; `src`: `self`, or `import` where it was taken over from elsewhere.
    """

    channel: str
    channel_key: str | None = None
    category: str = "event"
    matter: str | None = None
    grid: str | None = None
    urgency: str = "normal"
    title: str | None = None
    description: str | None = None
    lat: float | None = None
    lon: float | None = None
    address: str | None = None
    files: Sequence[Mapping[str, Any]] = ()
    occurred_at: datetime | None = None
    reporter: Reporter | None = None
    detection: str | None = None
    src: str = "self"
    agency: str = ""


@dataclass(slots=True)
class _Drafted:
    """A report on its way: its fields, its new subject, and what became of it."""

    report: Report
    agency: str
    fields: dict[str, Any]
    sub: str
    result: EventRow | GridWitnessError | None = None

    @property
    def place(self) -> _Place | None:
        """Agency, channel and its key; None without a key."""
        key = self.report.channel_key
        return None if key is None else (self.agency, self.report.channel, key)


class Reports:
    """Signs and accepts reports in batches."""

    def __init__(
        self,
        acceptance: Acceptance,
        own_keys: OwnKeys,
        clock: Clock,
        loops: LoopBook,
        territories: Territories,
    ) -> None:
        self._acceptance = acceptance
        self._own_keys = own_keys
        self._clock = clock
        self._loops = loops
        self._territories = territories

    def take(
        self, session: Session, reports: Sequence[Report], actor: Actor | None
    ) -> list[EventRow | GridWitnessError]:
        """An event or an error for each, in order."""
        territory, in_force = self._territories.at(session), self._loops.in_force(session)
        results: list[EventRow | GridWitnessError | _Drafted] = []
        for report in reports:
            try:
                results.append(self._draft(report, actor, territory, in_force))
            except GridWitnessError as error:
                results.append(error)
        drafted = [draft for draft in results if isinstance(draft, _Drafted)]
        self._settle(session, drafted)
        self._accept(session, [draft for draft in drafted if draft.result is None], actor)
        return [_result(found) for found in results]

    def _draft(
        self, report: Report, actor: Actor | None, territory: Territory, in_force: LoopsInForce
    ) -> _Drafted:
        agency = report.agency or ("" if actor is None else actor.agency)
        if not agency:
            raise InvalidInput("event-agency", "Nobody says whose event it is.", "name the agency")
        _check_reporter(report.reporter)
        at = report.occurred_at or self._clock.now()
        loop = in_force.at(at)
        grid, place = report.grid, _degrees(report)
        if grid is None and place is not None:
            latitude_e6, longitude_e6 = (round(float(degrees) * 1_000_000) for degrees in place)
            found = territory.locate(latitude_e6, longitude_e6)
            grid = None if found is None else found.number
        details = {
            "channel": report.channel,
            "channel_key": report.channel_key,
            "category": report.category,
            "matter": report.matter,
            "grid": grid,
            "urgency": report.urgency,
            "detection": report.detection,
        }
        latitude, longitude = place or (None, None)
        fields = {
            "loop": loop.version,
            "step": OPENING,
            "round": 1,
            "occurred_at": rfc3339(at),
            "actor": None if actor is None else str(actor.account),
            "unit": None,
            "details": {name: value for name, value in details.items() if value is not None},
            "note": None,
            "title": report.title,
            "description": report.description,
            "latitude": latitude,
            "longitude": longitude,
            "address": report.address,
            "files": [dict(file) for file in report.files],
        }
        return _Drafted(report, agency, fields, secrets.token_hex(16))

    def _settle(self, session: Session, drafted: Sequence[_Drafted]) -> None:
        """Answer reports whose channel's key has an event already."""
        wanted = [draft.place for draft in drafted if draft.place is not None and "\0" not in draft.place[2]]
        if not wanted:
            return
        place = (EventRow.agency, EventRow.channel, EventRow.channel_key)
        rows = session.scalars(select(EventRow).where(tuple_(*place).in_(wanted)))
        known = {(row.agency, row.channel, row.channel_key): row for row in rows}
        for draft in drafted:
            row = None if draft.place is None else known.get(draft.place)
            if row is not None:
                draft.result = row if _is_same(session, row, draft) else _known(row)

    def _accept(self, session: Session, drafted: Sequence[_Drafted], actor: Actor | None) -> None:
        signed: list[_Drafted] = []
        batch: list[Submission] = []
        logs: dict[str, Log] = {}
        by = None if actor is None else str(actor.account)
        writer = self._acceptance.writer(session)
        for draft in drafted:
            try:
                if draft.agency not in logs:
                    logs[draft.agency] = current_log(session, draft.agency)
                log = logs[draft.agency]
                key = self._own_keys.service_key(draft.agency)
                record = writer.sign(
                    *(log, STEP, draft.sub, None, draft.fields),
                    key=key,
                    iss=draft.agency,
                    src=draft.report.src,
                )
            except GridWitnessError as error:
                draft.result = error
                continue
            signed.append(draft)
            batch.append(Submission(record.presentation, by=by))
        outcomes = self._acceptance.accept(session, batch) if batch else []
        subs = [draft.sub for draft, outcome in zip(signed, outcomes, strict=True) if outcome.error is None]
        rows = {row.sub: row for row in session.scalars(select(EventRow).where(EventRow.sub.in_(subs)))}
        again: list[_Drafted] = []
        for draft, outcome in zip(signed, outcomes, strict=True):
            draft.result = outcome.error or rows[draft.sub]
            if outcome.error is not None and outcome.error.code == "event-known":
                again.append(draft)  # a twin in this batch, or one who was faster
            elif outcome.error is None and draft.report.reporter is not None and outcome.record is not None:
                self._note_reporter(session, logs[draft.agency], draft, outcome.record.claims.jti, by)
        self._settle(session, again)

    def _note_reporter(self, session: Session, log: Log, draft: _Drafted, cause: str, by: str | None) -> None:
        reporter = draft.report.reporter
        assert reporter is not None
        row = put_new(
            ReporterRow,
            sub=draft.sub,
            name=reporter.name,
            phone=reporter.phone,
            may_contact=reporter.may_contact,
        )
        self._acceptance.machine_step(session, log, draft.sub, [row], by=by, cause=cause)


def answered(result: EventRow | GridWitnessError) -> EventRow:
    """The event, or its error raised."""
    if isinstance(result, GridWitnessError):
        raise result
    return result


def _result(found: EventRow | GridWitnessError | _Drafted) -> EventRow | GridWitnessError:
    if not isinstance(found, _Drafted):
        return found
    assert found.result is not None
    return found.result


def _degrees(report: Report) -> tuple[str, str] | None:
    """Decimal texts with six digits. Raises InvalidInput `event-place`."""
    if report.lat is None and report.lon is None:
        return None
    for value in (report.lat, report.lon):
        if value is None or not math.isfinite(value) or abs(value) > 180:
            raise InvalidInput(
                "event-place", "A place has a latitude and a longitude, WGS 84.", "give both, or neither"
            )
    return f"{report.lat:.6f}", f"{report.lon:.6f}"


def _check_reporter(reporter: Reporter | None) -> None:
    for value in () if reporter is None else (reporter.name, reporter.phone):
        if value is not None and (not value.strip() or len(value) > _LONGEST_NAME or "\0" in value):
            raise InvalidInput(
                "event-reporter", f"Name and phone have at most {_LONGEST_NAME} characters.", None
            )


def _known(row: EventRow) -> Conflict:
    return Conflict(
        "event-known",
        f"{row.channel} {row.channel_key} is event {row.number} already, in other words. 渠道单号已用。",
        "report it with its own number",
        sub=row.sub,
    )


def _is_same(session: Session, row: EventRow, draft: _Drafted) -> bool:
    """Whether the event was reported in these words; what was erased since is not compared."""
    found = select(StepRow.jti).where(StepRow.sub == row.sub).order_by(StepRow.seq).limit(1)
    jti: UUID = session.scalars(found).one()
    said = stored_record(record_row(session, jti)).fields
    new, old = dict(draft.fields["details"]), dict(said.get("details") or {})
    if draft.report.grid is None:
        new.pop("grid", None)
        old.pop("grid", None)
    names = ("title", "description", "latitude", "longitude", "address", "files")
    return new == old and all(said.get(name, draft.fields[name]) == draft.fields[name] for name in names)
