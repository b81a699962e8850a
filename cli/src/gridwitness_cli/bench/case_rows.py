"""A hundred thousand invented cases, loaded past the guard: for lists only, never for what is verified."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from gridwitness.cases.models import CaseOfficerRow, CaseRow

from gridwitness_cli.bench.stage import AGENCY, Stage
from gridwitness_cli.bench.unguarded import NO_EFFECT, copy_rows, unguarded

OFFICERS, ARTICLES = 200, 60
_OPEN_SHARE = 0.3
"""Of all cases: the rest is closed, and has nothing due."""
_STATES = ("inquiry", "reported", "proposed", "notified", "heard", "reviewed", "decided", "served")
_CLOCKS = (("decision", "APL-60"), ("filing", "MOH-15"), ("service", "APL-61"), ("payment", "APL-67"))
_TABLES = (CaseRow, CaseOfficerRow)


@dataclass(frozen=True, slots=True)
class InventedCases:
    """What there is to ask for."""

    count: int
    officers: tuple[UUID, ...]
    articles: tuple[str, ...]
    today: date


def load_cases(stage: Stage, count: int, seed: int = 4) -> InventedCases:
    """COPY `count` cases into the throw-away database; the same rows at every run of a day.

    The guard lets no such row through, so it is switched off meanwhile, as only the server's own superuser
    can. From here on nothing in this database may be audited.
    """
    drawn = random.Random(seed)  # noqa: S311 - sample data, no secret
    officers = tuple(UUID(int=drawn.getrandbits(128), version=4) for _ in range(OFFICERS))
    articles = tuple(f"城市市容和环境卫生管理条例第{number}条" for number in range(1, ARTICLES + 1))
    invented = InventedCases(count, officers, articles, stage.platform.clock.now().date())
    cases = list(_cases(invented, drawn))
    with unguarded(stage, _TABLES) as superuser:
        copy_rows(superuser, CaseRow, cases)
        copy_rows(superuser, CaseOfficerRow, _officers(cases, officers, drawn))
    return invented


def _cases(invented: InventedCases, drawn: random.Random) -> Iterator[dict[str, Any]]:
    """Over five years, a third of them open; what is due lies within three months around today."""
    nothing = dict.fromkeys(column.name for column in CaseRow.__table__.columns)
    first_year = invented.today.year - 4
    for number in range(invented.count):
        year = first_year + number % 5
        opened = datetime(year, 1 + drawn.randrange(12), 1 + drawn.randrange(28), 1, tzinfo=UTC)
        clock, rule = drawn.choice(_CLOCKS)
        is_open = drawn.random() < _OPEN_SHARE
        due = invented.today + timedelta(days=drawn.randrange(-20, 70)) if is_open else None
        yield nothing | {
            "sub": f"{drawn.getrandbits(128):032x}",
            "log": AGENCY,
            "agency": AGENCY,
            "procedure": drawn.choice(("general", "summary")),
            "rules": 64 * "0",
            # Numbers of their own, beside those of the real cases of this year.
            "year": year,
            "number": 1_000_000 + number // 5,
            "state": drawn.choice(_STATES) if is_open else "closed",
            "milestone": "inquiry" if is_open else "closure",
            "party_kind": drawn.choice(("citizen", "organisation")),
            "matter": "擅自占用城市道路堆放物品",
            "article": drawn.choice(invented.articles),
            "source": "patrol",
            "district": f"{330102 + drawn.randrange(10)}",
            "lead": drawn.choice(invented.officers),
            "opened_at": opened,
            "filed_at": opened + timedelta(days=2),
            "closed_at": None if is_open else opened + timedelta(days=60),
            "next_due_on": due,
            "next_due_clock": clock if is_open else None,
            "next_due_rule": rule if is_open else None,
            "effect": NO_EFFECT,
        }


def _officers(
    cases: list[dict[str, Any]], officers: tuple[UUID, ...], drawn: random.Random
) -> Iterator[dict[str, Any]]:
    """Two for each case: who leads it, and another."""
    for case in cases:
        other = drawn.choice(officers)
        for account in {case["lead"], other}:
            yield {
                "sub": case["sub"],
                "account": account,
                "part": "investigator",
                "recused": False,
                "since": 0,
                "effect": NO_EFFECT,
            }
