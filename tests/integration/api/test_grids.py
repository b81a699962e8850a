"""The territory through the door: the example district read, points located, staff kept."""

from __future__ import annotations

import pytest
from gridwitness.grids import kinds
from gridwitness.grids.example import CELL, CENTRE, DISTRICT, SOUTH, WEST, example_matters, register_example
from support.case_door import CaseDoor
from support.grid_registers import SINCE, sign_on
from support.platform import CITY, Officer

CORNER = {"lat": (SOUTH + 5 * CELL + 1) / 1e6, "lon": (WEST + 1) / 1e6}
"""In the north-west: the first unit grid of the first community of the first street."""
FIRST = f"{DISTRICT}001001001"


@pytest.fixture(scope="module")
def door(cases: CaseDoor) -> CaseDoor:
    """The package's platform with the example district."""
    platform = cases.running.platform
    with platform.transaction() as session:
        taken = register_example(session, platform.grid_registers, CITY, SINCE)
        refused = [str(entered.error) for rows in taken.values() for entered in rows if entered.error]
        assert refused == []
        assert len(taken["matter"]) == len(example_matters())
    return cases


@pytest.fixture(scope="module")
def reader(door: CaseDoor) -> Officer:
    return door.cast.first


@pytest.fixture(scope="module")
def admin(door: CaseDoor) -> Officer:
    return door.running.officer(roles=["administrator"])


def test_only_who_reads_the_agency_sees_its_registers(door: CaseDoor, reader: Officer) -> None:
    for path in ("/grids", "/units", "/addresses", "/matters", "/matters/proposals", "/grids/features"):
        assert door.get(path, reader).status_code == 200, path
        assert door.get(path, None).status_code == 401, path
        assert door.get(path, door.party).status_code == 403, path
        assert door.get(path, door.stranger, agency=CITY).status_code == 403, path
        assert door.get(path, door.grid_worker).status_code == 200, path
    assert door.get(f"/grids/{FIRST}", door.stranger).json()["items"] == []


def test_pages_go_on_to_the_end_without_gap(door: CaseDoor, reader: Officer) -> None:
    whole = door.get("/grids", reader, limit=500).json()["items"]
    found, cursor = [], None
    while True:
        page = door.get("/grids", reader, limit=7, **({"cursor": cursor} if cursor else {})).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == whole and len(whole) == 2 + 3 + 6 + 24 + 3
    assert door.get("/grids", reader, cursor="bm9uZQ").json()["code"] == "cursor-invalid"
    levels = door.get("/grids", reader, level=3, category="base", parent=DISTRICT).json()["items"]
    assert [item["name"] for item in levels] == ["文新街道", "古荡街道", "北山街道"]
    assert door.get("/units", reader, category="township", at=SINCE).json()["items"][0]["unit"] == "JD1"
    assert door.get("/units", reader, at="2025-12-31T23:59:59Z").json()["items"] == []


def test_a_point_has_its_grids_and_who_answers(door: CaseDoor, reader: Officer) -> None:
    place = door.get("/grids/at", reader, **CORNER).json()
    assert {kind: grid["grid"] for kind, grid in place["grids"].items()} == {
        "base": FIRST, "department": "JJ-1", "enterprise": "RQ-1", "professional": "LD-1",
    }  # fmt: skip
    assert [step["level"] for step in place["path"]] == [1, 2, 3, 4, 5]
    assert (place["unit"], place["centre"]) == ("SQ11", CENTRE)
    outside = door.get("/grids/at", reader, lat=10, lon=10).json()
    assert (outside["grids"], outside["path"], outside["unit"], outside["centre"]) == ({}, [], None, None)
    assert door.get("/grids/at", reader, lat=0, lon=0).json()["code"] == "coordinate-null"
    assert door.get("/grids/at", reader, lat=91, lon=0).status_code == 422
    shifted = door.get("/grids/at", reader, **CORNER, datum="GCJ02").json()
    assert (shifted["lat_e6"], shifted["lon_e6"]) != (place["lat_e6"], place["lon_e6"])


