"""Detections: what cameras and sensors claim, in a queue for a person. None is dispatched unseen."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from gridwitness.channels.channel import DETECTING, Channel
from gridwitness.channels.models import DetectionRow
from gridwitness.channels.reporting import Reported, Reporting
from gridwitness.clock import Clock
from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound
from gridwitness.events.loop_book import LoopBook
from gridwitness.grids import Matters, Territories
from gridwitness.members import Actor
from gridwitness.records import Acceptance, RowChange, change, current_log, put_new

REVIEWERS = frozenset({"acceptor", "duty_chief", "dispatcher"})
STATES = ("queued", "confirmed", "dismissed")
LONGEST_REASON = 500
_AHEAD = timedelta(minutes=5)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"[^\x00-\x1f\x7f]{1,128}")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a machine says it saw. `confidence` in percent; degrees WGS 84; `image`: hex SHA-256."""

    channel_key: str
    device: str
    matter: str | None
    confidence: int
    image: str | None
    lat_e6: int | None
    lon_e6: int | None
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class Offered:
    """What became of a claim: `queued`, `known` (it came before) or `ignored` (below the floor)."""

    channel_key: str
    result: str
    detection: str | None


class Detections:
    """Use cases of the queue."""

    def __init__(
        self,
        acceptance: Acceptance,
        reporting: Reporting,
        matters: Matters,
        territories: Territories,
        loops: LoopBook,
        clock: Clock,
    ) -> None:
        self._acceptance = acceptance
        self._reporting = reporting
        self._matters = matters
        self._territories = territories
        self._loops = loops
        self._clock = clock

    def offer(self, session: Session, channel: Channel, claims: Sequence[Claim]) -> list[Offered]:
        """Queue claims; all are taken or none. One that came before changes nothing.

        Raises Forbidden `channel-kind`; InvalidInput `fields`, `matter-unknown`, `detection-time`.
        """
        if channel.category not in DETECTING:
            raise Forbidden(
                "channel-kind", f"Channel {channel.name} is for people's reports.", "use a video or IoT one"
            )
        for claim in claims:
            self._check(session, claim)
        known = self._known(session, channel, [claim.channel_key for claim in claims])
        floor, found = self._floor(session), []
        for claim in claims:
            before = known.get(claim.channel_key)
            if before is not None:
                found.append(Offered(claim.channel_key, "known", before))
            elif claim.confidence < floor:
                found.append(Offered(claim.channel_key, "ignored", None))
            else:
                known[claim.channel_key] = sub = self._queue(session, channel, claim)
                found.append(Offered(claim.channel_key, "queued", sub))
        return found

    def find(self, session: Session, sub: str) -> DetectionRow:
        """One detection. Raises NotFound `detection-unknown`."""
        row = session.get(DetectionRow, sub, populate_existing=True)
        if row is None:
            raise NotFound("detection-unknown", f"There is no detection {sub}.", "see the queue")
        return row

    def page(
        self,
        session: Session,
        agency: str,
        state: str,
        after: tuple[datetime, str] | None = None,
        limit: int = 100,
    ) -> list[DetectionRow]:
        """An agency's detections in a state, oldest first, from those behind (received_at, sub) on."""
        query = select(DetectionRow).where(DetectionRow.agency == agency, DetectionRow.state == state)
        place = tuple_(DetectionRow.received_at, DetectionRow.sub)
        if after is not None:
            query = query.where(place > after)
        return [*session.scalars(query.order_by(DetectionRow.received_at, DetectionRow.sub).limit(limit))]

    def confirm(
        self,
        session: Session,
        sub: str,
        actor: Actor,
        *,
        matter: str | None,
        grid: str | None,
        note: str | None,
    ) -> Reported:
        """Make an event of a detection, on a person's word: reported by that person.

        `matter`, `grid`: where the person knows better. Raises Conflict `detection-decided`, Forbidden,
        and what a report raises.
        """
        row = self._open(session, sub, actor)
        reported = self._reporting.report_detection(session, row, actor, matter=matter, grid=grid, note=note)
        self._decide(session, row, actor, state="confirmed", event=reported.event.sub)
        return reported

    def dismiss(self, session: Session, sub: str, actor: Actor, reason: str) -> DetectionRow:
        """Nothing comes of it. Raises Conflict `detection-decided`, Forbidden, InvalidInput `fields`."""
        if not reason.strip() or len(reason) > LONGEST_REASON or "\0" in reason:
            raise InvalidInput("fields", f"`reason` says why in 1 to {LONGEST_REASON} characters.", None)
        row = self._open(session, sub, actor)
        self._decide(session, row, actor, state="dismissed", reason=reason)
        return self.find(session, sub)

    def _floor(self, session: Session) -> int:
        """Least confidence that is queued, in percent; of the loop in force."""
        return self._loops.in_force(session).at(self._clock.now()).numbers.get("detection_floor_percent", 0)

    def _check(self, session: Session, claim: Claim) -> None:
        if not _KEY.fullmatch(claim.channel_key) or not _KEY.fullmatch(claim.device):
            raise InvalidInput("fields", "`channel_key`, `device` have 1 to 128 printable characters.", None)
        if not 0 <= claim.confidence <= 100 or (
            claim.image is not None and not _SHA256.fullmatch(claim.image)
        ):
            raise InvalidInput(
                "fields", "`confidence` is 0 to 100, `image` a SHA-256 in lower-case hex.", None
            )
        now = self._clock.now()
        if claim.captured_at > now + _AHEAD:
            raise InvalidInput(
                "detection-time", f"{claim.channel_key} was captured in the future.", "set the device's clock"
            )
        if claim.matter is not None and self._matters.entry(session, claim.matter, now) is None:
            raise InvalidInput(
                "matter-unknown", f"No matter {claim.matter[:32]!r} is in force.", "see the list of matters"
            )

    def _known(self, session: Session, channel: Channel, keys: Sequence[str]) -> dict[str, str]:
        query = select(DetectionRow.channel_key, DetectionRow.sub).where(
            DetectionRow.channel == channel.name, DetectionRow.channel_key.in_(keys)
        )
        return {key: sub for key, sub in session.execute(query)}

    def _queue(self, session: Session, channel: Channel, claim: Claim) -> str:
        sub = secrets.token_hex(16)
        row = put_new(
            DetectionRow,
            sub=sub,
            agency=channel.agency,
            channel=channel.name,
            channel_key=claim.channel_key,
            device=claim.device,
            matter=claim.matter,
            confidence=claim.confidence,
            image=claim.image,
            lat_e6=claim.lat_e6,
            lon_e6=claim.lon_e6,
            captured_at=claim.captured_at,
            received_at=self._clock.now(),
            state="queued",
        )
        self._step(session, channel.agency, sub, row, None)
        return sub

    def _open(self, session: Session, sub: str, actor: Actor) -> DetectionRow:
        """Held until the transaction ends: two reviewers make no two events."""
        row = session.get(DetectionRow, sub, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound("detection-unknown", f"There is no detection {sub}.", "see the queue")
        actor.require(REVIEWERS, row.agency)
        territory = self._territories.at(session)
        grid = None
        if row.lat_e6 is not None and row.lon_e6 is not None:
            found = territory.locate(row.lat_e6, row.lon_e6)
            grid = None if found is None else found.number
        held = [g for g in actor.grants if g.role in REVIEWERS and g.agency == row.agency]
        if not any(territory.covers(grant.scope, grid) for grant in held):
            raise Forbidden("event-scope", f"Detection {sub} lies outside your grids.", "leave it to others")
        if row.state != "queued":
            raise Conflict(
                "detection-decided", f"Detection {sub} is {row.state} already.", None, event=row.event
            )
        return row

    def _decide(self, session: Session, row: DetectionRow, actor: Actor, **columns: Any) -> None:
        told = {**columns, "decided_by": actor.account, "decided_at": self._clock.now()}
        step = change(DetectionRow, {"sub": row.sub}, **told)
        self._step(session, row.agency, row.sub, step, str(actor.account))

    def _step(self, session: Session, agency: str, sub: str, row: RowChange, by: str | None) -> None:
        self._acceptance.machine_step(session, current_log(session, agency), sub, [row], by=by)
