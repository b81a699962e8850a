"""Registers, anomalies and a vehicle's passages through the door: who sees what, and what is recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from gridwitness.records import rfc3339
from support.case_door import CaseDoor, DoorStory, filed_case
from support.platform import CITY, Officer
from support.truck_findings import register_feed, store_passages
from support.truck_registers import BASICS, PLACE, checkpoint, enter, enter_all, permit, truck
from support.truck_review import file_anomaly, review

PLATE = "浙A12345"


@pytest.fixture(scope="module")
def door(cases: CaseDoor) -> CaseDoor:
    """The package's platform for cases, with registers, passages and anomalies."""
    first = cases.cast.first
    enter_all(first, *BASICS)
    register_feed(first)
    enter_all(
        first, ("truck.registered.v1", truck("浙A54321")), ("checkpoint.registered.v1", checkpoint("K2"))
    )
    store_passages(cases.running.platform, cases.running.clock.now() - timedelta(hours=2), 5)
    return cases


@pytest.fixture(scope="module")
def police(door: CaseDoor) -> Officer:
    """A police node that the city has let in."""
    return door.running.officer(roles=["police_node"])


@pytest.fixture(scope="module")
def subs(door: CaseDoor) -> list[str]:
    """Three anomalies an hour apart, the last one excluded."""
    now = door.running.clock.now()
    made = [file_anomaly(door.running, n, at=now - timedelta(hours=9 - n), level="flag") for n in range(3)]
    assert review(door.cast.first, made[2], "excluded").error is None
    return made


@pytest.fixture(scope="module")
def story(door: CaseDoor) -> DoorStory:
    return filed_case(door)


def asked(door: CaseDoor, who: Officer | None, **changed: Any) -> Any:
    now = door.running.clock.now()
    query = {
        "plate": PLATE,
        "reason": "核查运输时间",
        "from": rfc3339(now - timedelta(days=20)),
        "to": rfc3339(now),
    }
    return door.get("/passages", who, **{**query, **changed})


def test_registers_are_read_by_page_number_and_time(door: CaseDoor) -> None:
    first = door.cast.first
    page = door.get("/trucks", first, limit=1).json()
    assert [row["plate"] for row in page["items"]] == [PLATE] and page["next"]
    page = door.get("/trucks", first, limit=1, cursor=page["next"]).json()
    assert [row["plate"] for row in page["items"]] == ["浙A54321"] and page["next"] is None
    assert door.get("/trucks", first, at="2025-12-31T23:59:59Z").json()["items"] == []
    for register, number in (
        ("carriers", "C1"), ("trucks", PLATE), ("sites", "D1"), ("checkpoints", "K1"), ("terminals", "T1"),
    ):  # fmt: skip
        answer = door.get(f"/{register}/{number}", first)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["items"]) == 1
        assert door.get(f"/{register}", first, agency=CITY).json()["items"]
        assert door.get(f"/{register}/none", first).status_code == 404
        assert door.get(f"/{register}", first, cursor="bnVsbA").json()["code"] == "cursor-invalid"


def test_permits_with_all_versions_and_those_that_hold(door: CaseDoor) -> None:
    first = door.cast.first
    sub = enter_all(first, ("permit.issued.v1", permit("P7", valid_to="2026-03-01T00:00:00Z")))[0]

    later = permit("P7", 2, valid_from="2026-02-01T00:00:00Z", state="revoked")
    assert enter(first, "permit.issued.v1", later, sub).error is None
    assert [row["version"] for row in door.get("/permits/P7", first).json()["items"]] == [1, 2]
    holding = {
        at: [row["permit"] for row in door.get(f"/trucks/{PLATE}/permits", first, at=at).json()["items"]]
        for at in ("2026-01-15T00:00:00Z", "2026-02-01T00:00:00Z", "2027-01-01T00:00:00Z")
    }
    assert [*holding.values()] == [["P1", "P7"], ["P1"], []]


def test_a_police_node_sees_checkpoints_and_anomalies_without_plates(
    door: CaseDoor, police: Officer, subs: list[str]
) -> None:
    assert door.get("/checkpoints", police).json()["items"][0]["checkpoint"] == "K1"
    for register in ("trucks", "carriers", "terminals", "permits"):
        assert door.get(f"/{register}", police).status_code == 403
    rows = door.get("/anomalies", police).json()["items"]
    assert {row["plate"] for row in rows} == {None} and not any(row["plate_shown"] for row in rows)
    assert door.get("/anomalies", police, plate=PLATE).status_code == 403
    assert door.get(f"/anomalies/{subs[0]}", police).json()["plate"] is None
    assert {row["plate"] for row in door.get("/anomalies", door.cast.first).json()["items"]} == {PLATE}


