"""Documents of whole cases: issued on record, printed with what proves them, joined by the audit."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from gridwitness.cases.documents import Issued
from gridwitness.errors import Conflict, NotFound
from gridwitness.records import record_row, stored_record
from gridwitness_evidence import base64url
from support.case_papers import codes_by_page, words
from support.case_plays import play_general, play_summary
from support.case_story import BEGIN, Story, hire
from support.platform import RunningPlatform, running_platform

PUBLIC = "https://witness.example/gw"


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform(begin=BEGIN, public_url=f"{PUBLIC}/", retention_days=1) as platform:
        yield platform
        platform.drain()
        report = platform.audit()
        report.require_proved()
        assert report.check("files")["result"] == "proved"


@pytest.fixture(scope="module")
def stories(running: RunningPlatform) -> tuple[Story, Story]:
    cast = hire(running)
    return play_summary(running, cast), play_general(running, cast)


def issue(story: Story, statement: UUID) -> Issued:
    with story.running.platform.transaction() as session:
        return story.running.platform.documents.issue(session, story.sub, statement, by=None)


def content(story: Story, issued: Issued) -> bytes:
    assert issued.file is not None
    return b"".join(story.running.platform.files.open(issued.file["sha256"]))


def documented(story: Story) -> list[tuple[str, UUID, str]]:
    """Step, `jti` and document of every step that has one."""
    platform = story.running.platform
    with platform.transaction() as session:
        steps = platform.rules.procedure(session, story.rules).steps
    return [
        (fields["step"], UUID(record.claims.jti), document)
        for record in story.records
        if (fields := record.fields).get("step") and (document := steps[fields["step"]].document)
    ]


def test_every_documented_step_gives_its_paper(
    running: RunningPlatform, stories: tuple[Story, Story]
) -> None:
    for story in stories:
        view = story.view()
        for step, statement, document in documented(story):
            if step == "closure" and story is stories[0]:
                continue  # issued after the erasure, below
            issued = issue(story, statement)
            assert (issued.document, issued.statement, issued.replayed) == (document, statement, False)
            pdf = content(story, issued)
            with running.platform.transaction() as session:
                record = stored_record(record_row(session, issued.jti))
                entry = base64url.encode(stored_record(record_row(session, statement)).digest)
            assert record.claims.sub == story.sub
            assert record.fields == {
                "statement": str(statement), "entry": entry, "document": document, "files": [issued.file],
            }  # fmt: skip
            assert sha256(pdf).hexdigest() == record.fields["files"][0]["sha256"]
            printed = words(pdf)
            for shown in (str(statement), entry, view["case"]["number"]):
                assert shown in printed
            assert set(map(tuple, codes_by_page(pdf))) == {(f"{PUBLIC}/verify/{entry}",)}
            assert "None" not in printed
    documents = {document for story in stories for _, _, document in documented(story)}
    assert documents >= {
        "filing-form", "notice", "decision", "service-receipt", "dunning", "closing-report",
    }  # fmt: skip


def test_papers_say_what_the_records_say(stories: tuple[Story, Story]) -> None:
    summary, general = stories
    spot = words(content(summary, _of(summary, "decision")))
    for said in (
        "当场行政处罚决定书",
        "王某",
        "撒漏属实",
        "罚款人民币壹佰元整",
        "《中华人民共和国大气污染防治法》第一百一十六条",
    ):
        assert said in spot
    decision = words(content(general, _of(general, "decision")))
    for said in ("示范渣土运输有限公司", "违法事实成立", "罚款人民币陆万元整", "举行了听证", "六个月内"):
        assert said in decision
    notice = words(content(general, _of(general, "notice")))
    assert "调查终结" in notice  # the facts of the inquiry's report: the step of the notice has none
    assert "五个工作日内" in notice


def _of(story: Story, document: str) -> Issued:
    with story.running.platform.transaction() as session:
        issued = story.running.platform.documents.issued(session, story.sub)
    return next(found for found in issued if found.document == document)


def test_the_same_document_again_is_the_one_issued(stories: tuple[Story, Story]) -> None:
    summary, _ = stories
    first = _of(summary, "decision")
    again = issue(summary, first.statement)
    assert again.replayed
    assert (again.jti, again.file) == (first.jti, first.file)
    assert len(summary.view()["documents"]) == 2


def test_what_cannot_be_issued(stories: tuple[Story, Story]) -> None:
    summary, general = stories
    clue = UUID(summary.records[0].claims.jti)
    with pytest.raises(Conflict) as none:
        issue(summary, clue)
    assert none.value.code == "document-none"
    for statement in (uuid4(), documented(general)[0][1]):
        with pytest.raises(NotFound) as unknown:
            issue(summary, statement)
        assert unknown.value.code == "statement-unknown"
    stranger = Story(summary.running, "summary")
    with pytest.raises(NotFound) as case:
        issue(stranger, clue)
    assert case.value.code == "case-unknown"


def test_after_an_erasure_papers_say_so_and_issued_ones_are_gone(
    running: RunningPlatform, stories: tuple[Story, Story]
) -> None:
    summary, _ = stories
    running.drain()
    running.advance(3 * 86400)
    before = _of(summary, "decision")
    for field in ("party", "facts", "place", "files"):
        with running.platform.transaction() as session:
            erasure = running.platform.erasures.request(session, summary.sub, field, "当事人申请", uuid4()).id
        with running.platform.transaction() as session:
            running.platform.erasures.approve(session, erasure, uuid4())
        running.drain()
    assert _of(summary, "decision").file is None
    with pytest.raises(NotFound):
        content(summary, before)
    statement = next(jti for step, jti, _ in documented(summary) if step == "closure")
    report = words(content(summary, issue(summary, statement)))
    assert "当事人姓名已删除" in report
    assert "王某" not in report
    with running.platform.transaction() as session:
        assert len(running.platform.documents.issued(session, summary.sub)) == 3