def test_outlines_are_geojson(door: CaseDoor, reader: Officer) -> None:
    shown = door.get(f"/grids/{FIRST}", reader).json()["items"]
    features = door.get("/grids/features", reader, below=f"{DISTRICT}001", level=5).json()["features"]
    assert len(features) == 8
    first = next(feature for feature in features if feature["id"] == FIRST)
    ring = shown[0]["area"]["polygons"][0][0]
    assert first["geometry"]["coordinates"][0][0] == [[lon / 1e6, lat / 1e6] for lon, lat in ring]
    assert door.get("/grids/nowhere", reader).json()["code"] == "grid-unknown"


def test_an_address_is_found_as_people_write_it(door: CaseDoor, reader: Officer) -> None:
    best = door.get("/addresses/match", reader, text="示范区 古荡街道古荡路３号 附近").json()["items"]
    assert [row["name"] for row in best[0]["chain"]] == ["示范区", "古荡街道", "古荡路", "3号"]
    assert (best[0]["rest"], best[0]["chain"][-1]["grid"]) == ("附近", f"{DISTRICT}002002001")
    assert best[0]["lat_e6"] is not None
    short = door.get("/addresses/match", reader, text="北山路2号").json()["items"][0]
    assert (short["share"], short["chain"][-1]["address"]) == (1, "A3R2")
    assert door.get("/addresses/match", reader, text="火星").json()["items"] == []
    assert door.get("/addresses", reader, level="road").json()["items"][0]["address"] == "A1R"
    assert door.get("/addresses/A1R1", reader).json()["items"][0]["level"] == "building"


def test_a_proposal_is_decided_by_who_reads_it_here(door: CaseDoor, reader: Officer) -> None:
    waiting = door.get("/matters/proposals", reader, limit=500).json()["items"]
    version = next(item for item in waiting if item["matter"] == "0102")
    assert door.get("/matters", reader).json()["items"] == []
    chief = door.running.officer(roles=["duty_chief"])
    fields = {
        "matter": "0102", "version": 1, "statement": version["statement"], "entry": version["digest"],
        "outcome": "approved", "reason": None,
    }  # fmt: skip
    assert door.submit(sign_on(chief, kinds.DECIDED, fields, version["sub"]), chief).status_code == 201
    assert [m["matter"] for m in door.get("/matters", reader).json()["items"]] == ["0102"]
    shown = door.get("/matters/0102", reader).json()["items"]
    assert (shown[0]["state"], shown[0]["decided_by"]) == ("approved", chief.account)
    answer = door.get("/matters/0102/duty", reader, **CORNER).json()
    assert (answer["grid"], answer["duty"]["unit"], answer["duty"]["rule"]) == (FIRST, "JD1", "0102@1")
    assert door.get("/matters/0102/duty", reader, lat=10, lon=10).json() == {"grid": None, "duty": None}
    assert door.get("/matters/0101/duty", reader).json()["code"] == "matter-unknown"


def test_staff_are_kept_by_administrators(door: CaseDoor, reader: Officer, admin: Officer) -> None:
    body = {"account": reader.account}
    assert door.post("/units/CG/staff", reader, body).status_code == 403
    assert door.post("/units/CG/staff", door.stranger, body).status_code == 403
    joined = door.post("/units/CG/staff", admin, body)
    assert (joined.status_code, joined.json()["username"]) == (201, reader.username)
    assert door.post("/units/CG/staff", admin, body).json()["code"] == "staff-joined"
    assert door.post("/units/none/staff", admin, body).json()["code"] == "unit-unknown"
    assert [row["account"] for row in door.get("/units/CG/staff", reader).json()["items"]] == [reader.account]
    left = door.client.delete(
        f"/api/v1/units/CG/staff/{reader.account}", headers={"Authorization": f"Bearer {admin.token}"}
    )
    assert left.status_code == 204
    assert door.get("/units/CG/staff", reader).json()["items"] == []
