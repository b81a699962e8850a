"""Cases through the door: steps handed in, refused and recorded; seen by those who may and nobody else."""

from __future__ import annotations

import json
import re

import pytest
from support.case_door import CaseDoor, DoorRefusalError, DoorStory, administrator, filed_case
from support.case_plays import inquire
from support.platform import CITY

OTHER = "f" * 32


@pytest.fixture(scope="module")
def door(cases: CaseDoor) -> CaseDoor:
    """The package's platform for cases."""
    return cases


@pytest.fixture(scope="module")
def story(door: CaseDoor) -> DoorStory:
    """A general case, filed, handed in through the door."""
    return filed_case(door)


def test_a_case_as_a_whole(door: CaseDoor, story: DoorStory) -> None:
    answer = door.get(f"/cases/{story.sub}", door.cast.second)
    assert answer.status_code == 200, answer.text
    view = answer.json()
    assert re.fullmatch(rf"{CITY}-2026-\d{{6}}", view["case"]["number"])
    assert [step["step"] for step in view["steps"]][:3] == ["clue", "verification", "filing"]
    filing = view["steps"][2]
    assert (filing["milestone"], filing["cosigner"]) == ("start", door.cast.first.account)
    assert all(step["article"] and step["zh"] and step["en"] for step in view["steps"])
    assert {"decision"} <= {clock["clock"] for clock in view["clocks"]}
    assert view["milestones"][0]["index"] == 0
    assert {officer["account"] for officer in view["officers"]} >= {door.cast.first.account}


