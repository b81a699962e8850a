"""疑似 → 人工复核 → 成立 / 排除: who reviews, on what ground, and what a case may lean on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from gridwitness.errors import NotFound
from gridwitness.records import rfc3339
from gridwitness.trucks.filing import filed
from support.case_plays import open_general
from support.case_story import BEGIN, Cast, hire
from support.platform import RunningPlatform, running_platform
from support.truck_findings import changes, finding, register_feed, store_passages
from support.truck_registers import BASICS, enter_all, refusal
from support.truck_review import anomaly_row, file_anomaly, review

STORED = 40
SERIAL = count()
"""Messages nobody has used yet."""


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform(begin=BEGIN) as platform:
        yield platform


@pytest.fixture(scope="module")
def cast(running: RunningPlatform) -> Cast:
    people = hire(running)
    enter_all(people.first, *BASICS)
    register_feed(people.first)
    store_passages(running.platform, BEGIN - timedelta(hours=1), STORED)
    return people


def suspected(running: RunningPlatform, **changed: Any) -> str:
    return file_anomaly(running, next(SERIAL), **changed)


def test_filing_the_same_again_changes_nothing(running: RunningPlatform, cast: Cast) -> None:
    found = finding(next(SERIAL), BEGIN - timedelta(hours=1))
    gone = {**found, "standing": "withdrawn"}
    worse = {**found, "level": "serious"}
    states = []
    for each, written in ((found, 1), (found, 0), (gone, 1), (gone, 0), (found, 1), (worse, 1)):
        with running.platform.transaction() as session:
            assert running.platform.filing.file(session, changes(each)) == written
        row = anomaly_row(running, key=found["key"])
        states.append((row.state, row.level))
    event = ("suspected", "event")
    assert states == [
        event,
        event,
        ("withdrawn", "event"),
        ("withdrawn", "event"),
        event,
        ("suspected", "serious"),
    ]
    assert row.carrier == "C1" and row.assurance == "network" and row.device_standing == "unreviewed"
    assert row.reason["zh"] == "不在核准的运输时间内：卡口 K1；当地时间 12:00。"


def test_a_finding_rests_on_stored_facts_only(running: RunningPlatform, cast: Cast) -> None:
    with pytest.raises(NotFound) as error, running.platform.transaction() as session:
        running.platform.filing.file(session, changes(finding(10**6, BEGIN)))
    assert error.value.code == "input-unknown"


def test_what_is_filed_comes_back_as_it_was_handed_in(running: RunningPlatform, cast: Cast) -> None:
    at = BEGIN - timedelta(minutes=3, microseconds=1)
    sub = suspected(running, at=at, measured='{"a":"1","b":"京"}')
    with running.platform.transaction() as session:
        rows = filed(session, ["TIME_WIN"], ["浙A12345"], at, at).rows(named=True)
        assert filed(session, ["TIME_WIN"], ["浙A99999"], at, at).is_empty()
    assert [(row["sub"], row["at"], row["measured"], row["standing"]) for row in rows] == [
        (sub, at, '{"a":"1","b":"京"}', "suspected")
    ]


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        (["officer"], None), (["checker"], None), (["duty_chief"], None), (["legal_reviewer"], None),
        (["administrator"], "review-role"), (["police_node"], "review-role"), (["auditor"], "review-role"),
        (["grid_worker"], "review-role"), ([], "review-role"),
    ],
)  # fmt: skip
def test_who_may_review(running: RunningPlatform, cast: Cast, roles: list[str], code: str | None) -> None:
    sub = suspected(running)
    assert refusal(review(running.officer(roles=roles), sub, "excluded")) == code
    assert anomaly_row(running, sub=sub).state == ("suspected" if code else "excluded")


def test_one_claimed_source_alone_upholds_nothing(running: RunningPlatform, cast: Cast) -> None:
    sub = suspected(running)
    assert refusal(review(cast.first, sub, "upheld", second_source=None)) == "review-single-source"
    assert refusal(review(cast.first, sub, "upheld", second_source="  ")) == "fields"
    assert refusal(review(cast.first, sub, "upheld", reason=" ")) == "fields"
    assert refusal(review(cast.first, sub, "excluded", second_source=None)) is None
    assert refusal(review(cast.first, sub, "upheld")) is None


def test_mutual_tls_is_no_claim(running: RunningPlatform, cast: Cast) -> None:
    register_feed(cast.first, "tls", "mutual-tls")
    at = BEGIN - timedelta(hours=2)
    store_passages(running.platform, at, 1, "tls")
    sub = file_anomaly(running, 0, feed="tls", at=at)
    assert anomaly_row(running, sub=sub).assurance == "mutual-tls"
    assert refusal(review(cast.first, sub, "upheld", second_source=None)) is None


def test_a_review_is_of_what_the_anomaly_says_now(running: RunningPlatform, cast: Cast) -> None:
    serial = next(SERIAL)
    sub = file_anomaly(running, serial)
    before = anomaly_row(running, sub=sub).entry
    assert file_anomaly(running, serial, level="serious") == sub
    assert refusal(review(cast.first, sub, "upheld", entry=before)) == "anomaly-moved"
    assert refusal(review(cast.first, sub, "upheld")) is None
    assert refusal(review(cast.first, sub, "upheld")) == "anomaly-reviewed"
    assert refusal(review(cast.second, sub, "excluded")) is None
    assert anomaly_row(running, sub=sub).state == "excluded"


def test_ground_that_went_takes_the_anomaly_but_no_review(running: RunningPlatform, cast: Cast) -> None:
    serial, other = next(SERIAL), next(SERIAL)
    sub = file_anomaly(running, serial)
    assert file_anomaly(running, serial, standing="withdrawn") == sub
    assert refusal(review(cast.first, sub, "upheld")) == "anomaly-withdrawn"
    reviewed = file_anomaly(running, other)
    assert refusal(review(cast.first, reviewed, "upheld")) is None
    assert file_anomaly(running, other, standing="withdrawn") == reviewed
    row = anomaly_row(running, sub=reviewed)
    assert (row.state, row.grounds) == ("upheld", "withdrawn")
    assert refusal(review(cast.second, reviewed, "excluded")) is None


def test_only_an_upheld_anomaly_opens_a_case(running: RunningPlatform, cast: Cast) -> None:
    at = running.clock.now().replace(microsecond=0) - timedelta(hours=1)
    sub = suspected(running, at=at)
    clue = {
        "source": "checkpoint",
        "device": "330100000011900000K1",
        "captured_at": rfc3339(at),
        "anomaly": sub,
    }
    assert opened(running, cast, clue | {"anomaly": "f" * 32}) == "anomaly-unknown"
    assert opened(running, cast, clue | {"anomaly": "x"}) == "anomaly-unknown"
    assert opened(running, cast, clue) == "anomaly-not-upheld"
    assert refusal(review(cast.first, sub, "upheld")) is None
    assert opened(running, cast, clue | {"device": "another"}) == "anomaly-device"
    assert opened(running, cast, clue | {"captured_at": rfc3339(at + timedelta(minutes=1))}) == "anomaly-time"
    assert opened(running, cast, clue) is None
    assert refusal(review(cast.second, sub, "excluded")) == "anomaly-in-case"


def test_an_agency_s_own_word_is_taken_as_its_newest_record_says(
    running: RunningPlatform, cast: Cast
) -> None:
    fields = {
        "rule": "TIME_WIN", "rule_version": "1", "plate": None, "plate_color": None, "checkpoint": "K1",
        "occurred_at": rfc3339(running.clock.now()), "state": "suspected", "reason": "…", "inputs": [],
        "files": [],
    }  # fmt: skip
    feed = running.officer()
    feed.key = running.platform.keystore.service_key(feed.agency)
    first = feed.sign("truck.anomaly.v1", fields)
    assert running.accept(first)[0].error is None
    clue = {"source": "patrol", "anomaly": first.claims.sub}
    assert opened(running, cast, clue) == "anomaly-not-upheld"
    place = {"sub": first.claims.sub, "seq": 1, "prev": first.digest}
    assert (
        running.accept(feed.sign("truck.anomaly.v1", {**fields, "state": "upheld"}, **place))[0].error is None
    )
    assert opened(running, cast, clue) is None


def opened(running: RunningPlatform, cast: Cast, clue: dict[str, Any]) -> str | None:
    """What a clue is refused with; None where the case is open."""
    try:
        open_general(running, cast, **clue)
    except AssertionError:
        raise
    except Exception as error:
        return str(getattr(error, "code", error))
    return None


def test_anomalies_and_reviews_are_proved_by_the_audit(running: RunningPlatform, cast: Cast) -> None:
    running.drain()
    running.audit().require_proved()
