"""What a question about performance asks for: whose events, in which days, and whether one may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query
from gridwitness.errors import InvalidInput
from gridwitness.members import Actor
from gridwitness.performance import Days, Dictionary, Performance, Selection
from gridwitness.performance.access import Sight, sight
from gridwitness.performance.periods import days_of
from gridwitness.platform import Platform
from gridwitness.records import rfc3339
from sqlalchemy.orm import Session

from gridwitness_api.parameters import DATE_FORM, TEXT_FORM, AgencyQuery

_MONTH_FORM = r"^[0-9]{4}-[0-9]{2}$"
_DayQuery = Annotated[str | None, Query(pattern=DATE_FORM, description="当地日 Local day, YYYY-MM-DD")]
_WordQuery = Annotated[str | None, Query(min_length=1, max_length=64, pattern=TEXT_FORM)]


@dataclass(frozen=True, slots=True)
class Asked:
    """The answerable part of a question."""

    performance: Performance
    dictionary: Dictionary
    sight: Sight
    days: Days
    selection: Selection

    def head(self) -> dict[str, Any]:
        """What every answer begins with."""
        period = self.selection.period
        return {
            "agency": self.selection.agency,
            "period_from": rfc3339(period.begins),
            "period_to": rfc3339(period.ends),
            "metrics": self.dictionary.version,
        }


@dataclass(frozen=True, slots=True)
class Question:
    """The query parameters that every question has."""

    agency: str | None
    first: str | None
    last: str | None
    month: str | None
    grid: str | None
    matter: str | None
    channel: str | None

    def answerable(self, platform: Platform, session: Session, actor: Actor) -> Asked:
        """Raises Forbidden `role-missing`; InvalidInput `period-invalid`; NotFound `grid-unknown`."""
        agency = self.agency or actor.agency
        territory = platform.territories.at(session)
        seen = sight(actor, agency, territory)
        performance = platform.performance
        days = days_of(_day(self.first), _day(self.last), self.month, performance.today())
        below = None if self.grid is None else territory.below(territory.grid(self.grid).number)
        selection = Selection(
            agency,
            performance.period(days),
            seen.narrowed(below),
            None if self.matter is None else (self.matter,),
            None if self.channel is None else (self.channel,),
        )
        return Asked(performance, performance.dictionary(session), seen, days, selection)


def question(
    agency: AgencyQuery = None,
    first: Annotated[_DayQuery, Query(alias="from")] = None,
    last: Annotated[_DayQuery, Query(alias="to")] = None,
    month: Annotated[
        str | None, Query(pattern=_MONTH_FORM, description="月份 Month, YYYY-MM; default: the last 30 days")
    ] = None,
    grid: Annotated[_WordQuery, Query(description="此网格及以下 In this grid and below")] = None,
    matter: Annotated[_WordQuery, Query(description="事项 Of this matter")] = None,
    channel: Annotated[_WordQuery, Query(description="来源渠道 From this channel")] = None,
) -> Question:
    """A question, from its query parameters."""
    return Question(agency, first, last, month, grid, matter, channel)


QuestionHere = Annotated[Question, Depends(question)]


def _day(text: str | None) -> date | None:
    return None if text is None else day_named(text)


def day_named(text: str) -> date:
    """The day. Raises InvalidInput `period-invalid`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("period-invalid", f"{text} is no day.", "write YYYY-MM-DD") from None