def test_lists_by_due_day_officer_article_and_number(door: CaseDoor, story: DoorStory) -> None:
    first = door.cast.first
    by_officer = door.get("/cases", first, officer=first.account, state="inquiry").json()
    assert story.sub in [row["sub"] for row in by_officer["items"]]
    number = by_officer["items"][0]["number"]
    year, serial = int(number.split("-")[1]), int(number.split("-")[2])
    numbered = door.get("/cases", first, agency=CITY, year=year, number=serial).json()
    assert [row["number"] for row in numbered["items"]] == [number]
    assert door.get("/cases", first, article="SW-111", milestone="start").json()["items"]
    assert door.get("/cases", first, article="nothing such").json() == {"items": [], "next": None}
    assert door.get("/cases", first, overdue="true").json()["items"] == []
    assert door.get("/cases", first, due_before="2030-01-01").json()["items"]
    filed_case(door)
    pages, cursor = [], None
    while True:
        page = door.get("/cases", first, limit=1, **({} if cursor is None else {"cursor": cursor})).json()
        pages += [row["sub"] for row in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert len(pages) == len(set(pages)) >= 2


def test_what_may_be_done_next_and_by_which_article_not(door: CaseDoor, story: DoorStory) -> None:
    told = door.get(f"/cases/{story.sub}/options", door.cast.first).json()
    options = {option["step"]: option for option in told["options"]}
    assert told["state"] == "inquiry"
    assert options["evidence"]["allowed"] and options["evidence"]["files"] == 1
    assert not options["inquiry-report"]["allowed"]
    why = options["inquiry-report"]["refusals"]
    assert why and all(reason["zh"] and reason["en"] and "法" in reason["article"] for reason in why)
    head = door.get(f"/cases/{story.sub}/options", door.cast.head).json()
    assert {o["step"] for o in head["options"] if o["allowed"]} != {
        s for s, o in options.items() if o["allowed"]
    }


def test_a_refused_step_names_the_article_and_is_recorded(door: CaseDoor, story: DoorStory) -> None:
    first, second = door.cast.first, door.cast.second
    penalty = {"fine": "60000", "penalty_kinds": ["fine"]}
    early = story.refused(
        door.cast.head, "decision", first, second, outcome="penalty", facts="违法", details=penalty
    )
    assert isinstance(early, DoorRefusalError)
    assert (early.status, early.code) == (409, "procedure-refused")
    assert early.problem["rule"] and "法" in early.problem["article"] and early.problem["reasons"]
    unfit = story.refused(first, "legal-review", first, second, outcome="passed", facts="审核")
    assert isinstance(unfit, DoorRefusalError) and (unfit.status, unfit.code) == (403, "procedure-role")
    alone = story.fields(
        "evidence", [first], details={"kind": "testimony", "title": "证言"}, files=[story.file("a.txt")]
    )
    batch = "\n".join(json.dumps(story.sign("case.step.v2", first, alone).presentation) for _ in range(2))
    results = door.client.post(
        "/api/v1/records",
        content=batch.encode(),
        headers={"Authorization": f"Bearer {first.token}", "Content-Type": "application/x-ndjson"},
    ).json()
    assert [line["problem"]["code"] for line in results["results"]] == ["procedure-refused"] * 2
    for reader in (door.cast.head, door.cast.auditor):
        refusals = door.get(f"/cases/{story.sub}/refusals", reader).json()["items"]
        assert [r["step"] for r in refusals].count("evidence") == 2
        assert {r["code"] for r in refusals} == {"procedure-refused", "procedure-role"}
        assert {r["signer"] for r in refusals} == {first.account, door.cast.head.account}
    assert door.get(f"/cases/{story.sub}/refusals", first).status_code == 403


def test_a_dry_run_says_the_same_and_records_nothing(door: CaseDoor, story: DoorStory) -> None:
    auditor, first = door.cast.auditor, door.cast.first
    before = len(door.get(f"/cases/{story.sub}/refusals", auditor).json()["items"])
    alone = story.fields(
        "evidence", [first], details={"kind": "testimony", "title": "证言"}, files=[story.file("b.txt")]
    )
    judged = door.post("/cases/check", first, {"sub": story.sub, "fields": alone}).json()
    assert not judged["allowed"] and judged["refusals"][0]["rule"] == "APL-42"
    both = alone | {"officers": [first.account, door.cast.second.account]}
    assert door.post("/cases/check", first, {"sub": story.sub, "fields": both}).json()["allowed"]
    clue = story.fields("clue", [first], facts="线索", details={"source": "patrol", "matter": "乱倒"})
    assert door.post("/cases/check", first, {"sub": None, "fields": clue}).status_code == 200
    assert len(door.get(f"/cases/{story.sub}/refusals", auditor).json()["items"]) == before


def test_summary_procedure_is_computed_with_its_reason(door: CaseDoor) -> None:
    asked = {"party_kind": "citizen", "fine": "200", "penalty_kinds": ["fine"], "facts_sure": True}
    lawful = door.post("/cases/summary-check", door.cast.first, asked | {"basis": ["AIR-116"]}).json()
    assert (lawful["lawful"], lawful["limit"], lawful["refusals"]) == (True, "200", [])
    over = door.post("/cases/summary-check", door.cast.first, asked | {"fine": "201", "basis": []}).json()
    assert not over["lawful"] and {r["rule"] for r in over["refusals"]} == {"APL-51"}
    for wrong in ({"fine": "two"}, {"party_kind": "ghost"}, {"fine": 200}, {"penalty_kinds": ["Fine!"]}):
        assert door.post("/cases/summary-check", door.cast.first, asked | wrong).status_code == 422


def test_who_sees_a_case(door: CaseDoor, story: DoorStory) -> None:
    paths = ["", "/options", "/refusals", "/documents", "/file"]
    for path in paths:
        assert door.get(f"/cases/{story.sub}{path}").status_code == 401
        for outsider in (door.stranger, door.party):
            answer = door.get(f"/cases/{story.sub}{path}", outsider)
            assert (answer.status_code, answer.json()["code"]) == (404, "case-unknown")
        assert door.get(f"/cases/{OTHER}{path}", door.cast.first).status_code == 404
    assert door.get("/cases", door.stranger, agency=CITY).status_code == 403
    assert door.get("/cases", door.party).status_code == 403
    assert door.get("/supervision", door.stranger, agency=CITY).status_code == 403
    assert door.get(f"/cases/{story.sub}", door.grid_worker).status_code == 200
    draft = {"sub": story.sub, "fields": story.fields("evidence", [door.stranger])}
    assert door.post("/cases/check", door.stranger, draft).status_code == 404
    issue = {"statement": story.records[2].claims.jti}
    assert door.post(f"/cases/{story.sub}/documents", door.cast.auditor, issue).status_code == 403


def test_law_is_public(door: CaseDoor, story: DoorStory) -> None:
    in_force = door.get("/procedures", in_force="true").json()["items"]
    assert {item["procedure"] for item in in_force} == {"general", "summary"}
    version = next(item["version"] for item in in_force if item["procedure"] == "general")
    assert version == story.rules
    shown = door.get(f"/procedures/{version}").json()
    assert shown["document"]["format"] == "gridwitness-procedure/1"
    assert door.get(f"/procedures/{'0' * 64}").status_code == 404
    assert door.get("/calendars/2026").json()["workdays"]
    unpublished = door.get("/calendars/2199")
    assert (unpublished.status_code, unpublished.json()["code"]) == (404, "calendar-unpublished")
    assert door.get("/publications", agency="330100XX").json() == {"items": [], "next": None}


def test_qualifications_and_officers(door: CaseDoor) -> None:
    token = administrator(door.running)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one"}
    held = {"kind": "legal", "certificate": "A2026", "valid_from": "2026-01-01T00:00:00Z"}
    path = f"/api/v1/accounts/{door.cast.third.account}/qualifications"
    made = door.client.post(path, json=held, headers=headers)
    assert made.status_code == 201, made.text
    assert door.client.post(path, json=held, headers=headers).json() == made.json()
    officers = door.get("/officers", door.cast.first).json()["items"]
    third = next(o for o in officers if o["account"] == door.cast.third.account)
    assert third["qualified"] == ["enforcement", "legal"]
    gone = door.client.delete(f"{path}/{made.json()['id']}", headers={"Authorization": f"Bearer {token}"})
    assert gone.status_code == 204
    held_before = {item["kind"]: item for item in door.client.get(path, headers=headers).json()["items"]}
    assert held_before["legal"]["valid_to"] is not None
    for outsider in (door.cast.first, door.cast.auditor):
        assert door.post(path.removeprefix("/api/v1"), outsider, held).status_code == 403
    assert door.post(path.removeprefix("/api/v1"), door.cast.third, held).status_code == 403
    for wrong in ({"kind": "driving"}, {"valid_to": "2025-01-01T00:00:00Z"}, {"certificate": ""}):
        answer = door.client.post(path, json=held | wrong, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 422


def test_metrics_count_cases(door: CaseDoor, story: DoorStory) -> None:
    text = door.client.get("/metrics").text
    open_cases = re.search(rf'gridwitness_cases_open{{agency="{CITY}"}} ([0-9.]+)', text)
    assert open_cases is not None and float(open_cases[1]) >= 1
    assert "gridwitness_clocks_overdue" in text and "gridwitness_milestones_waiting" in text
    assert story.sub not in text


@pytest.mark.parametrize(
    "path",
    [
        "/cases/ABC", "/cases/" + "g" * 32, "/cases/..%2frecords", "/cases?cursor=%00", "/cases?cursor=AAAA",
        "/cases?due_before=2026-02-30", "/cases?due_before=tomorrow", "/cases?officer=me", "/cases?number=0",
        "/cases?number=99999999999999999999", "/cases?year=x", "/cases?limit=0", "/cases?limit=501",
        "/cases?article=%00", "/cases?state=INQUIRY", "/procedures/xyz", "/calendars/1", "/calendars/abcd",
        "/devices/%00", "/devices/nothing", "/supervision?agency=x", "/publications?cursor=%F0%9F%98%80",
    ],
)  # fmt: skip
def test_hostile_addresses(door: CaseDoor, path: str) -> None:
    answer = door.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {door.cast.first.token}"})
    assert 400 <= answer.status_code < 500, (path, answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json" and answer.json()["code"]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"null", b'{"sub": null}', b'{"sub": null, "fields": {}}', b'{"sub": "x", "fields": {}}',
        b'{"sub": null, "fields": {}, "more": 1}', b'{"sub": null, "sub": null, "fields": {}}',
        b'{"sub": null, "fields": {"procedure": 1.5}}', b'{"sub": null, "fields": {"step": "\\ud800"}}',
        b'{"sub": null, "fields": ' + b"[" * 40 + b"]" * 40 + b"}",
    ],
)  # fmt: skip
def test_hostile_drafts(door: CaseDoor, content: bytes) -> None:
    headers = {"Authorization": f"Bearer {door.cast.first.token}", "Content-Type": "application/json"}
    answer = door.client.post("/api/v1/cases/check", content=content, headers=headers)
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_stories_of_other_tests_run_on_this_door(door: CaseDoor) -> None:
    """The inquiry as `support.case_story` plays it, handed in through the door."""
    story = filed_case(door)
    inquire(story, door.cast)
    view = door.get(f"/cases/{story.sub}", door.cast.auditor).json()
    assert view["case"]["state"] == "proposed" and len(view["evidence"]) >= 1
