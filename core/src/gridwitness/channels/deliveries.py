"""Deliveries: news of steps made ready for each target, sent, and tried again until it took them.

A body is durable before it is sent, and may arrive twice: its `id` is the same then. A target that is away
holds up nobody else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from gridwitness.channels.models import DeliveryRow, PushedRow
from gridwitness.channels.posting import Post, Reply, post
from gridwitness.channels.sealing import SIGNATURE_HEADER, Sealing, signature
from gridwitness.channels.targets import Target, open_targets
from gridwitness.clock import Clock
from gridwitness.errors import NotFound
from gridwitness.events.movements import Movement, Position, movements_after, newest
from gridwitness.grids import Territories
from gridwitness.records.models import RecordRow

BATCH = 100
"""Most movements in a batch, and most that a round makes ready or sends for one target."""
MOST_WAITING = 1_000
"""A webhook that is so far behind gets nothing new made ready: its place is kept, so nothing is lost."""
MOST_TRIES = 12
"""Of a webhook's delivery, over some hours; a batch for an upper platform is never given up."""
KEPT = timedelta(days=30)
_FIRST_PAUSE, _LONGEST_PAUSE = 10, 3600
_LEASE = timedelta(minutes=2)

_FORGET = text("""
    DELETE FROM channels.delivery WHERE id IN (
        SELECT id FROM channels.delivery
        WHERE state = 'delivered' AND settled_at < :until ORDER BY settled_at LIMIT 1000
    )
""")


@dataclass(frozen=True, slots=True)
class _Sending:
    id: int
    body: str
    tries: int


