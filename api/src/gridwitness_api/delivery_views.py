"""The delivery log of a target, as it is shown."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from gridwitness.channels.models import DeliveryRow
from gridwitness.platform import Platform
from gridwitness.records import rfc3339
from sqlalchemy.orm import Session

from gridwitness_api.cursors import cursor_invalid, decode_cursor, encode_cursor
from gridwitness_api.schemas.deliveries import DeliveryList, DeliveryView

_LARGEST = 2**63 - 1

DeliveryId = Annotated[int, Path(ge=1, le=_LARGEST, description="投递编号 Delivery", examples=[17])]


def delivery_list(
    platform: Platform, session: Session, target: str, cursor: str | None, limit: int
) -> DeliveryList:
    """A page, newest first."""
    before = None if cursor is None else _number(decode_cursor(cursor))
    rows = platform.doors.deliveries.page(session, target, before, limit + 1)
    more = encode_cursor(str(rows[limit - 1].id)) if len(rows) > limit else None
    return DeliveryList(items=[delivery_view(row) for row in rows[:limit]], next=more)


def delivery_view(row: DeliveryRow) -> DeliveryView:
    """One delivery."""
    return DeliveryView(
        id=row.id,
        movements=row.movements,
        body=row.body,
        state=row.state,
        tries=row.tries,
        next_try_at=rfc3339(row.next_try_at),
        made_at=rfc3339(row.made_at),
        settled_at=None if row.settled_at is None else rfc3339(row.settled_at),
        status=row.status,
        answer=row.answer,
    )


def _number(given: str) -> int:
    if not given.isascii() or not given.isdigit() or int(given[:20]) > _LARGEST:
        raise cursor_invalid()
    return int(given)
