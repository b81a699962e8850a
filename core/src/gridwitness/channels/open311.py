"""Open311 GeoReport v2 over our events: what is offered, handed in, and told to everybody.

What is told names no person and repeats nobody's words: neither description nor address, and the place only
to three decimals of a degree (some hundred metres). Only what came in by channels of the public is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from gridwitness.channels.channel import PUBLIC, Channel, channel_of_category
from gridwitness.channels.models import ChannelRow
from gridwitness.channels.public_status import PublicStatus, Status
from gridwitness.channels.reporting import PlainReport, Reported, Reporting
from gridwitness.channels.service import Channels
from gridwitness.clock import Clock
from gridwitness.errors import Forbidden, InvalidInput, NotFound
from gridwitness.events.models import EventRow
from gridwitness.grids import Matter
from gridwitness.members import AgencyRow
from gridwitness.records import rfc3339

CATEGORY = "open311"
TOLD = PUBLIC | {CATEGORY}
"""Categories of channels whose events everybody may see."""
MOST_REQUESTS = 1_000
SPAN = timedelta(days=90)
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,12})?")
_MEDIA = re.compile(r"https?://[!-~]{1,500}")
_UNLISTED = "unlisted"
"""Service code of what was reported without a matter."""

Answer = dict[str, Any]


class Open311:
    """GeoReport v2 of one deployment; the jurisdiction is an agency's code."""

    def __init__(
        self, channels: Channels, reporting: Reporting, status: PublicStatus, clock: Clock, home: str
    ) -> None:
        """`home`: the agency meant where no jurisdiction is named."""
        self._channels = channels
        self._reporting = reporting
        self._status = status
        self._clock = clock
        self._home = home

    def services(self, session: Session, jurisdiction: str | None) -> list[Answer]:
        """What may be reported. Raises NotFound `jurisdiction-unknown`."""
        channel = self._channel(session, jurisdiction)
        offered = [] if channel is None else self._reporting.offered(session, channel)
        return [_service(matter) for matter in offered]

    def definition(self, session: Session, jurisdiction: str | None, code: str) -> Answer:
        """A service's attributes: we ask for none. Raises NotFound `service-unknown`."""
        if code not in {service["service_code"] for service in self.services(session, jurisdiction)}:
            raise NotFound("service-unknown", f"There is no service {code[:32]!r}.", "see /services")
        return {"service_code": code, "attributes": []}

    def submit(self, session: Session, given: Mapping[str, str]) -> Reported:
        """Hand a request in, under the key of an Open311 channel.

        Raises Unauthenticated `token-invalid`, Forbidden `channel-kind`, InvalidInput, NotFound.
        """
        channel = self._channels.of_token(session, given.get("api_key", ""))
        if channel.category != CATEGORY:
            raise Forbidden("channel-kind", f"The key is of channel {channel.name}, no Open311 one.", None)
        named = given.get("jurisdiction_id")
        if named not in (None, "", channel.agency):
            raise NotFound("jurisdiction-unknown", f"The key is not one of {named[:32]!r}.", None)
        return self._reporting.report(session, channel, _report(given))

    def requests(self, session: Session, jurisdiction: str | None, asked: Mapping[str, str]) -> list[Answer]:
        """Requests, newest first: of the last 90 days, or of a span of as many; at most 1,000.

        Raises InvalidInput `fields`, NotFound `jurisdiction-unknown`.
        """
        agency = self._agency(session, jurisdiction)
        query = _told(agency)
        if asked.get("service_request_id"):
            numbers = [n.strip() for n in asked["service_request_id"].split(",")][:MOST_REQUESTS]
            query = query.where(EventRow.number.in_(numbers))
        else:
            since, until = self._span(asked)
            query = query.where(EventRow.reported_at >= since, EventRow.reported_at <= until)
            if asked.get("service_code"):
                query = query.where(
                    EventRow.matter.in_([c.strip() for c in asked["service_code"].split(",")])
                )
            if asked.get("status"):
                query = query.where(self._with_status(session, asked["status"]))
        rows = session.scalars(
            query.order_by(EventRow.reported_at.desc(), EventRow.sub).limit(MOST_REQUESTS)
        ).all()
        return [_request(row, status) for row, status in self._status.of_all(session, rows)]

    def request(self, session: Session, jurisdiction: str | None, number: str) -> Answer:
        """One request. Raises NotFound `request-unknown`, `jurisdiction-unknown`."""
        agency = self._agency(session, jurisdiction)
        row = session.scalars(_told(agency).where(EventRow.number == number)).first()
        if row is None:
            raise NotFound("request-unknown", f"There is no request {number[:64]!r}.", None)
        return _request(row, self._status.of(session, row))

    def _channel(self, session: Session, jurisdiction: str | None) -> Channel | None:
        return channel_of_category(session, self._agency(session, jurisdiction), CATEGORY)

    def _agency(self, session: Session, jurisdiction: str | None) -> str:
        agency = jurisdiction or self._home
        if session.get(AgencyRow, agency) is None:
            raise NotFound("jurisdiction-unknown", f"There is no jurisdiction {agency[:32]!r}.", None)
        return agency

    def _with_status(self, session: Session, given: str) -> Any:
        wanted = {word.strip() for word in given.split(",")}
        if not wanted <= {"open", "closed"}:
            raise InvalidInput("fields", "`status` is open or closed.", None)
        closed = EventRow.state.in_(self._status.closed_states(session))
        return true() if len(wanted) == 2 else (closed if wanted == {"closed"} else ~closed)

    def _span(self, asked: Mapping[str, str]) -> tuple[datetime, datetime]:
        start, end = (_time(asked.get(name), name) for name in ("start_date", "end_date"))
        if start is None:
            until = end or self._clock.now()
            return until - SPAN, until
        until = min(end or start + SPAN, start + SPAN)
        return start, until


