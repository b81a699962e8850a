"""Steps beside the seven stages: what each changes, once the loop has found it lawful."""

from __future__ import annotations

from collections.abc import Mapping
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
    match taken.step:
        case "order_raise":
            return orders.raised(beside, taken, territory, levels)
        case "order_reply":
            return orders.replied(beside, taken)
        case "order_escalate":
            return orders.escalated(beside, taken, territory, levels)
        case "order_lift":
            return orders.lifted(beside, taken)
        case "whistle":
            return whistles.blown(beside, taken, territory, due)
        case "check_in":
            return whistles.checked_in(beside, taken)
        case "whistle_rate":
            return whistles.rated(beside, taken)
        case "whistle_end":
            return whistles.ended(beside, taken)
        case "merge":
            return links.merged(besides, taken)
        case "unmerge":
            return links.taken_out(besides, taken)
        case "meeting":
            whistles.check_units(taken.details["units"], territory)
            return Effect()
    return emergency.moved(taken, territory)
