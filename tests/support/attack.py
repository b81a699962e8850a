"""Attacks as declarations: what the operator does, whose part it takes, what says so and where.

    @attack("an entry edited", "改写条目", by=DATABASE, found="signatures:signature tree:root", exit_code=1,
            located="jti column")
    def test_entry_edited(target, judge):
        ...
        judge(target.audit(), signatures={"jti": jti, "column": "entry"}, tree={})

The test hands the report to `judge`, which holds it to the declaration; `docs/attacks.md` and the trust
table of `ARCHITECTURE.md` are held to the same declarations.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import pytest
from support.platform import Report

OFFICER = "officer's key"
SERVICE = "service key"
FEED = "feed"
API = "API process"
WORKER = "worker"
DATABASE = "owner of the database"
FILES = "tiles, files on disk"
LOG_KEY = "log key"
ANCHORER = "anchorer's account"
RECORDER = "recorder's account"
PUBLISHER = "publisher's account"
OPERATOR = "operator of the platform"
REGISTRAR = "one registrar's account"
ADMINISTRATOR = "one administrator's account"
CHAIN = "node or operator of the chain"
EVERYTHING = "platform and chain in one hand"
BEARER = "who hands a bundle on"
VERIFIER = "verifier's machine"
TRUST_FILE = "trust.json"
PARTS = (
    OFFICER, SERVICE, FEED, API, WORKER, DATABASE, FILES, LOG_KEY, ANCHORER, RECORDER, PUBLISHER, OPERATOR,
    REGISTRAR, ADMINISTRATOR, CHAIN, EVERYTHING, BEARER, VERIFIER, TRUST_FILE,
)  # fmt: skip
"""Rows of the trust table, by the start of their first cell, in its order."""

UNCONFIRMED = "trust: unconfirmed"
"""Not a check: the heading of every report under a trust file that nobody confirmed
(`found="trust:unconfirmed"`).
"""

Test = TypeVar("Test", bound=Callable[..., None])


@dataclass(frozen=True)
class Finding:
    """A check, the code it gives (None: its result says all) and its result."""

    check: str
    code: str | None
    result: str


@dataclass(frozen=True)
class Attack:
    """One row of `docs/attacks.md`. `located` names members of the report's locations."""

    name: str
    name_zh: str
    by: str
    found: tuple[Finding, ...]
    exit_code: int
    located: frozenset[str]
    helped_by: str | None
    refused: tuple[str, ...]
    said: str | None

    @property
    def checks(self) -> set[str]:
        """Names of the checks that say so, as the trust table spells them."""
        return {UNCONFIRMED if finding.check == "trust" else finding.check for finding in self.found}

    @property
    def undetected(self) -> bool:
        """Nothing refuses it and nothing finds it; at most a check says that it can not."""
        silent = all(one.code is None and one.result in ("claimed", "not evaluated") for one in self.found)
        return self.exit_code == 0 and silent and not self.refused


def attack(
    name: str,
    name_zh: str,
    *,
    by: str,
    exit_code: int,
    found: str = "",
    located: str = "",
    helped_by: str | None = None,
    refused: str = "",
    said: str | None = None,
) -> Callable[[Test], Test]:
    """Declare the attack that a test carries out.

    `found`: `check:code` or `check:code:result`, space between them; the result is `failed` unless given.
    `refused`: codes with which the platform or the contract refuses it. `said`: words that the report has to
    hold, needed where nothing is found or refused.
    """
    assert by in PARTS, by
    parsed = tuple(map(_finding, found.split()))
    declared = Attack(
        name,
        name_zh,
        by,
        parsed,
        exit_code,
        frozenset(located.split()),
        helped_by,
        tuple(refused.split()),
        said,
    )
    assert not declared.undetected or said, f"{name}: what can not be found has to be said"

    def declare(test: Test) -> Test:
        @wraps(test)
        def held(*, judge: Judge, **fixtures: Any) -> None:
            test(judge=judge, **fixtures)
            judge.finish()

        held.attack = declared  # type: ignore[attr-defined]
        return held  # type: ignore[return-value]

    return declare


def _finding(text: str) -> Finding:
    check, code, result, *_ = [*text.split(":"), "", ""]
    return Finding(check, code or None, result.replace("-", " ") or "failed")


class Judge:
    """Holds reports to one declaration; every test has to call it."""

    def __init__(self, declared: Attack) -> None:
        self.declared = declared
        self.called = False
        self._refused: list[str] = []

    def refusal(self, code: str) -> None:
        """The platform or the contract refused the attack with this code."""
        self._refused.append(code)

    def __call__(self, report: Report, **places: dict[str, Any]) -> None:
        """The report says just what is declared; `places`: by check, what one of its locations holds.

        A check of two words is given with an underscore.
        """
        self.called = True
        declared, found = self.declared, {check["name"]: check for check in report.report["checks"]}
        results = {name: check["result"] for name, check in found.items()}
        shown = "\n" + _shown(report)
        assert report.exit_code == declared.exit_code, shown
        assert "trust" not in self._expected() or report.report["trust"]["status"] == "unconfirmed"
        # 1. nothing else fails, nothing declared is silent
        wrong = {name: result for name, result in results.items() if result in ("failed", "disputed")}
        expected = {name: result for name, result in self._expected().items() if name != "trust"}
        assert wrong == {name: r for name, r in expected.items() if r in ("failed", "disputed")}, shown
        assert expected.items() <= results.items(), shown
        for one in declared.found:
            if one.check == "trust":
                continue
            codes = {place["code"] for place in found[one.check]["locations"]}
            assert one.code is None or one.code in codes, (one, codes)
        # 2. where
        for name, place in places.items():
            check = found[name.replace("_", "-")]
            assert any(place.items() <= other.items() for other in check["locations"]), (name, place, shown)
        named = {member for place in places.values() for member in place}
        assert named == declared.located, (named, declared.located)
        # 3. what it says all the same
        if declared.said is not None:
            assert declared.said in _words(report), shown

    def _expected(self) -> dict[str, str]:
        return {one.check: one.result for one in self.declared.found}

    def finish(self) -> None:
        """At the end of the test."""
        assert self.called, "the test never handed a report to judge"
        assert set(self._refused) == set(self.declared.refused), self._refused


def _shown(report: Report) -> str:
    """What a failing test prints: the checks that are not proved, and their places."""
    lines = [f"exit {report.exit_code}"]
    for check in report.report["checks"]:
        if check["result"] != "proved" or check["locations"]:
            lines.append(f"{check['name']}: {check['result']}: {check['reason']}")
            lines += [f"    {json.dumps(place, ensure_ascii=False)}" for place in check["locations"][:6]]
    return "\n".join(lines)


def _words(report: Report) -> str:
    reasons = [f"{check['name']}: {check['result']}: {check['reason']}" for check in report.report["checks"]]
    return "\n".join([*reasons, *report.report["not_shown"], report.report["verdict"]])


@pytest.fixture
def judge(request: pytest.FixtureRequest) -> Judge:
    """The judge of the attack that the test declares."""
    return Judge(request.function.attack)
