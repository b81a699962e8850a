"""加处罚款 (APL-72/73): three per cent a day, capped, on the rest, and not while a remedy lasts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from gridwitness.calendars import surcharge
from gridwitness.errors import InvalidInput
from hypothesis import given
from hypothesis import strategies as st

DAY = timedelta(days=1)
DUE = date(2026, 3, 16)
FINES = st.decimals("0.01", "1000000", places=2)
SPANS = st.integers(-20, 60)


def _spans(draw: st.DrawFn) -> list[tuple[date, date | None]]:
    begins = draw(st.lists(st.tuples(SPANS, st.integers(0, 20)), max_size=3))
    return [(DUE + DAY * begin, DUE + DAY * (begin + length)) for begin, length in begins]


@st.composite
def debts(draw: st.DrawFn) -> tuple[Decimal, list[tuple[date, Decimal]], list[tuple[date, date | None]]]:
    fine = draw(FINES)
    payments = draw(st.lists(st.tuples(SPANS, st.decimals("0", str(fine), places=2)), max_size=4))
    return fine, [(DUE + DAY * day, amount) for day, amount in payments], _spans(draw)


def _by_day(
    fine: Decimal,
    payments: list[tuple[date, Decimal]],
    suspended: list[tuple[date, date | None]],
    on: date,
) -> Decimal:
    """The law, day by day: the oracle."""
    total, day = Decimal(0), DUE + DAY
    while day <= on:
        rest = fine - sum((amount for paid, amount in payments if paid < day), Decimal(0))
        standing = any(since <= day and (until is None or day <= until) for since, until in suspended)
        if rest > 0 and not standing:
            total += rest * 3 / 100
        day += DAY
    return Decimal(int(min(total, fine) * 100)) / 100


@given(debts(), SPANS)
def test_it_is_what_the_law_says_day_by_day(debt: tuple, days: int) -> None:
    fine, payments, suspended = debt
    on = DUE + DAY * days
    assert surcharge(fine, DUE, payments, suspended, on) == _by_day(fine, payments, suspended, on)


@given(debts(), SPANS, st.integers(0, 60))
def test_it_grows_with_the_days_is_capped_and_zero_before_the_due_day(
    debt: tuple, days: int, more: int
) -> None:
    fine, payments, suspended = debt
    on = DUE + DAY * days
    owed = surcharge(fine, DUE, payments, suspended, on)
    assert 0 <= owed <= surcharge(fine, DUE, payments, suspended, on + DAY * more) <= fine
    if days <= 0:
        assert owed == 0


@given(FINES, st.integers(1, 40), st.integers(1, 40), st.integers(0, 100), SPANS)
def test_paying_part_of_it_earlier_never_costs_more(
    fine: Decimal, first: int, second: int, share: int, days: int
) -> None:
    early, late = sorted([DUE + DAY * first, DUE + DAY * second])
    part = (fine * share / 100).quantize(Decimal("0.01"))
    on = DUE + DAY * days
    at_once = surcharge(fine, DUE, [(late, fine)], [], on)
    split = surcharge(fine, DUE, [(early, part), (late, fine - part)], [], on)
    assert split <= at_once


@given(FINES, st.integers(0, 30), st.integers(0, 30), SPANS)
def test_a_remedy_takes_its_days_out(fine: Decimal, begin: int, length: int, days: int) -> None:
    since = DUE + DAY * (1 + begin)
    on = DUE + DAY * days
    stood = [since + DAY * i for i in range(length + 1) if since + DAY * i <= on]
    shortened = surcharge(fine, DUE, [], [], on - DAY * len(stood))
    assert surcharge(fine, DUE, [], [(since, since + DAY * length)], on) == shortened


GOLDEN = [
    ("1000", 1, [], [], "30.00"),
    ("1000", 10, [], [], "300.00"),
    ("1000", 33, [], [], "990.00"),
    ("1000", 34, [], [], "1000.00"),  # 1 020, capped at the fine
    ("1000", 10, [(5, "500")], [], "225.00"),  # five days on 1 000, five on 500
    ("1000", 10, [(0, "1000")], [], "0.00"),
    ("1000", 10, [(1, "1000")], [], "30.00"),  # the day of payment counts
    ("1000", 10, [], [(3, 5)], "210.00"),
    ("1000", 10, [], [(3, None)], "60.00"),
    ("1000", 10, [], [(3, 5), (4, 6)], "180.00"),  # overlapping remedies count once
    ("0.33", 1, [], [], "0.00"),  # cut, never rounded up
    ("333.33", 1, [], [], "9.99"),
]


@pytest.mark.parametrize(("fine", "days", "payments", "suspended", "owed"), GOLDEN)
def test_worked_examples(fine: str, days: int, payments: list, suspended: list, owed: str) -> None:
    found = surcharge(
        Decimal(fine),
        DUE,
        [(DUE + DAY * day, Decimal(amount)) for day, amount in payments],
        [(DUE + DAY * a, None if b is None else DUE + DAY * b) for a, b in suspended],
        DUE + DAY * days,
    )
    assert str(found) == owed


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(InvalidInput) as refusal:
        surcharge(Decimal(1), DUE, [(DUE, Decimal(-1))], [], DUE)
    assert refusal.value.code == "surcharge-amount"
