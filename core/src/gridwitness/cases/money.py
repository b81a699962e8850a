"""What a case's party owes and paid, in CNY (行政处罚法 2021 Art. 66, 67, 72, 73)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gridwitness.calendars import ClockReading, surcharge
from gridwitness.cases.judging import local_day
from gridwitness.cases.models import DecisionRow, PaymentRow
from gridwitness.rules import StepFact

PAYMENT_CLOCK = "payment"


@dataclass(frozen=True, slots=True)
class Money:
    """`surcharge`: due up to `on`, capped at the fine; `rest`: what is still to be paid of both."""

    fine: Decimal
    paid: Decimal
    surcharge: Decimal
    surcharge_paid: Decimal
    due_on: date | None
    on: date

    @property
    def rest(self) -> Decimal:
        """Fine and surcharge less what was paid; never below zero."""
        owed = self.fine - self.paid + self.surcharge - self.surcharge_paid
        return max(owed, Decimal(0))


def money(
    decision: DecisionRow | None,
    payments: Sequence[PaymentRow],
    clocks: Sequence[ClockReading],
    steps: Sequence[StepFact],
    on: date,
) -> Money | None:
    """The account of a case on a day; None where no fine is in force."""
    if decision is None or decision.fine is None or decision.standing != "in-force":
        return None
    due_on = next((clock.due_on for clock in reversed(clocks) if clock.clock == PAYMENT_CLOCK), None)
    paid = [(local_day(row.paid_at), row.amount) for row in payments]
    added = Decimal(0)
    if due_on is not None:
        added = surcharge(decision.fine, due_on, paid, suspensions(steps), on)
    return Money(
        fine=decision.fine,
        paid=sum((row.amount for row in payments), Decimal(0)),
        surcharge=added,
        surcharge_paid=sum((row.surcharge for row in payments), Decimal(0)),
        due_on=due_on,
        on=on,
    )


def suspensions(steps: Sequence[StepFact]) -> list[tuple[date, date | None]]:
    """Days on which a review or a suit stood: no surcharge runs then (Art. 73)."""
    found: list[tuple[date, date | None]] = []
    for step in steps:
        if step.step == "remedy-start":
            found.append((step.day, None))
        elif step.step == "remedy-end" and found and found[-1][1] is None:
            found[-1] = (found[-1][0], step.day)
    return found
