"""Whole cases on a running platform: what the rows, the clocks, the money and the case file say of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from gridwitness.cases import CaseFilter
from gridwitness.errors import Conflict, InvalidInput
from gridwitness.records import rfc3339
from gridwitness_evidence import parse_presentation
from support.case_plays import COMPANY, inquire, notify, open_general, play_general, play_summary
from support.case_story import BEGIN, Cast, Story, hire
from support.devices import install_device
from support.platform import CITY, RunningPlatform, run_verifier, running_platform


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
def summary(running: RunningPlatform, cast: Cast) -> Story:
    return play_summary(running, cast)


@pytest.fixture(scope="module")
def general(running: RunningPlatform, cast: Cast, summary: Story) -> Story:
    assert summary.records
    return play_general(running, cast)


def page(running: RunningPlatform, after: str | None = None, limit: int = 50, **wanted: object) -> dict:
    with running.platform.transaction() as session:
        return running.platform.cases.page(session, CaseFilter([CITY], **wanted), after, limit)


def test_a_summary_case_from_clue_to_archive(summary: Story, cast: Cast) -> None:
    view = summary.view(personal=True)
    case = view["case"]
    assert (case["state"], case["milestone"], case["number"]) == (
        "archived",
        "closure",
        f"{CITY}-2026-000001",
    )
    assert [m["milestone"] for m in view["milestones"]] == [
        "start", "inquiry", "decision", "service", "execution", "closure",
    ]  # fmt: skip
    assert view["parties"][0]["name"] == "王某"
    assert summary.view()["parties"] == [{"number": 1, "kind": "citizen"}]
    assert view["money"] == {
        "fine": "100", "paid": "100", "surcharge": "0.00", "surcharge_paid": "0", "rest": "0.00",
        "due_on": view["money"]["due_on"], "on": "2026-03-03",
    }  # fmt: skip
    signed = {step["seq"]: step for step in view["steps"] if step["milestone"]}
    assert all(step["cosigner"] and step["cosigner"] != step["signer"] for step in signed.values())
    assert {officer["account"]: officer["part"] for officer in view["officers"]} == {
        cast.first.account: "investigator", cast.second.account: "investigator", cast.head.account: "head",
    }  # fmt: skip
    assert view["publications"][0]["published_at"] is not None
    assert view["publications"][0]["remove_on"] == "2028-03-03"  # two years for a natural person
    assert not case["overdue"]


def test_a_general_case_from_clue_to_archive(general: Story) -> None:
    view = general.view()
    assert view["case"]["state"] == "archived"
    assert view["case"]["number"] == f"{CITY}-2026-000002"
    assert [m["milestone"] for m in view["milestones"]] == [
        "start", "inquiry", "review", "service", "review",  # returned by the legal review
        "inquiry", "review", "service", "review", "decision", "service",
        "execution", "execution", "execution", "closure",
    ]  # fmt: skip
    assert [m["index"] for m in view["milestones"]] == list(range(15))
    reviews = [step["outcome"] for step in view["steps"] if step["step"] == "legal-review"]
    assert reviews == ["returned", "passed"]
    assert {service["step"] for service in view["services"]} == {"notice-service", "decision-service"}
    assert [row["measure"] for row in view["enforcement"]] == ["surcharge", "dunning"]
    assert [payment["amount"] for payment in view["payments"]] == ["20000", "20000", "20000"]
    assert view["decisions"][0]["fine"] == "60000"
    assert len(view["evidence"]) == 4


def test_the_surcharge_is_counted_from_the_day_after_the_due_day(general: Story) -> None:
    view = general.view()
    money, clock = view["money"], next(c for c in view["clocks"] if c["clock"] == "payment")
    assert (clock["due_on"], clock["added"], clock["state"]) == ("2026-04-13", 10, "late")
    paid = [payment["paid_at"] for payment in view["payments"]]
    assert [moment[:10] for moment in paid] == ["2026-03-21", "2026-04-23", "2026-04-23"]
    # 40 000 yuan were open for ten days, from the 14th to the 23rd of April.
    assert Decimal(money["surcharge"]) == Decimal(40000) * Decimal("0.03") * 10
    assert money["rest"] == "0.00"


def test_only_what_is_a_duty_counts_as_next_due(general: Story) -> None:
    view = general.view()
    running = {clock["clock"] for clock in view["clocks"] if clock["state"] == "running"}
    assert "litigation" in running  # a right that lapses
    assert view["case"]["next_due_clock"] is None


def test_the_case_file_proves_itself_and_hides_persons(running: RunningPlatform, general: Story) -> None:
    with running.platform.transaction() as session:
        whole = running.platform.cases.case_file(session, general.sub, show_personal=True)
        hidden = running.platform.cases.case_file(session, general.sub, show_personal=False)
    records = [parse_presentation(bundle["record"]) for bundle in whole["records"]]
    assert [record.claims.seq for record in records] == list(range(len(records)))
    assert all(b.claims.prev == a.digest for a, b in pairwise(records))
    assert len(whole["anchors"]) < len(records)
    everywhere = [*whole["records"], *whole["rules"], *whole["related"]]
    assert all(bundle["signer"] < len(whole["signers"]) for bundle in everywhere)
    assert {bundle["anchor"] for bundle in everywhere} <= set(range(len(whole["anchors"])))
    kinds = [parse_presentation(bundle["record"]).claims.kind for bundle in whole["related"]]
    assert set(kinds) == {"key.offered.v1"}
    names = [parse_presentation(bundle["record"]).fields["name"] for bundle in whole["rules"]]
    assert names[0] == "procedure/general" and "calendar/cn/2026" in names
    text = "".join(bundle["record"] for bundle in hidden["records"])
    shown = [parse_presentation(text) for text in (bundle["record"] for bundle in hidden["records"])]
    assert text and not any({"party", "facts", "place"} & record.fields.keys() for record in shown)
    values = [value for record in shown for value in record.fields.values()]
    assert not set(COMPANY.values()) & {value for value in values if isinstance(value, str)}


@pytest.mark.parametrize("show_personal", [True, False])
def test_the_verifier_finds_the_case_lawful(
    running: RunningPlatform, general: Story, show_personal: bool
) -> None:
    with running.platform.transaction() as session:
        file = running.platform.cases.case_file(session, general.sub, show_personal=show_personal)
    path = running.home / "case.json"
    path.write_text(json.dumps(file, ensure_ascii=False), encoding="utf-8")
    report = run_verifier("bundle", str(path), "--trust", str(running.trust_file))
    report.require_proved()
    results = {
        name: report.check(name)["result"] for name in ("case", "milestones", "completeness", "officers")
    }
    assert set(results.values()) == {"proved"}, results
    procedure = report.check("procedure")["result"]
    assert procedure == ("claimed" if show_personal else "not evaluated")


def test_a_case_file_waits_for_its_anchor(running: RunningPlatform, cast: Cast, general: Story) -> None:
    story = open_general(running, cast)
    with running.platform.transaction() as session, pytest.raises(Conflict) as refusal:
        running.platform.cases.case_file(session, story.sub, show_personal=False)
    assert refusal.value.code == "not-anchored-yet"


def test_lists_go_by_due_date_and_page_by_cursor(
    running: RunningPlatform, cast: Cast, general: Story
) -> None:
    opened = [Story(running, "general") for _ in range(3)]
    for story in opened:
        story.step(cast.third, "clue", facts="线索", details={"source": "patrol", "matter": "muck-spill"})
    rows, after, pages = [], None, 0
    while True:
        found = page(running, after, limit=2)
        rows += found["rows"]
        pages += 1
        after = found["cursor"]
        if after is None:
            break
    dues = [row["next_due_on"] for row in rows]
    dated = [due for due in dues if due is not None]
    assert dated == sorted(dated) and dues == dated + [None] * (len(dues) - len(dated))
    assert pages > 1 and len({row["sub"] for row in rows}) == len(rows) == len(page(running)["rows"])
    theirs = page(running, officer=UUID(cast.third.account), state="clue")
    assert {row["sub"] for row in theirs["rows"]} == {story.sub for story in opened}
    assert [row["sub"] for row in page(running, year=2026, number=2)["rows"]] == [general.sub]
    assert general.sub in {row["sub"] for row in page(running, article="SW-111")["rows"]}
    assert not {row["state"] for row in page(running, open_only=True)["rows"]} & {"archived", "closed"}
    due_before = running.platform.cases.today() + timedelta(days=16)
    assert {story.sub for story in opened} <= {r["sub"] for r in page(running, due_before=due_before)["rows"]}
    for cursor in ("x", "bnVsbA", "WzEsMl0"):
        with pytest.raises(InvalidInput) as refusal:
            page(running, cursor)
        assert refusal.value.code == "cursor-invalid"


def test_a_checkpoint_case_leans_on_a_reviewed_device(
    running: RunningPlatform, cast: Cast, general: Story
) -> None:
    captured = running.clock.now() - timedelta(hours=2)
    seen = {"source": "checkpoint", "captured_at": rfc3339(captured)}
    review = {
        "captured_at": rfc3339(captured), "record_true": True, "record_clear": True,
        "record_complete": True, "record_accurate": True,
    }  # fmt: skip
    bare, good = f"KK-{general.sub[:6]}-1", f"KK-{general.sub[:6]}-2"
    install_device(running, cast, bare, legal=False)
    install_device(running, cast, good)
    story = open_general(running, cast, **seen, device=bare)
    error = story.refused(
        cast.first, "monitoring-review", cast.first, cast.second, details={**review, "device": bare}
    )
    assert (error.code, error.context["rule"]) == ("procedure-refused", "APL-41")
    story = open_general(running, cast, **seen, device=good)
    error = story.refused(cast.first, "inquiry-report", cast.first, cast.second, facts="调查终结")
    assert "APL-41" in {reason["rule"] for reason in error.context["reasons"]}
    story.step(cast.first, "monitoring-review", cast.first, cast.second, details={**review, "device": good})
    story.step(cast.first, "party-informed", details={"method": "in-person", "query_offered": True})
    inquire(story, cast)
    notify(story, cast)
    assert story.view()["case"]["state"] == "notified"
    running.drain()
    with running.platform.transaction() as session:
        file = running.platform.cases.case_file(session, story.sub, show_personal=True)
    kinds = [parse_presentation(bundle["record"]).claims.kind for bundle in file["related"]]
    assert kinds.count("device.review.v1") == 2


def test_a_letter_of_supervision_waits_for_its_reply(
    running: RunningPlatform, cast: Cast, general: Story
) -> None:
    general.step(
        cast.auditor, "supervision-opinion", facts="催告书未附送达回证", details={"title": "卷宗评查"}
    )
    general.wait(days=31)
    with running.platform.transaction() as session:
        waiting = running.platform.cases.letters(session, CITY, waiting_only=True)
    assert [(row["sub"], row["letter"], row["overdue"]) for row in waiting] == [
        (general.sub, "opinion", True)
    ]
    general.step(cast.first, "supervision-reply", facts="已补正")
    with running.platform.transaction() as session:
        letters = running.platform.cases.letters(session, CITY)
        assert running.platform.cases.letters(session, CITY, waiting_only=True) == []
    assert letters[0]["replied_at"] is not None
    clock = next(c for c in general.view()["clocks"] if c["clock"] == "supervision-reply")
    assert clock["state"] == "late"


def test_publication_lists(running: RunningPlatform, cast: Cast, general: Story, summary: Story) -> None:
    cases = running.platform.cases
    with running.platform.transaction() as session:
        rows, cursor = cases.published(session, CITY, None, 1)
        more, end = cases.published(session, None, cursor, 10)
    shown = {row["number"]: row["party"] for row in [*rows, *more]}
    assert end is None and shown == {
        f"{CITY}-2026-000001": "王某", f"{CITY}-2026-000002": COMPANY["name"],
    }  # fmt: skip
    general_row = next(row for row in [*rows, *more] if row["procedure"] == "general")
    assert (general_row["fine"], general_row["remove_on"]) == ("60000", "2031-03-21")
    with running.platform.transaction() as session:
        assert cases.to_publish(session, CITY) == []
        assert cases.to_withdraw(session, CITY) == []
    summary.step(cast.first, "publication-withdrawal", outcome="expired", facts="公示期满")
    with running.platform.transaction() as session:
        rows, _ = cases.published(session, CITY)
    withdrawn = next(row for row in rows if row["reason"] is not None)
    assert withdrawn["reason"] == "expired" and "fine" not in withdrawn


def test_what_may_come_next_is_told_before_signing(
    running: RunningPlatform, cast: Cast, general: Story
) -> None:
    advice, account = running.platform.cases.advice, UUID(cast.first.account)
    story = open_general(running, cast)
    with running.platform.transaction() as session:
        options = {row["step"]: row for row in advice.options(session, account, CITY, sub=story.sub)}
        assert options["evidence"]["allowed"] and "filing" not in options and "head-review" not in options
        assert [row["rule"] for row in options["inquiry-report"]["refusals"]] == ["APL-54"]
        opening = advice.options(session, account, CITY, procedure="summary")
        assert [row["step"] for row in opening] == ["clue"]
        draft = story.fields("inquiry-report", [cast.first, cast.second], facts="调查终结")
        answer = advice.judge_draft(session, draft, account, CITY, sub=story.sub)
        assert not answer["allowed"] and answer["refusals"][0]["rule"] == "APL-54"
        draft = story.fields("withdrawal", [cast.head], facts="撤案")
        answer = advice.judge_draft(session, draft, UUID(cast.head.account), CITY, sub=story.sub)
        assert answer["allowed"] and answer["state_after"] == "ended"
        late = {**draft, "occurred_at": "2026-01-01T00:00:00Z"}
        answer = advice.judge_draft(session, late, UUID(cast.head.account), CITY, sub=story.sub)
        assert not answer["allowed"] and answer["refusals"][0]["rule"] == "APL-47"
        with pytest.raises(InvalidInput):
            advice.judge_draft(session, {"step": "clue"}, account, CITY)
        over = advice.summary_check(
            session, party_kind="organisation", fine="3000.01", penalty_kinds=["fine"], facts_sure=True,
            basis=["AIR-116"],
        )  # fmt: skip
        assert (over["lawful"], over["limit"]) == (False, "3000") and over["refusals"][0]["rule"] == "APL-51"
