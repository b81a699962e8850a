"""What a party owes: fine, surcharge, days on which a remedy stood."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

from gridwitness.cases.money import money, suspensions
from gridwitness.rules import StepFact

DUE = date(2026, 4, 13)


@dataclass
class Paid:
    paid_at: datetime
    amount: Decimal
    surcharge: Decimal = Decimal(0)


@dataclass
class Decided:
    fine: Decimal | None = Decimal(1000)
    standing: str = "in-force"


@dataclass
class Read:
    clock: str = "payment"
    due_on: date | None = field(default=DUE)


def at(day: int, month: int = 4) -> datetime:
    return datetime(2026, month, day, 2, tzinfo=UTC)


def step(name: str, day: int) -> StepFact:
    return StepFact(name, at(day), None, {}, (), None, 0, "")


def owed(decision: Any = None, payments: Any = (), steps: Any = (), on: date = date(2026, 4, 23)) -> Any:
    return money(decision or cast(Any, Decided()), payments, cast(Any, [Read()]), steps, on)


def test_nothing_is_owed_without_a_fine_in_force() -> None:
    assert money(None, [], [], [], DUE) is None
    assert owed(Decided(fine=None)) is None
    assert owed(Decided(standing="revoked")) is None


def test_three_per_cent_a_day_up_to_the_fine() -> None:
    assert owed(on=DUE).surcharge == 0
    assert owed(on=date(2026, 4, 14)).surcharge == 30
    assert owed().surcharge == 300
    assert owed(on=date(2027, 4, 13)).surcharge == 1000
    assert owed().rest == 1300


def test_of_part_payments_the_rest_counts_and_is_never_below_zero() -> None:
    half = Paid(at(13), Decimal(500))
    account = owed(payments=[half])
    assert (account.paid, account.surcharge, account.rest) == (500, 150, 650)
    assert owed(payments=[half, Paid(at(14), Decimal(600), Decimal(200))]).rest == 0


def test_a_remedy_stops_the_surcharge() -> None:
    steps = [step("remedy-start", 16), step("remedy-end", 20)]
    assert suspensions(steps) == [(date(2026, 4, 16), date(2026, 4, 20))]
    assert owed(steps=steps).surcharge == 150  # ten days less five
    assert suspensions([step("remedy-start", 16)]) == [(date(2026, 4, 16), None)]
    assert suspensions([step("remedy-end", 20)]) == []
