"""Pages of the grid registers: rows as views, and cursors behind the last one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Query
from gridwitness.grids.listing import REGISTERS, Wanted, register_page
from gridwitness.plain_row import plain
from sqlalchemy.orm import Session

from gridwitness_api.cursors import cursor_invalid, decode_cursor, encode_cursor
from gridwitness_api.schemas.forms import Answer, TimeText, instant

At = Annotated[TimeText | None, Query(description="只看此时有效的 Only what holds at this time")]
ViewOf = TypeVar("ViewOf", bound=Answer)


def moment_of(at: str | None) -> datetime | None:
    """The moment asked for."""
    return None if at is None else instant(at)


def page_of(
    session: Session, register: str, view: type[ViewOf], wanted: Wanted, cursor: str | None, limit: int
) -> tuple[list[ViewOf], str | None]:
    """A page and the cursor of the next one. Raises InvalidInput `cursor-invalid`."""
    rows = register_page(session, register, wanted, _place(cursor), limit + 1)
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    number = REGISTERS[register][1]
    following = None if last is None else encode_cursor(f"{getattr(last, number)}/{last.sub}")
    return period_views(view, shown), following


def period_views(view: type[ViewOf], rows: Sequence[Any]) -> list[ViewOf]:
    """Rows as the interface shows them."""
    return [view.model_validate(plain(row, without=("effect",))) for row in rows]


def _place(cursor: str | None) -> tuple[str, str] | None:
    """Number and subject; no number has a slash."""
    if cursor is None:
        return None
    number, slash, sub = decode_cursor(cursor).partition("/")
    if not slash:
        raise cursor_invalid()
    return number, sub