def test_anomalies_by_state_time_place_and_page(door: CaseDoor, subs: list[str]) -> None:
    first = door.cast.first

    def found(**query: Any) -> list[str]:
        return [row["sub"] for row in door.get("/anomalies", first, level="flag", **query).json()["items"]]

    newest_first = [*reversed(subs)]
    assert found() == newest_first
    assert found(state="excluded") == subs[2:] and found(rule="NO_PERMIT") == []
    occurred = [row["occurred_at"] for row in door.get("/anomalies", first, level="flag").json()["items"]]
    assert found(**{"from": occurred[1], "to": occurred[0]}) == [subs[1]]
    east, north = PLACE[0] / 1e6, PLACE[1] / 1e6
    assert found(box=f"{east - 0.01},{north - 0.01},{east + 0.01},{north + 0.01}") == newest_first
    assert found(box="0,0,1,1") == [] and found(checkpoint="K2") == []
    page = door.get("/anomalies", first, level="flag", limit=2).json()
    rest = door.get("/anomalies", first, level="flag", limit=2, cursor=page["next"]).json()
    assert [row["sub"] for row in (*page["items"], *rest["items"])] == newest_first
    for box in ("1,2,3", "a,b,c,d", "nan,nan,nan,nan", "120,30,119,31", "0,0,0,91"):
        assert door.get("/anomalies", first, box=box).json()["code"] == "box"
    features = door.get("/anomalies/map", first, level="flag").json()["features"]
    assert [feature["geometry"]["coordinates"] for feature in features] == [[east, north]] * 3
    whole = door.get(f"/anomalies/{subs[2]}", first).json()
    assert [record["kind"] for record in whole["records"]] == ["truck.anomaly.v2", "truck.review.v1"]
    assert [each["outcome"] for each in whole["reviews"]] == ["excluded"]


def test_others_see_nothing(door: CaseDoor, subs: list[str]) -> None:
    assert door.get("/anomalies").status_code == 401
    assert door.get("/anomalies", door.party).status_code == 403
    assert door.get("/anomalies", door.stranger, agency=CITY).status_code == 403
    assert door.get(f"/anomalies/{subs[0]}", door.stranger).status_code == 404
    assert door.get("/trucks", door.party).status_code == 403
    assert door.get(f"/trucks/{PLATE}", door.stranger).json()["items"] == []


def test_passages_for_an_open_case_with_a_reason_leave_a_record(
    door: CaseDoor, police: Officer, story: DoorStory
) -> None:
    number = door.get(f"/cases/{story.sub}", door.cast.first).json()["case"]["number"]
    for case in (story.sub, number):
        answer = asked(door, police, case=case, plate="浙A·12345")
        assert answer.status_code == 200, answer.text
        assert (answer.json()["total"], len(answer.json()["items"])) == (5, 5)
        assert answer.json()["items"][0]["checkpoint"] == "K1"
    reading = answer.json()["reading"]
    rows = door.get("/passages/readings", door.cast.auditor, case=story.sub).json()["items"]
    assert [(row["account"], row["plate"], row["passages"]) for row in rows] == [
        (police.account, PLATE, 5)
    ] * 2
    assert reading in {row["id"] for row in rows}
    assert door.get("/passages/readings", police, case=story.sub).status_code == 403


def test_no_passages_without_case_reason_or_role(door: CaseDoor, police: Officer, story: DoorStory) -> None:
    def refused(who: Officer | None, **changed: Any) -> tuple[int, str]:
        answer = asked(door, who, **{"case": story.sub, **changed})
        return answer.status_code, answer.json()["code"]

    assert refused(None)[0] == 401
    assert refused(door.cast.auditor) == (403, "role-missing")
    assert refused(door.stranger) == (404, "case-unknown")
    assert refused(police, case="f" * 32) == (404, "case-unknown")
    assert refused(police, case=f"{CITY}-2026-999999") == (404, "case-unknown")
    assert refused(police, reason="看 看")[1] == "reason"
    assert refused(police, plate="浙A")[1] == "plate"
    assert refused(police, anomaly="f" * 32) == (404, "anomaly-unknown")
    assert refused(police, **{"from": "2025-01-01T00:00:00Z"})[1] == "period"
    dropped = door.story("general")
    clue = {"source": "patrol", "matter": "乱倒渣土", "article": "SW-111", "district": "330106"}
    dropped.step(door.cast.first, "clue", facts="群众举报偷倒渣土", details=clue)
    assert asked(door, police, case=dropped.sub).status_code == 200
    dropped.wait(days=1)
    people = (door.cast.first, door.cast.first, door.cast.second)
    dropped.step(people[0], "verification", *people[1:], outcome="no-file", facts="查无实据")
    assert refused(police, case=dropped.sub) == (409, "case-finished")
