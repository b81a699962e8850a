"""加处罚款: what an unpaid fine costs (行政处罚法 2021 Art. 72 and 73)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_DOWN, Decimal, localcontext

from gridwitness.calendars.calendars import ONE_DAY, Suspension
from gridwitness.errors import InvalidInput

RATE = Decimal("0.03")
"""Three per cent a day (APL-72); a procedure has it as threshold `surcharge.rate`."""
FEN = Decimal("0.01")
_DIGITS = 60


def surcharge(
    fine: Decimal,
    due_on: date,
    payments: Sequence[tuple[date, Decimal]],
    suspended: Sequence[Suspension],
    on: date,
    *,
    rate: Decimal = RATE,
) -> Decimal:
    """Yuan owed on top of the fine at the end of the day `on`: never more than the fine, cut to the fen.

    `payments`: day and amount of what was paid of the fine; the day of payment still counts in full.
    `suspended`: days of reconsideration or suit, both ends included, on which nothing is added.
    Raises InvalidInput `surcharge-amount` where an amount is negative.
    """
    if min([fine, rate, *(amount for _, amount in payments)]) < 0:
        raise InvalidInput("surcharge-amount", "A fine or a payment is negative.", None)
    with localcontext(prec=_DIGITS):
        total, rest, begun = Decimal(0), fine, due_on + ONE_DAY
        for day, amount in [*sorted(payments), (on, Decimal(0))]:
            if day >= on:
                break
            total += rest * rate * _counted(begun, day, suspended)
            rest, begun = max(rest - amount, Decimal(0)), max(begun, day + ONE_DAY)
        total += rest * rate * _counted(begun, on, suspended)
        return min(total, fine).quantize(FEN, ROUND_DOWN)


def _counted(first: date, last: date, suspended: Sequence[Suspension]) -> int:
    """Days from `first` to `last`, both included, that are in no suspension."""
    if last < first:
        return 0
    counted = (last - first).days + 1
    standing = first
    for since, until in sorted(suspended, key=lambda pair: pair[0]):
        begin, end = max(since, standing), last if until is None else min(until, last)
        if begin <= end:
            counted -= (end - begin).days + 1
            standing = end + ONE_DAY
    return counted
