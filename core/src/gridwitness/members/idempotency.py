"""Answers given under an `Idempotency-Key`: a write that is sent twice happens once, and is answered alike.

Call `remember` in the transaction of the write itself: either both count or neither.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.errors import Conflict, InvalidInput
from gridwitness.members.models import IdempotencyRow

KEPT = timedelta(days=1)
"""How long an answer can be asked for again."""

LONGEST_KEY = 255

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


class Answers:
    """Use cases of idempotent writes; they take a session, the caller commits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def recall(self, session: Session, account: UUID, key: str, request: bytes) -> dict[str, Any] | None:
        """The answer given to this very request under this key, or None: then the write may go on.

        Until the transaction ends nobody else gets None for this key, so two at once do not both write.
        `request`: the bytes that tell the request from others (method, path, body). Raises InvalidInput
        `idempotency-key`, Conflict `idempotency-conflict` where the key was used for another request.
        """
        if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
            raise InvalidInput(
                "idempotency-key", f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters.", None
            )
        session.execute(_LOCK, {"name": f"gridwitness-idempotency/{account}/{key}"})
        row = session.scalar(
            select(IdempotencyRow)
            .where(IdempotencyRow.account == account, IdempotencyRow.key == key, self._kept())
            .execution_options(populate_existing=True)
        )
        if row is None:
            return None
        if row.request_digest != _digest(request):
            raise Conflict(
                "idempotency-conflict",
                f"Idempotency-Key {key!r} was used for another request.",
                "send a new key with a new request",
            )
        return row.response

    def remember(
        self, session: Session, account: UUID, key: str, request: bytes, response: dict[str, Any]
    ) -> None:
        """Keep the answer of a write for `KEPT`; older ones go."""
        session.execute(delete(IdempotencyRow).where(~self._kept()))
        session.add(
            IdempotencyRow(
                account=account,
                key=key,
                request_digest=_digest(request),
                response=response,
                created_at=self._clock.now(),
            )
        )
        session.flush()

    def _kept(self) -> Any:
        return IdempotencyRow.created_at > self._clock.now() - KEPT


def _digest(request: bytes) -> bytes:
    return hashlib.sha256(request).digest()
