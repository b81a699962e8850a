"""The surcharge on a fine that is paid late (行政处罚法 Article 72): 3 % a day, never more than the fine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

RATE = Decimal("0.03")


def surcharge(
    fine: Decimal,
    due_on: date,
    payments: Sequence[tuple[date, Decimal]],
    suspended: Sequence[tuple[date, date | None]],
    on: date,
) -> Decimal:
    """Surcharge (CNY) on `fine` as of day `on`, with what was paid when.

    Every day from the one after `due_on` to the day of payment counts, both included, but for those of
    `suspended` (first and last day; None: still so), Article 73. Of part payments the rest counts. The sum is
    cut to 0.01 yuan.
    """
    total = Decimal(0)
    for start, end, rest in _periods(fine, due_on, payments, on):
        days = (end - start).days + 1
        still = _days_within(suspended, start, end)
        total += rest * RATE * (days - still)
    return min(total, fine).quantize(Decimal("0.01"), ROUND_DOWN)


def _periods(
    fine: Decimal, due_on: date, payments: Sequence[tuple[date, Decimal]], on: date
) -> list[tuple[date, date, Decimal]]:
    """Days (first, last) over which one rest of the fine was owed after it was due."""
    periods, first, rest = [], due_on + timedelta(days=1), fine
    for day, amount in sorted(payments):
        if day > on:
            break
        if day >= first and rest > 0:
            periods.append((first, day, rest))
            first = day + timedelta(days=1)
        rest -= amount
    if on >= first and rest > 0:
        periods.append((first, on, rest))
    return periods


def _days_within(spans: Sequence[tuple[date, date | None]], start: date, end: date) -> int:
    """How many days of [start, end] lie in any of the spans."""
    days = set()
    for first, last in spans:
        day, stop = max(first, start), end if last is None else min(last, end)
        while day <= stop:
            days.add(day)
            day += timedelta(days=1)
    return len(days)
