"""What the procedure forbids is refused with its article, and recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from gridwitness.errors import Conflict, Forbidden, GridWitnessError, InvalidInput, NotFound
from gridwitness.records import rfc3339
from support.case_plays import DRIVER, inquire, notify, open_general
from support.case_story import BEGIN, Cast, Story, hire
from support.platform import CITY, POLICE, RunningPlatform, running_platform


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform(begin=BEGIN) as platform:
        yield platform
        platform.drain()
        platform.audit().require_proved()


@pytest.fixture(scope="module")
def cast(running: RunningPlatform) -> Cast:
    return hire(running)


@pytest.fixture(scope="module")
def filed(running: RunningPlatform, cast: Cast) -> Story:
    """A general case that was just filed."""
    return open_general(running, cast)


@pytest.fixture(scope="module")
def notified(running: RunningPlatform, cast: Cast) -> Story:
    """A general case whose notice was served, with a right to a hearing."""
    story = open_general(running, cast)
    inquire(story, cast)
    notify(story, cast)
    return story


def summary_until(running: RunningPlatform, cast: Cast, step: str, party_kind: str = "citizen") -> Story:
    """A summary case up to, and without, a step."""
    story = Story(running, "summary")
    both = (cast.first, cast.second)
    story.step(cast.first, "clue", facts="撒漏", details={"source": "patrol", "matter": "muck-spill"})
    if step == "card-shown":
        return story
    story.step(
        cast.first, "card-shown", *both, place="路口", party=DRIVER, details={"party_kind": party_kind}
    )
    story.step(
        cast.first, "scene-record", *both, place="路口", facts="撒漏", files=[story.file("照片")],
        details={"kind": "scene-record"},
    )  # fmt: skip
    if step == "notice-and-defence":
        return story
    return story


def recorded(running: RunningPlatform, story: Story) -> list[dict[str, Any]]:
    """Refusals of the case, newest first."""
    with running.platform.transaction() as session:
        return running.platform.cases.refusals(session, CITY, story.sub)


def require_recorded(
    running: RunningPlatform, story: Story, error: GridWitnessError, rule: str, step: str
) -> None:
    """Refused for the rule, told with its article, and the newest record of a refusal says the same."""
    assert rule in {reason["rule"] for reason in error.context["reasons"]}, error.context
    assert error.context["article"]
    newest = recorded(running, story)[0]
    assert (newest["step"], newest["code"], newest["rule"]) == (step, error.code, error.context["rule"])
    assert newest["reasons"] == error.context["reasons"]


def test_one_officer_alone(running: RunningPlatform, cast: Cast, filed: Story) -> None:
    error = filed.refused(
        cast.first, "evidence", files=[filed.file("照片")], details={"kind": "physical", "title": "照片"}
    )
    assert isinstance(error, Conflict)
    require_recorded(running, filed, error, "APL-42", "evidence")


def test_an_unqualified_officer(running: RunningPlatform, cast: Cast, filed: Story) -> None:
    stranger = running.officer()
    given: dict[str, Any] = {
        "files": [filed.file("照片")], "details": {"kind": "physical", "title": "照片"}
    }  # fmt: skip
    error = filed.refused(cast.first, "evidence", cast.first, stranger, **given)
    require_recorded(running, filed, error, "APL-42", "evidence")
    now = running.clock.now()
    with running.platform.transaction() as session:
        granted = running.platform.qualifications.grant(
            session, UUID(stranger.account), "enforcement", "浙 33010099", now, None, by=None
        )
    filed.wait(hours=1)
    filed.step(cast.first, "evidence", cast.first, stranger, **given)
    with running.platform.transaction() as session:
        running.platform.qualifications.end(session, granted.id, running.clock.now(), by=None)
    filed.wait(hours=1)
    assert filed.refused(cast.first, "evidence", cast.first, stranger, **given).code == "procedure-refused"


def test_the_wrong_role_is_forbidden(running: RunningPlatform, cast: Cast, filed: Story) -> None:
    error = filed.refused(cast.first, "withdrawal", facts="撤案")
    assert isinstance(error, Forbidden) and error.code == "procedure-role"
    require_recorded(running, filed, error, "APL-54", "withdrawal")
    foreign = running.officer(agency=POLICE, roles=["agency_head"])
    assert filed.refused(foreign, "withdrawal", facts="撤案").code == "procedure-role"


def test_a_step_dated_before_its_predecessor(running: RunningPlatform, cast: Cast, filed: Story) -> None:
    yesterday = rfc3339(running.clock.now() - timedelta(days=1))
    error = filed.refused(
        cast.first, "interview", cast.first, cast.second, facts="询问", occurred_at=yesterday
    )
    assert error.code == "step-before-predecessor"
    require_recorded(running, filed, error, "APL-47", "interview")


def test_a_decision_before_the_defence_was_heard(
    running: RunningPlatform, cast: Cast, notified: Story
) -> None:
    given: dict[str, Any] = {
        "outcome": "penalty", "facts": "属实", "details": {"fine": "60000", "penalty_kinds": ["fine"]},
    }  # fmt: skip
    error = notified.refused(cast.head, "decision", cast.first, cast.second, **given)
    require_recorded(running, notified, error, "APL-62", "decision")


def test_an_investigator_does_not_chair_the_hearing(
    running: RunningPlatform, cast: Cast, notified: Story
) -> None:
    with running.platform.transaction() as session:
        account = UUID(cast.second.account)
        running.platform.accounts.grant(session, account, "hearing_chair", CITY, None, by=None)
    second = cast.second
    notified.step(cast.first, "hearing-request")
    held = rfc3339(running.clock.now() + timedelta(days=13))
    notified.step(cast.first, "hearing-notice", details={"hearing_at": held})
    early = notified.refused(cast.chair, "hearing", place="听证室", files=[notified.file("笔录")])
    require_recorded(running, notified, early, "APL-64", "hearing")
    notified.wait(days=13)
    error = notified.refused(cast.first, "hearing", place="听证室", files=[notified.file("笔录")])
    assert error.code == "procedure-role"
    error = notified.refused(second, "hearing", place="听证室", files=[notified.file("笔录")])
    require_recorded(running, notified, error, "APL-64", "hearing")
    assert notified.view()["case"]["state"] == "hearing"
    notified.step(cast.chair, "hearing", place="听证室", files=[notified.file("笔录")])


def test_who_was_recused_takes_no_further_part(running: RunningPlatform, cast: Cast) -> None:
    story = open_general(running, cast)
    story.step(cast.first, "recusal-request", facts="有利害关系", details={"officer": cast.second.account})
    error = story.refused(
        cast.head, "recusal-decision", outcome="recused", details={"officer": cast.reviewer.account}
    )
    require_recorded(running, story, error, "APL-43", "recusal-decision")
    story.step(cast.head, "recusal-decision", outcome="recused", details={"officer": cast.second.account})
    error = story.refused(cast.first, "interview", cast.first, cast.second, facts="询问")
    require_recorded(running, story, error, "APL-43", "interview")
    story.step(cast.first, "interview", cast.first, cast.third, facts="询问")
    parts = {row["account"]: row["recused"] for row in story.view()["officers"]}
    assert parts[cast.second.account] and not parts[cast.third.account]


@pytest.mark.parametrize(
    ("party_kind", "fine", "lawful"),
    [("citizen", "200", True), ("citizen", "200.01", False), ("organisation", "3000", True),
     ("organisation", "3000.01", False)],
)  # fmt: skip
def test_a_fine_over_the_summary_limit(
    running: RunningPlatform, cast: Cast, party_kind: str, fine: str, lawful: bool
) -> None:
    story = summary_until(running, cast, "decision", party_kind)
    both, penalty = (cast.first, cast.second), {"fine": fine, "penalty_kinds": ["fine"]}
    story.step(cast.first, "notice-and-defence", *both, outcome="waived", details=penalty)
    given: dict[str, Any] = {"outcome": "penalty", "facts": "属实", "details": penalty}
    if lawful:
        story.step(cast.first, "decision", *both, **given)
        return
    error = story.refused(cast.first, "decision", *both, **given)
    require_recorded(running, story, error, "APL-51", "decision")


def test_malformed_steps_are_refused_and_not_recorded(
    running: RunningPlatform, cast: Cast, filed: Story
) -> None:
    both = (cast.first, cast.second)
    before = len(recorded(running, filed))
    codes = [
        filed.refused(cast.first, "interview", *both).code,  # without facts
        filed.refused(cast.first, "interview", *both, facts="询问", party={"name": "甲"}).code,
        filed.refused(cast.first, "interview", cast.first, cast.first, facts="询问").code,
        filed.refused(cast.first, "interview", facts="询问", officers=["nobody"]).code,
        filed.refused(cast.first, "interview", *both, facts="询问", details={"a\0": "b"}).code,
        filed.refused(cast.first, "interview", *both, facts="询问", details={"title": "长" * 6000}).code,
        filed.refused(
            cast.first, "interview", *both, facts="询问",
            occurred_at=rfc3339(running.clock.now() + timedelta(hours=1)),
        ).code,
        filed.refused(cast.first, "interview", facts="询问", occurred_at="9999-12-31T23:59:59Z").code,
    ]  # fmt: skip
    assert codes == [
        "step-fields", "fields", "officer-twice", "officer-unknown", "no-text-form", "fields",
        "step-in-future", "step-in-future",
    ]  # fmt: skip
    assert len(recorded(running, filed)) == before


def test_a_case_keeps_its_procedure_version(running: RunningPlatform, cast: Cast, filed: Story) -> None:
    other = Story(running, "summary")
    error = filed.refused(
        cast.first, "interview", cast.first, cast.second, facts="询问", rules=other.rules, procedure="summary"
    )
    assert error.code == "procedure-version" and error.context["rules"] == filed.rules
    assert recorded(running, filed)[0]["code"] == "procedure-version"
    stale = Story(running, "general", rules="0" * 64)
    error = stale.refused(cast.first, "clue", facts="线索", details={"source": "patrol", "matter": "x"})
    assert error.code == "procedure-version"


def test_old_kinds_do_not_go_round_the_procedure(running: RunningPlatform, cast: Cast, filed: Story) -> None:
    fields = {
        "procedure": "general", "milestone": "decision", "occurred_at": rfc3339(running.clock.now()),
        "officers": [], "basis": None, "outcome": None, "files": [],
    }  # fmt: skip
    with pytest.raises(Conflict) as refusal:
        filed.hand_in(filed.sign("case.milestone.v1", cast.first, fields), cast.first)
    assert refusal.value.code == "case-step-version"
    free = Story(running, "general")
    free.hand_in(free.sign("case.milestone.v1", cast.first, fields), cast.first)
    with pytest.raises(Conflict) as refusal:
        free.step(cast.first, "clue", facts="线索", details={"source": "patrol", "matter": "x"})
    assert refusal.value.code == "case-unknown"


def test_who_may_cosign(running: RunningPlatform, cast: Cast, filed: Story) -> None:
    step = filed.step(cast.first, "interview", cast.first, cast.second, facts="再次询问")
    for officer, kind, code in [
        (cast.first, Forbidden, "cosign-own"),
        (cast.third, Forbidden, "cosign-officer"),
    ]:
        with pytest.raises(kind) as refusal:
            filed.cosign(officer, step)
        assert refusal.value.code == code
    with pytest.raises(NotFound):
        other = open_general(running, cast)
        other.cosign(cast.second, step)
    filed.cosign(cast.second, step)
    with pytest.raises(Conflict) as twice:
        filed.cosign(cast.second, step)
    assert twice.value.code == "cosigned"
    shown = next(s for s in filed.view()["steps"] if s["jti"] == step.claims.jti)
    assert shown["cosigner"] == cast.second.account


def test_a_first_review_needs_the_legal_qualification(running: RunningPlatform, cast: Cast) -> None:
    novice = running.officer(roles=["legal_reviewer"], qualified=("enforcement",))
    story = open_general(running, cast)
    inquire(story, cast)
    notify(story, cast)
    story.step(cast.first, "statement-defence", outcome="waived")
    story.step(cast.first, "hearing-waiver", outcome="waived")
    story.step(
        cast.first, "defence-review", cast.first, cast.second, outcome="none", details={"heavier": False}
    )
    error = story.refused(
        novice, "legal-review", outcome="passed", facts="合法", details={"first_time": True}
    )
    require_recorded(running, story, error, "APL-58", "legal-review")
    assert isinstance(story.refused(cast.first, "legal-review", outcome="passed", facts="合法"), Forbidden)
    with pytest.raises(InvalidInput):
        story.step(novice, "legal-review", outcome="perhaps", facts="合法")
