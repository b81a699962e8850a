"""Steps beside the seven stages: what each changes, once the loop has found it lawful."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gridwitness.events import emergency, links, orders, whistles
from gridwitness.events.beside import Beside, Effect, Mark, Taken, load
from gridwitness.events.whistles import Due
from gridwitness.grids.territory import Territory

__all__ = ["OWN_CLOCKS", "SIDEWAYS", "Beside", "Effect", "Mark", "Taken", "decide", "load", "units_for"]

OWN_CLOCKS = frozenset({orders.REPLY, whistles.CHECK_IN})
"""Clocks an event may have several of: they move by `Mark`, not by the loop's lists."""
SIDEWAYS = frozenset(
    {
        "order_raise",
        "order_reply",
        "order_escalate",
        "order_lift",
        "whistle",
        "check_in",
        "whistle_rate",
        "whistle_end",
        "emergency_report",
        "emergency_assess",
        "emergency_joint",
        "emergency_end",
        "meeting",
        "merge",
        "unmerge",
    }
)


def units_for(beside: Beside, step: str, details: Mapping[str, Any]) -> frozenset[str]:
    """For which units a step of scope `ordered` or `called` may be taken.

    Raises NotFound `order-unknown`, `whistle-unknown`.
    """
    if step == "order_reply":
        return frozenset({orders.order_of(beside, details.get("order")).unit})
    if step == "check_in":
        return frozenset(whistles.whistle_of(beside, details.get("whistle")).called)
    return frozenset()


def decide(
    besides: Mapping[str, Beside], taken: Taken, territory: Territory, due: Due, levels: int
) -> Effect:
    """What a step of `SIDEWAYS` changes; `besides` as after it. `levels`: how many orders have.

    Raises Conflict, Forbidden, InvalidInput, NotFound, and then nothing has changed.
    """
    beside = besides[taken.sub]
    deciding: dict[str, Callable[[], Effect]] = {
        "order_raise": lambda: orders.raised(beside, taken, territory, levels),
        "order_reply": lambda: orders.replied(beside, taken),
        "order_escalate": lambda: orders.escalated(beside, taken, territory, levels),
        "order_lift": lambda: orders.lifted(beside, taken),
        "whistle": lambda: whistles.blown(beside, taken, territory, due),
        "check_in": lambda: whistles.checked_in(beside, taken),
        "whistle_rate": lambda: whistles.rated(beside, taken),
        "whistle_end": lambda: whistles.ended(beside, taken),
        "merge": lambda: links.merged(besides, taken),
        "unmerge": lambda: links.taken_out(besides, taken),
        "meeting": lambda: whistles.met(taken, territory),
    }
    return deciding.get(taken.step, lambda: emergency.moved(taken, territory))()
