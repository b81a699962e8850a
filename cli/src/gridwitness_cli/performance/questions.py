"""Options that every question about performance has, and what they ask for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated

import typer
from gridwitness.errors import InvalidInput
from gridwitness.performance import Days, Dictionary, Selection
from gridwitness.performance.periods import days_of
from gridwitness.platform import Platform
from sqlalchemy.orm import Session

from gridwitness_cli.runtime import attached_platform

Agency = Annotated[str | None, typer.Option(help="Default: the founding agency. 机关")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON 输出")]
Month = Annotated[str | None, typer.Option(help="YYYY-MM; default: the last 30 days. 月份")]
First = Annotated[str | None, typer.Option("--from", help="First local day. 起始日")]
Last = Annotated[str | None, typer.Option("--to", help="Last local day. 截止日")]
By = Annotated[str, typer.Option(help="agency, unit, grid, worker, post, matter, channel. 按")]
Of = Annotated[str | None, typer.Option(help="Only of this one. 只看此对象")]


@contextmanager
def asked(
    agency: str | None, month: str | None, first: str | None, last: str | None
) -> Iterator[tuple[Platform, Session, Dictionary, Days, Selection]]:
    """The platform, its transaction, the dictionary in force, the days and whose events are meant."""
    with attached_platform() as platform, platform.transaction() as session:
        performance = platform.performance
        begin, end = (None if text is None else day_named(text) for text in (first, last))
        days = days_of(begin, end, month, performance.today())
        selection = Selection(agency or platform.settings.agency_code, performance.period(days))
        yield platform, session, performance.dictionary(session), days, selection


def day_named(text: str) -> date:
    """The day. Raises InvalidInput `period-invalid`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("period-invalid", f"{text} is no day.", "write YYYY-MM-DD") from None
