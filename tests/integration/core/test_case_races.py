"""Numbers without gap whoever files at once, batches, and what remains of a case when a name is erased."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from gridwitness.cases import CaseFilter
from gridwitness_evidence import Record, parse_presentation
from support.case_plays import COMPANY, DRIVER, open_general
from support.case_story import BEGIN, Cast, Story, hire
from support.platform import CITY, RunningPlatform, running_platform

DAY = 24 * 3600


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform(begin=BEGIN, retention_days=30) as platform:
        yield platform
        platform.drain()
        platform.audit().require_proved()


@pytest.fixture(scope="module")
def cast(running: RunningPlatform) -> Cast:
    return hire(running)


def verified(running: RunningPlatform, cast: Cast) -> Story:
    """A case one step before its filing."""
    story = Story(running, "general")
    story.step(cast.first, "clue", facts="举报", details={"source": "complaint", "matter": "muck-spill"})
    story.step(cast.first, "verification", cast.first, cast.second, outcome="file", facts="属实")
    return story


def filing(story: Story, cast: Cast, **given: Any) -> Record:
    """The signed step that would start it."""
    fields = {"party": COMPANY, "details": {"party_kind": "organisation"}, **given}
    return story.sign("case.step.v2", cast.head, story.fields("filing", [cast.first, cast.second], **fields))


def numbers(running: RunningPlatform) -> list[int]:
    """Every number the agency has given."""
    with running.platform.transaction() as session:
        rows = running.platform.cases.page(session, CaseFilter([CITY], year=2026), None, 500)["rows"]
    return sorted(int(row["number"].rpartition("-")[2]) for row in rows)


def test_filings_at_once_share_no_number_and_leave_no_gap(running: RunningPlatform, cast: Cast) -> None:
    stories = [verified(running, cast) for _ in range(6)]
    records = [filing(story, cast) for story in stories]
    together = threading.Barrier(len(records))
    failures: list[Any] = []

    def hand_in(record: Record) -> None:
        together.wait()
        failures.extend(outcome.error for outcome in running.accept(record) if outcome.error)

    threads = [threading.Thread(target=hand_in, args=[record]) for record in records]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert numbers(running) == [1, 2, 3, 4, 5, 6]


def test_a_refused_filing_in_a_batch_takes_no_number(running: RunningPlatform, cast: Cast) -> None:
    before = numbers(running)[-1]
    first, bad, second = (verified(running, cast) for _ in range(3))
    batch = [filing(first, cast), filing(bad, cast, officers=[cast.first.account]), filing(second, cast)]
    outcomes = running.accept(*batch)
    assert [outcome.error and outcome.error.code for outcome in outcomes] == [None, "procedure-refused", None]
    given = [story.view()["case"]["number"] for story in (first, second)]
    assert given == [f"{CITY}-2026-{before + 1:06}", f"{CITY}-2026-{before + 2:06}"]
    assert bad.view()["case"]["number"] is None
    again = running.accept(*batch)
    assert [outcome.replayed for outcome in again] == [True, False, True]
    assert numbers(running)[-1] == before + 2


def test_the_year_of_a_number_is_the_local_one(running: RunningPlatform, cast: Cast) -> None:
    story = verified(running, cast)
    running.accept(filing(story, cast))
    case = story.view()["case"]
    assert (case["year"], case["filed_at"][:4]) == (2026, "2026")


def test_a_partys_name_is_erased_and_the_case_stands(running: RunningPlatform, cast: Cast) -> None:
    story = open_general(running, cast)
    story.step(
        cast.first, "correction", party=DRIVER,
        details={"corrects": story.records[0].claims.jti, "reason": "当事人信息更正"},
    )  # fmt: skip
    assert story.view(personal=True)["parties"][0]["name"] == DRIVER["name"]
    story.wait(days=31)
    erasures = running.platform.erasures
    for field in ("cases.party.name", "party"):
        with running.platform.transaction() as session:
            identifier = erasures.request(session, story.sub, field, "当事人申请", uuid4()).id
            erasures.approve(session, identifier, uuid4())
        running.drain()
        with running.platform.transaction() as session:
            assert erasures.complete_one(session, identifier) or erasures.ready(session) == []
        running.drain()
    party = story.view(personal=True)["parties"][0]
    assert (party["name"], party["address"]) == (None, DRIVER["address"])
    with running.platform.transaction() as session:
        file = running.platform.cases.case_file(session, story.sub, show_personal=True)
    assert all(DRIVER["name"] not in str(parse_presentation(b["record"]).fields) for b in file["records"])
    files = [story.file("笔录")]
    story.step(cast.first, "interview", cast.first, cast.second, facts="删除个人信息后继续办理", files=files)
