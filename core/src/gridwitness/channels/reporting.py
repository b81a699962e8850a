"""Reports through a channel: the same form whoever sends them, and a receipt code for who has no account."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridwitness.channels.channel import DETECTING, Channel, registered_channel
from gridwitness.channels.models import DetectionRow
from gridwitness.channels.receipts import ReceiptCodes
from gridwitness.clock import Clock
from gridwitness.errors import Forbidden, GridWitnessError, InvalidInput
from gridwitness.events.models import EventRow
from gridwitness.events.reporting import Report, Reporter
from gridwitness.events.service import Events
from gridwitness.grids import Matter, Matters
from gridwitness.members import Actor

LONGEST_DESCRIPTION = 4_000
"""As GeoReport v2 has it."""


@dataclass(frozen=True, slots=True)
class Reported:
    """An event as reported, and the code by which who reported it asks how it stands."""

    event: EventRow
    code: str


@dataclass(frozen=True, slots=True)
class PlainReport:
    """What somebody without an account says. Degrees WGS 84. `channel_key`: the sender's own number of it."""

    description: str
    channel_key: str | None = None
    matter: str | None = None
    title: str | None = None
    lat: float | None = None
    lon: float | None = None
    address: str | None = None
    name: str | None = None
    phone: str | None = None
    may_contact: bool = False
    occurred_at: datetime | None = None
    urgency: str | None = None
    category: str | None = None
    files: Sequence[dict[str, Any]] = ()
    src: str = "self"


class Reporting:
    """Turns what channels bring into events."""

    def __init__(self, events: Events, matters: Matters, codes: ReceiptCodes, clock: Clock) -> None:
        self._events = events
        self._matters = matters
        self._codes = codes
        self._clock = clock

    def report(
        self, session: Session, channel: Channel, given: PlainReport, actor: Actor | None = None
    ) -> Reported:
        """File a report; the same (channel, channel_key) again gives the same event.

        Raises Forbidden `channel-kind`; InvalidInput `fields`, `matter-unknown`, `matter-not-offered`,
        `place-missing`; Conflict `event-known` where the key was used for something else; and what its
        first step raises.
        """
        event = self._events.report(session, self._drafted(session, channel, given), actor)
        return Reported(event, self._codes.code(event.number))

    def reports(
        self, session: Session, channel: Channel, given: Sequence[PlainReport], actor: Actor | None = None
    ) -> list[Reported | GridWitnessError]:
        """Many reports in one batch, in order: what became of each, or its error."""
        drafted: list[Report | GridWitnessError] = []
        for report in given:
            try:
                drafted.append(self._drafted(session, channel, report))
            except GridWitnessError as error:
                drafted.append(error)
        good = [report for report in drafted if isinstance(report, Report)]
        events = iter(self._events.reports(session, good, actor))
        settled = [found if isinstance(found, GridWitnessError) else next(events) for found in drafted]
        return [
            found if isinstance(found, GridWitnessError) else Reported(found, self._codes.code(found.number))
            for found in settled
        ]

    def _drafted(self, session: Session, channel: Channel, given: PlainReport) -> Report:
        if channel.category in DETECTING:
            raise Forbidden("channel-kind", f"What channel {channel.name} claims goes to its queue.", None)
        self._check(given)
        matter = self._matter(session, channel, given.matter)
        reporter = None
        if given.name is not None or given.phone is not None or given.may_contact:
            reporter = Reporter(given.name, given.phone, given.may_contact)
        return Report(
            agency=channel.agency,
            channel=channel.name,
            channel_key=given.channel_key or secrets.token_hex(16),
            category=given.category or ("event" if matter is None else matter.category),
            matter=given.matter,
            urgency=given.urgency or ("normal" if matter is None else matter.urgency),
            title=given.title,
            description=given.description,
            lat=given.lat,
            lon=given.lon,
            address=given.address,
            files=tuple(given.files),
            occurred_at=given.occurred_at,
            reporter=reporter,
            src=given.src,
        )

    def report_detection(
        self,
        session: Session,
        row: DetectionRow,
        actor: Actor,
        *,
        matter: str | None,
        grid: str | None,
        note: str | None,
    ) -> Reported:
        """File what a machine claimed and a person confirmed."""
        chosen = matter or row.matter
        listed = self._matter(session, registered_channel(session, row.channel), chosen)
        device = f"识别设备 detected by {row.device}, {row.confidence} %"
        event = self._events.report(
            session,
            Report(
                agency=row.agency,
                channel=row.channel,
                channel_key=row.channel_key,
                category="event" if listed is None else listed.category,
                matter=chosen,
                grid=grid,
                urgency="normal" if listed is None else listed.urgency,
                title=None,
                description=device if note is None else f"{note}\n{device}",
                lat=None if row.lat_e6 is None else row.lat_e6 / 1e6,
                lon=None if row.lon_e6 is None else row.lon_e6 / 1e6,
                address=None,
                files=(),
                occurred_at=None,
                reporter=None,
                detection=row.sub,
            ),
            actor,
        )
        return Reported(event, self._codes.code(event.number))

    def code(self, event: EventRow) -> str:
        """The receipt code of an event."""
        return self._codes.code(event.number)

    def offered(self, session: Session, channel: Channel) -> list[Matter]:
        """What may be reported through a channel now, by number."""
        matters = self._matters.matters(session, self._clock.now(), channel.agency)
        return [matter for matter in matters if channel.settings.offers(matter.matter)]

    def _matter(self, session: Session, channel: Channel, number: str | None) -> Matter | None:
        if number is None:
            return None
        found = self._matters.entry(session, number, self._clock.now())
        if found is None:
            raise InvalidInput(
                "matter-unknown", f"No matter {number[:32]!r} is in force.", "see the list of matters"
            )
        if not channel.settings.offers(number):
            raise InvalidInput(
                "matter-not-offered",
                f"Matter {number} is not reported through channel {channel.name}.",
                "choose one that is offered there",
            )
        return found

    @staticmethod
    def _check(given: PlainReport) -> None:
        if not given.description.strip() or len(given.description) > LONGEST_DESCRIPTION:
            raise InvalidInput(
                "fields", f"`description` says what is the matter, in at most {LONGEST_DESCRIPTION}.", None
            )
        if (given.lat is None) != (given.lon is None):
            raise InvalidInput("fields", "Latitude and longitude come together.", None)
        if given.lat is not None and given.lon is not None:
            if not (-90 <= given.lat <= 90 and -180 <= given.lon <= 180):
                raise InvalidInput("fields", "Latitude is -90 to 90, longitude -180 to 180.", None)
        elif given.address is None and not given.files and given.src == "self":
            raise InvalidInput(
                "place-missing", "The report says nothing of where.", "give a point or an address"
            )