class Deliveries:
    """Runs in `gridwitness duty`; several may run at once, they take turns on each target."""

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[Session]],
        territories: Territories,
        sealing: Sealing,
        clock: Clock,
        send: Post = post,
    ) -> None:
        self._transaction = transaction
        self._territories = territories
        self._sealing = sealing
        self._clock = clock
        self._post = send

    def round(self) -> bool:
        """Make ready what is new, send what is due; whether there was anything to do. Bounded."""
        with self._transaction() as session:
            targets = open_targets(session)
            session.execute(_FORGET, {"until": self._clock.now() - KEPT})
        busy = False
        for target in targets:
            busy = self._make_ready(target) or busy
            busy = self._send_due(target) or busy
        return busy

    def page(
        self, session: Session, key: str, before: int | None = None, limit: int = 100
    ) -> list[DeliveryRow]:
        """The delivery log of a target, newest first, from those before `before` on."""
        query = select(DeliveryRow).where(DeliveryRow.target == key)
        if before is not None:
            query = query.where(DeliveryRow.id < before)
        return [*session.scalars(query.order_by(DeliveryRow.id.desc()).limit(limit))]

    def again(self, session: Session, key: str, identifier: int) -> DeliveryRow:
        """Send a delivery once more, whatever became of it. Raises NotFound `delivery-unknown`."""
        row = session.get(DeliveryRow, identifier, with_for_update=True, populate_existing=True)
        if row is None or row.target != key:
            raise NotFound("delivery-unknown", f"There is no delivery {identifier} for it.", None)
        row.state, row.tries, row.next_try_at, row.settled_at = "waiting", 0, self._clock.now(), None
        session.flush()
        return row

    def reached(self, session: Session, key: str) -> Position | None:
        """Up to where movements have been made ready for a target."""
        row = session.get(PushedRow, key, populate_existing=True)
        return None if row is None else Position(row.accepted_in, row.accept_order)

    def _make_ready(self, target: Target) -> bool:
        with self._transaction() as session:
            locked = select(PushedRow).where(PushedRow.target == target.key)
            reached = session.scalar(locked.with_for_update(skip_locked=True))
            if reached is None or _waiting(session, target) >= (1 if target.ordered else MOST_WAITING):
                return False
            grids = None
            if target.scope is not None:
                grids = self._territories.at(session).below(target.scope)
            end = newest(session)
            position = Position(reached.accepted_in, reached.accept_order)
            found = movements_after(
                session, position, BATCH, agency=target.agency, grids=grids, steps=target.steps
            )
            bodies = _bodies(session, target, reached.batches, found)
            for count, body in bodies:
                self._put(session, target, count, body)
            reached.batches += len(bodies)
            # Where all was read, the next look begins behind what concerned others.
            to = found[-1].position if len(found) == BATCH else max(end, position)
            reached.accepted_in, reached.accept_order = to.accepted_in, to.accept_order
            return bool(found)

    def _put(self, session: Session, target: Target, count: int, body: str) -> None:
        now = self._clock.now()
        session.add(
            DeliveryRow(
                target=target.key,
                movements=count,
                body=body,
                state="waiting",
                tries=0,
                next_try_at=now,
                made_at=now,
            )
        )

    def _send_due(self, target: Target) -> bool:
        """In order, until one is not taken: the others of this target wait with it."""
        due = self._lease(target)
        for place, sending in enumerate(due):
            reply = self._send(target, sending)
            self._settle(target, sending, reply)
            if not reply.taken:
                self._release([later.id for later in due[place + 1 :]], sending.tries)
                break
        return bool(due)

    def _lease(self, target: Target) -> list[_Sending]:
        """Ours for a while: who dies while sending leaves them to the next one."""
        now = self._clock.now()
        with self._transaction() as session:
            rows = session.scalars(
                select(DeliveryRow)
                .where(DeliveryRow.target == target.key, DeliveryRow.state == "waiting")
                .where(DeliveryRow.next_try_at <= now)
                .order_by(DeliveryRow.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            ).all()
            for row in rows:
                row.next_try_at = now + _LEASE
                row.tries += 1
            return [_Sending(row.id, row.body, row.tries) for row in rows]

    def _send(self, target: Target, sending: _Sending) -> Reply:
        body = sending.body.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "GridWitness",
            "GridWitness-Delivery": str(sending.id),
        }
        if target.secret is not None:
            secret = self._sealing.open(bytes(target.secret), target.key)
            headers[SIGNATURE_HEADER] = signature(secret, int(self._clock.now().timestamp()), body)
        return self._post(target.url, body, headers)

    def _settle(self, target: Target, sending: _Sending, reply: Reply) -> None:
        now = self._clock.now()
        state, settled = "waiting", None
        if reply.taken:
            state, settled = "delivered", now
        elif sending.tries >= MOST_TRIES and not target.ordered:
            state, settled = "failed", now
        with self._transaction() as session:
            session.execute(
                update(DeliveryRow)
                .where(DeliveryRow.id == sending.id)
                .values(
                    state=state,
                    settled_at=settled,
                    next_try_at=next_try(now, sending.tries),
                    status=reply.status,
                    answer=reply.text,
                )
            )

    def _release(self, identifiers: Sequence[int], tries: int) -> None:
        """They were not tried."""
        with self._transaction() as session:
            session.execute(
                update(DeliveryRow)
                .where(DeliveryRow.id.in_(identifiers))
                .values(tries=DeliveryRow.tries - 1, next_try_at=next_try(self._clock.now(), tries))
            )


def next_try(now: datetime, tries: int) -> datetime:
    """When to try again after so many tries: 10 seconds, then twice as long each time, an hour at most."""
    return now + timedelta(seconds=min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(tries - 1, 20)))


def _waiting(session: Session, target: Target) -> int:
    query = select(func.count()).where(DeliveryRow.target == target.key, DeliveryRow.state == "waiting")
    return session.scalar(query) or 0


def _bodies(
    session: Session, target: Target, batches: int, found: Sequence[Movement]
) -> list[tuple[int, str]]:
    """A body each, or one of all for an upper platform: with entries and receipts of our log, so that it can
    hold us to them. Entries hold digests only; what was disclosed stays here.
    """
    if not target.ordered:
        return [(1, _json(movement.as_document())) for movement in found]
    if not found:
        return []
    rows = session.execute(
        select(RecordRow.jti, RecordRow.entry, RecordRow.receipt).where(
            RecordRow.jti.in_([UUID(movement.record) for movement in found])
        )
    )
    held = {str(jti): {"entry": entry, "receipt": receipt} for jti, entry, receipt in rows}
    items = [movement.as_document() | held[movement.record] for movement in found]
    return [(len(items), _json({"upstream": target.name, "batch": batches + 1, "items": items}))]


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
