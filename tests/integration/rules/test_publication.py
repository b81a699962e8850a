"""Rules on a real platform: published once, read back from their records, proved by the verifier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from gridwitness.calendars import PublishedCalendars, bundled_calendars
from gridwitness.errors import Conflict, InvalidInput, NotFound
from gridwitness.provision import publish_rules
from gridwitness.records import Submission
from gridwitness.rules import PUBLISHED, Rules, VersionRow, bundled
from sqlalchemy import func, select
from support.platform import CITY, RunningPlatform, running_platform
from support.procedure_case import procedure

NEXT = {
    "format": "gridwitness-calendar/1",
    "calendar": "cn",
    "year": 2027,
    "holidays": ["2027-01-01"],
    "workdays": ["2027-01-03"],
    "source": "国务院办公厅关于2027年部分节假日安排的通知",
}


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform(agencies=1) as running:
        yield running


def test_what_a_release_brings_is_published_once_and_read_back(running: RunningPlatform) -> None:
    platform = running.platform
    years = [f"calendar/cn/{document['year']}" for document in bundled_calendars()]
    with platform.transaction() as session:
        rows = platform.rules.versions(session)
        names = {"dispatch/rules", "events/loop", "performance/metrics", "trucks/detection"}
        assert {row.name for row in rows} == {*years, "procedure/general", "procedure/summary", *names}
        assert {row.number for row in rows} == {1}
        assert platform.rules.calendars(session).years[:6] == tuple(range(2021, 2027))
        for name in ("general", "summary"):
            found = platform.rules.current(session, name, date(2026, 11, 27))
            assert found.version == procedure(name).version
            assert platform.rules.procedure(session, found.version) is found
    assert publish_rules(platform, CITY) == []
    running.drain()


def test_an_unknown_version_or_a_day_before_the_law(running: RunningPlatform) -> None:
    with running.platform.transaction() as session:
        for unknown in ("0" * 64, "", "calendar/cn/2026"):
            with pytest.raises(NotFound) as refusal:
                running.platform.rules.procedure(session, unknown)
            assert refusal.value.code == "rules-unknown"
        with pytest.raises(NotFound):
            running.platform.rules.current(session, "general", date(2021, 7, 14))
        with pytest.raises(NotFound):
            running.platform.rules.current(session, "other", date(2026, 1, 1))


def test_an_operator_publishes_and_corrects_a_year(running: RunningPlatform) -> None:
    platform = running.platform
    with platform.transaction() as session:
        assert platform.rules.publish_calendar(session, CITY, NEXT, by=None) == "calendar/cn/2027"
    with platform.transaction() as session:
        assert platform.rules.calendars(session).term_end(date(2026, 12, 31), 1, "working") == date(
            2027, 1, 3
        )
    with pytest.raises(Conflict) as again, platform.transaction() as session:
        platform.rules.publish_calendar(session, CITY, NEXT, by=None)
    assert again.value.code == "rule-unchanged"
    with pytest.raises(InvalidInput) as wrong, platform.transaction() as session:
        platform.rules.publish_calendar(session, CITY, {**NEXT, "year": 2028}, by=None)
    assert wrong.value.code == "calendar-invalid"
    corrected = {**bundled_calendars()[-1], "source": "corrected"}
    with platform.transaction() as session:
        platform.rules.publish_calendar(session, CITY, corrected, by=None)
    assert publish_rules(platform, CITY) == []  # a correction is not undone by the next start


def test_another_jurisdiction_publishes_its_own_versions(running: RunningPlatform) -> None:
    platform, national = running.platform, procedure("general")
    fujian = Rules(platform.acceptance, platform.keystore, "fujian", PublishedCalendars())
    with platform.transaction() as session:
        assert fujian.publish_bundled(session, CITY) == ["procedure/general", "procedure/summary"]
    with platform.transaction() as session:
        current = platform.rules.current(session, "general", date(2026, 11, 27))
        assert current.version == procedure("general", "fujian").version != national.version
        assert current.threshold("hearing.fine", "citizen") == 10_000
        assert platform.rules.procedure(session, national.version).version == national.version
    # Back again: a content may be published a second time, under the next number.
    assert publish_rules(platform, CITY) == ["procedure/general", "procedure/summary"]
    unknown = Rules(platform.acceptance, platform.keystore, "atlantis", PublishedCalendars())
    with pytest.raises(InvalidInput) as refusal, platform.transaction() as session:
        unknown.publish_bundled(session, CITY)
    assert refusal.value.code == "jurisdiction-unknown"


GENERAL = bundled()[0]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"version": 9}, "rule-version"),
        ({"name": "procedure/summary"}, "rule-name"),
        ({"name": "tariff/general"}, "rule-name"),
        ({"effective_from": "2026-02-30"}, "rule-effective"),
        ({"effective_from": "20260201"}, "rule-effective"),
        ({"effective_to": "2021-01-01"}, "rule-effective"),
        ({"content": {**GENERAL, "states": []}}, "procedure-invalid"),
        ({"content": GENERAL}, "rule-unchanged"),
    ],
)
def test_a_wrong_publication_changes_nothing(
    running: RunningPlatform, changed: dict[str, object], code: str
) -> None:
    platform = running.platform
    with platform.transaction() as session:
        number = session.scalar(select(func.max(_numbers("procedure/general")))) or 0
    fields = {
        "name": "procedure/general",
        "version": number + 1,
        "effective_from": "2026-01-01",
        "effective_to": None,
        "content": {**GENERAL, "jurisdiction": "elsewhere"},
        **changed,
    }
    with pytest.raises((InvalidInput, Conflict)) as refusal, platform.transaction() as session:
        _hand_in(running, session, fields)
    assert refusal.value.code == code


def test_a_subject_holds_one_rule(running: RunningPlatform) -> None:
    platform = running.platform
    with platform.transaction() as session:
        other = next(row.sub for row in platform.rules.versions(session) if row.name == "procedure/summary")
    fields = {
        "name": "calendar/cn/2028",
        "version": 1,
        "effective_from": "2028-01-01",
        "effective_to": None,
        "content": {**NEXT, "year": 2028, "holidays": ["2028-01-01"], "workdays": []},
    }
    with pytest.raises(InvalidInput) as refusal, platform.transaction() as session:
        _hand_in(running, session, fields, sub=other)
    assert refusal.value.code == "rule-subject"


def test_nobody_publishes_at_the_door(running: RunningPlatform) -> None:
    officer = running.officer(confirmed=False)
    fields = {
        "name": "procedure/general",
        "version": 9,
        "effective_from": "2026-01-01",
        "effective_to": None,
        "content": GENERAL,
    }
    [outcome] = running.accept(officer.sign(PUBLISHED, fields))
    assert outcome.error is not None and outcome.error.code == "kind-internal"


def _numbers(name: str) -> Any:
    return select(VersionRow.number).where(VersionRow.name == name).subquery().c.number


def _hand_in(running: RunningPlatform, session: Any, fields: dict[str, object], sub: str = "ab" * 16) -> None:
    platform = running.platform
    statement: Submission = platform.acceptance.sign_own(
        session,
        running.log(),
        PUBLISHED,
        sub,
        fields,
        key=platform.keystore.service_key(CITY),
        iss=CITY,
    )
    platform.acceptance.accept_one(session, statement, internal=True)