def _told(agency: str) -> Any:
    channels = select(ChannelRow.channel).where(
        ChannelRow.agency == agency, ChannelRow.category.in_(sorted(TOLD))
    )
    return select(EventRow).where(EventRow.agency == agency, EventRow.channel.in_(channels))


def _time(given: str | None, name: str) -> datetime | None:
    if not given:
        return None
    try:
        found = datetime.fromisoformat(given.replace(" ", "+"))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1970 < found.year < 9999:
        raise InvalidInput(
            "fields", f"`{name}` is a W3C time with its zone, as 2026-03-02T08:00:00+08:00.", None
        )
    return found


def _service(matter: Matter) -> Answer:
    return {
        "service_code": matter.matter,
        "service_name": f"{matter.zh} {matter.en}",
        "description": f"{matter.class_zh} {matter.zh}",
        "metadata": False,
        "type": "realtime",
        "keywords": f"{matter.class_zh},{matter.category}",
        "group": matter.class_zh,
    }


def _request(row: EventRow, status: Status) -> Answer:
    name = None if status.matter_zh is None else f"{status.matter_zh} {status.matter_en}"
    return {
        "service_request_id": row.number,
        "status": "open" if status.open else "closed",
        "status_notes": f"{status.state_zh} {status.state_en}",
        "service_name": name,
        "service_code": row.matter or _UNLISTED,
        "description": None,
        "agency_responsible": status.unit,
        "service_notice": None,
        "requested_datetime": rfc3339(row.reported_at),
        "updated_datetime": rfc3339(row.moved_at),
        "expected_datetime": None if status.expected_at is None else rfc3339(status.expected_at),
        "address": None,
        "address_id": None,
        "zipcode": None,
        "lat": _coarse(row.lat_e6),
        "long": _coarse(row.lon_e6),
        "media_url": None,
    }


def _coarse(millionths: int | None) -> float | None:
    return None if millionths is None else round(millionths / 1e6, 3)


def _report(given: Mapping[str, str]) -> PlainReport:
    code = given.get("service_code", "")
    if not code:
        raise InvalidInput("fields", "service_code was not provided.", "see /services")
    address = given.get("address_string") or None
    if given.get("address_id"):
        raise InvalidInput("fields", "address_id is not known here.", "give lat and long, or address_string")
    media = given.get("media_url") or None
    if media is not None and not _MEDIA.fullmatch(media):
        raise InvalidInput("fields", "media_url is no URL.", None)
    names = [part for part in (given.get("last_name"), given.get("first_name")) if part]
    lines = [given.get("description") or code, *([] if media is None else [media])]
    phone = given.get("phone") or given.get("email") or None
    return PlainReport(
        description="\n".join(lines),
        channel_key=given.get("request_key") or None,
        matter=code,
        lat=_degrees(given.get("lat"), "lat"),
        lon=_degrees(given.get("long"), "long"),
        address=address,
        name=" ".join(names) or None,
        phone=phone,
        may_contact=phone is not None,
    )


def _degrees(given: str | None, name: str) -> float | None:
    if not given:
        return None
    if not _DEGREES.fullmatch(given):
        raise InvalidInput("fields", f"`{name}` is in degrees, as 30.274.", None)
    return float(given)
