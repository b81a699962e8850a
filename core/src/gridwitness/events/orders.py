"""Supervision orders 督办: raised, replied to, escalated level by level, lifted."""

from __future__ import annotations

from gridwitness.errors import Conflict, InvalidInput, NotFound
from gridwitness.events.beside import Beside, Effect, Mark, Order, Taken
from gridwitness.events.models import OrderRow
from gridwitness.grids.territory import Territory
from gridwitness.records import change, put_new

REPLY = "reply"


def order_of(beside: Beside, number: object) -> Order:
    """An order of the event. Raises NotFound `order-unknown`."""
    order = beside.orders.get(number) if isinstance(number, int) else None
    if order is None:
        raise NotFound("order-unknown", f"The event has no order {number}.", "see its orders")
    return order


def raised(beside: Beside, taken: Taken, territory: Territory, levels: int) -> Effect:
    """A new order; a unit has one open order for an event at a time."""
    level, unit = taken.details["level"], taken.details["unit"]
    _check_level(level, 1, levels)
    territory.unit(unit)
    for order in beside.orders.values():
        if order.state == "open" and order.unit == unit:
            raise Conflict(
                "order-open",
                f"Unit {unit} has order {order.number} of this event to reply to.",
                "escalate or lift that one",
                order=order.number,
            )
    number = max(beside.orders, default=0) + 1
    beside.orders[number] = Order(number, level, unit, "open")
    row = put_new(
        OrderRow,
        sub=taken.sub,
        number=number,
        level=level,
        unit=unit,
        reason=taken.details["reason"],
        automatic=taken.actor is None,
        raised_at=taken.at,
        state="open",
    )
    return Effect([row], marks=[Mark("start", REPLY, unit, number)])


def replied(beside: Beside, taken: Taken) -> Effect:
    """The unit's reply."""
    order = order_of(beside, taken.details["order"])
    if order.state != "open":
        raise _settled(order)
    order.state = "replied"
    row = change(OrderRow, _key(taken, order), replied_at=taken.at, state="replied")
    return Effect([row], marks=[Mark("end", REPLY, order.unit, order.number)])


def escalated(beside: Beside, taken: Taken, territory: Territory, levels: int) -> Effect:
    """A higher level, to a unit that has to reply now, whether or not the one before it did."""
    order = order_of(beside, taken.details["order"])
    level, unit = taken.details["level"], taken.details["unit"]
    if order.state == "lifted":
        raise _settled(order)
    _check_level(level, order.level + 1, levels)
    territory.unit(unit)
    dropped = [Mark("drop", REPLY, order.unit, order.number)] if order.state == "open" else []
    order.level, order.unit, order.state = level, unit, "open"
    row = change(OrderRow, _key(taken, order), level=level, unit=unit, replied_at=None, state="open")
    return Effect([row], marks=[*dropped, Mark("start", REPLY, unit, order.number)])


def lifted(beside: Beside, taken: Taken) -> Effect:
    """The end of an order."""
    order = order_of(beside, taken.details["order"])
    if order.state == "lifted":
        raise _settled(order)
    dropped = [Mark("drop", REPLY, order.unit, order.number)] if order.state == "open" else []
    order.state = "lifted"
    row = change(OrderRow, _key(taken, order), lifted_at=taken.at, state="lifted")
    return Effect([row], marks=dropped)


def next_rung(
    level: int, unit: str, territory: Territory, centre: str, levels: int
) -> tuple[int, str] | None:
    """Level and unit an order goes to next; None: it is at the top.

    The unit above; without one the command centre, and where that is it already, the unit stays.
    """
    if level >= levels:
        return None
    above = territory.units_above(unit)[1:] if unit in territory.units else ()
    return level + 1, above[0] if above else centre or unit


def _key(taken: Taken, order: Order) -> dict[str, object]:
    return {"sub": taken.sub, "number": order.number}


def _check_level(level: int, least: int, most: int) -> None:
    if not least <= level <= most:
        raise InvalidInput("order-level", f"Level {level} is not one of {least} … {most}.", None)


def _settled(order: Order) -> Conflict:
    return Conflict("order-state", f"Order {order.number} is {order.state}.", None, state=order.state)
