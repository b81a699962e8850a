"""Lists of cases over HTTP, beside the bare SQL of the same pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

import psycopg
from gridwitness.cases.models import CaseRow
from psycopg import sql

from gridwitness_cli.bench.case_rows import InventedCases, load_cases
from gridwitness_cli.bench.http_reading import Reader
from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.stage import AGENCY, Stage

REQUESTS = 32
"""Of each kind in a round: so many pages read on, so many officers, so many articles."""
PAGE = 50
_DUE = "agency = %(agency)s AND next_due_on IS NOT NULL"
_ORDER = f"ORDER BY next_due_on, sub LIMIT {PAGE}"
_BY_DUE = f"{_DUE} AND (next_due_on, sub) > (%(due)s, %(sub)s) {_ORDER}"
_BY_ARTICLE = f"{_DUE} AND article = %(article)s {_ORDER}"
_HERS = "sub = ANY(ARRAY(SELECT sub FROM cases.officer WHERE account = %(officer)s))"
"""As an array: with IN the planner walks all cases by due date, which takes three times as long."""
_BY_OFFICER = f"{_DUE} AND {_HERS} {_ORDER}"


@dataclass(slots=True)
class _Mix:
    """One kind of list; seconds of each request, over all rounds."""

    ours: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)


def list_rows(stage: Stage, count: int, rounds: int) -> list[Measurement]:
    """Load `count` cases and read lists of them, ours and the bare SQL in turns. Nothing is audited after."""
    invented = load_cases(stage, count)
    mixes = {"due date / 按期限": _Mix(), "officer / 按办案人员": _Mix(), "article / 按条款": _Mix()}
    with Reader(stage.ports[0], stage.token) as reader, psycopg.connect(stage.parts.urls.app) as plain:
        asking = _Asking(reader, plain, invented)
        steps = (asking.due_dates, asking.officers, asking.articles)
        for warm in (True, *[False] * rounds):
            for mix, step in zip(mixes.values(), steps, strict=True):
                step(_Mix() if warm else mix)
    return [row for name, mix in mixes.items() for row in _rows(name, count, mix)]


def _rows(name: str, count: int, mix: _Mix) -> Iterator[Measurement]:
    what = f"list of {count:,} cases by {name}"
    beside = "bare SQL of the same page"
    yield Measurement(what, median(mix.ours) * 1000, "ms", beside, median(mix.beside) * 1000)
    yield Measurement(f"{what}, p99", _p99(mix.ours) * 1000, "ms", beside, _p99(mix.beside) * 1000)


def _p99(seconds: list[float]) -> float:
    return quantiles(seconds, n=100)[98] if len(seconds) > 1 else seconds[0]


class _Asking:
    """The same pages from both sides, one right after the other."""

    def __init__(self, reader: Reader, plain: psycopg.Connection, invented: InventedCases) -> None:
        self._reader = reader
        self._plain = plain
        self._invented = invented
        columns = [column.name for column in CaseRow.__table__.columns if column.name != "effect"]
        self._select = sql.SQL("SELECT {} FROM cases.case_file WHERE ").format(
            sql.SQL(", ").join(map(sql.Identifier, columns))
        )

    def due_dates(self, mix: _Mix) -> None:
        """Page after page, as somebody reads on."""
        cursor: str | None = None
        due, sub = "-infinity", ""
        for _ in range(REQUESTS):
            page = self._ask(mix, {} if cursor is None else {"cursor": cursor})
            self._ask_plainly(mix, _BY_DUE, due=due, sub=sub)
            if (cursor := page["next"]) is None:
                break
            due, sub = page["items"][-1]["next_due_on"], page["items"][-1]["sub"]
            if due is None:
                break

    def officers(self, mix: _Mix) -> None:
        """The first page of one officer after another."""
        for officer in self._invented.officers[:REQUESTS]:
            self._ask(mix, {"officer": str(officer)})
            self._ask_plainly(mix, _BY_OFFICER, officer=officer)

    def articles(self, mix: _Mix) -> None:
        """The first page of one article after another."""
        for article in self._invented.articles[:REQUESTS]:
            self._ask(mix, {"article": article})
            self._ask_plainly(mix, _BY_ARTICLE, article=article)

    def _ask(self, mix: _Mix, given: dict[str, str]) -> Any:
        query = urlencode({"agency": AGENCY, "limit": PAGE, **given})
        seconds, page = self._reader.get_json(f"/api/v1/cases?{query}")
        mix.ours.append(seconds)
        return page

    def _ask_plainly(self, mix: _Mix, where: str, **given: object) -> None:
        query = self._select + sql.SQL(where)
        seconds = _timed(lambda: self._plain.execute(query, {"agency": AGENCY, **given}).fetchall())
        self._plain.commit()
        mix.beside.append(seconds)


def _timed(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return time.perf_counter() - began
