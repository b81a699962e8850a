"""What a procedure judges: the steps a case has, the step that is tried, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from gridwitness.errors import Unavailable

LOCAL = ZoneInfo("Asia/Shanghai")
"""The law's days are days of this zone, whatever zone a deployment shows (`docs/format.md` section 15)."""

TermEnd = Callable[[date, int, str], date]
"""(first day, n, `working` or `calendar`) → last day of the term. Raises CalendarUnpublished."""

RefusalKind = Literal["state", "role", "fields", "requirement", "unknown"]
"""`unknown`: a requirement of which nobody can say whether it holds, so the platform refuses."""


class CalendarUnpublished(Unavailable):
    """A day of a year whose calendar nobody has published: an error, never a guess."""

    @classmethod
    def of(cls, year: int) -> CalendarUnpublished:
        """The refusal that names the year, in its context too."""
        return cls(
            "calendar-unpublished",
            f"The working days of {year} are not published. {year} 年工作日历尚未发布。",
            "publish the calendar of that year, as the State Council announced it",
            year=year,
        )

    @property
    def year(self) -> int:
        """The year nobody has published."""
        year = self.context["year"]
        assert isinstance(year, int)
        return year


@dataclass(frozen=True, slots=True)
class StepFact:
    """One step of a case, as its record says. `officers` and `signer` are account ids."""

    step: str
    occurred_at: datetime
    outcome: str | None
    details: Mapping[str, Any]
    officers: tuple[str, ...]
    signer: str | None
    seq: int
    jti: str

    @property
    def day(self) -> date:
        """The local day on which it took place."""
        return self.occurred_at.astimezone(LOCAL).date()


@dataclass(frozen=True, slots=True)
class DeviceReview:
    """One review of a device (APL-41): `legal` or `technical`."""

    device: str
    review: str
    outcome: str
    valid_from: datetime
    valid_to: datetime


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What is known when a step is tried. `steps` in the order of the case.

    `qualified`: accounts that hold the qualification the step asks for at its time; None = not known.
    """

    steps: tuple[StepFact, ...] = ()
    device_reviews: tuple[DeviceReview, ...] = ()
    qualified: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """The step that is tried, the signer's roles, and which of the personal fields are filled."""

    fact: StepFact
    roles: frozenset[str]
    files: int = 0
    has_party: bool = False
    has_place: bool = False
    has_facts: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a step is not lawful, with the article that says so."""

    kind: RefusalKind
    rule: str
    article: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a step is lawful, and the state it leads to (the present one where it is refused)."""

    allowed: bool
    state_after: str
    refusals: tuple[Refusal, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Option:
    """A step that the state and a role allow; `refusals` = what still stands in its way."""

    step: str
    zh: str
    en: str
    refusals: tuple[Refusal, ...] = field(default=())
