"""One step as rows follow from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..procedure.facts import Hidden
from .course import Placed


@dataclass(frozen=True, slots=True)
class Turn:
    """`at` and `actor` in the text form of rows."""

    placed: Placed
    said: Callable[[str], Any]
    at: str | None
    actor: str | None


def turn_of(placed: Placed) -> Turn:
    """What a step gives to rows."""
    fact = placed.fact
    return Turn(placed, fact.said, time_text(fact.occurred_at), plain_text(fact.actor))


def time_text(moment: datetime | Hidden | None) -> str | None:
    """A time as rows have it."""
    if moment is None or isinstance(moment, Hidden):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain_text(value: Any) -> str | None:
    """A number or text as rows have it."""
    return None if value is None or isinstance(value, Hidden) else str(value)
