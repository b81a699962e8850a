"""Hotspots through the door: what a police node may ask; the privacy floor holds for every answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from gridwitness.records import rfc3339
from gridwitness_api import create_app
from support.hotspot_story import CELLS, HIDDEN, HOT, WEDNESDAY, HotspotStory, snapshot_week

BESIDE = CELLS[40]


@pytest.fixture(scope="module")
def story() -> Iterator[HotspotStory]:
    with snapshot_week() as week:
        week.make()
        now = week.running.advance(12 * 3600)
        week.passages(now)
        week.gathering(BESIDE, 6, occurred_at=rfc3339(now - timedelta(hours=1)))
        week.gathering(BESIDE, 2, occurred_at=rfc3339(now - timedelta(hours=3)), rule="ROUTE_DEV")
        week.gathering(HOT, 6, occurred_at=rfc3339(now - timedelta(hours=1)))
        week.gathering(HIDDEN[0], 1, occurred_at=rfc3339(now), rule="ROUTE_DEV")
        week.gathering(HIDDEN[1], 1, occurred_at=rfc3339(now), rule="ROUTE_DEV")
        yield week


@pytest.fixture(scope="module")
def ask(story: HotspotStory) -> Any:
    client = TestClient(create_app(story.running.platform))
    token = story.running.officer(roles=("police_node",)).token

    def get(path: str = "", status: int = 200, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {query.pop('token', token)}"}
        answer = client.get(f"/api/v1/hotspots{path}", params=query, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    return get


def cells(answer: Any) -> list[str]:
    return [feature["properties"]["cell"] for feature in answer["features"]]


def test_snapshots_are_listed_with_their_blocks(ask: Any) -> None:
    page = ask(limit=1)
    (newest,) = page["items"]
    assert (newest["number"], newest["family"], newest["cells"]) == (2, "positions", 0)
    assert newest["block"] > 0 and newest["published_at"] >= newest["period_to"]
    (oldest,) = ask(cursor=page["next"])["items"]
    assert (oldest["number"], oldest["cells"], oldest["suppressed"]) == (1, 1, 2)
    assert [one["number"] for one in ask(family="passages")["items"]] == [1]


def test_a_snapshot_as_geojson(ask: Any) -> None:
    (feature,) = ask("/1")["features"]
    ring = feature["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1] and len(ring) == 7 and 119 < ring[0][0] < 121
    assert feature["properties"] == {
        "cell": f"{HOT:x}",
        "anomalies": 18,
        "trucks": 9,
        "per_1000": 900.0,
        "z": feature["properties"]["z"],
        "significant": feature["properties"]["significant"],
        "hours": [2, 9],
        "rules": ["ROUTE_DEV", "TIME_WIN"],
    }
    for query, shown in (
        ({"rule": "TIME_WIN"}, 1),
        ({"rule": "OFFLINE"}, 0),
        ({"hour": 2}, 1),
        ({"hour": 3}, 0),
        ({"bbox": "119,29,121,31"}, 1),
        ({"bbox": "0,0,1,1"}, 0),
    ):
        assert len(ask("/1", **query)["features"]) == shown


def test_the_running_period_with_its_floor(ask: Any) -> None:
    whole = ask("/live")
    assert cells(whole) == [f"{cell:x}" for cell in sorted((HOT, BESIDE))]
    assert whole["live"]["suppressed"] == 2
    # Two trucks broke another rule beside: what is told by rule must not tell of them by subtraction.
    assert cells(ask("/live", rule="TIME_WIN")) == [f"{HOT:x}"]
    assert cells(ask("/live", rule="ROUTE_DEV")) == []
    assert cells(ask("/live", family="positions")) == []


def test_where_to_look_and_why(ask: Any) -> None:
    answer = ask("/suggestions")
    best, second = answer["items"]
    assert (best["checkpoint"], best["anomalies"], best["trucks"]) == (f"{HOT:x}", 9, 9)
    assert {best["hour"], second["hour"]} == {2, 9}
    assert best["expected_per_hour"] == round(9 / 7, 3)
    assert answer["period_from"] < rfc3339(WEDNESDAY) < answer["period_to"]
    assert "9 辆车" in best["reason"]["zh"] and "9 trucks" in best["reason"]["en"]


def test_what_is_refused(ask: Any, story: HotspotStory) -> None:
    assert ask("/9", 404)["code"] == "snapshot-unknown"
    assert ask("/1", 422, bbox="3,2,1,0")["code"] == "box-invalid"
    assert ask("/live", 422, bbox="1,2,3,....")["code"] == "box-invalid"
    assert ask("", 400, cursor="AAAA")["code"] == "cursor-invalid"
    for query in ({"hour": 24}, {"rule": "X"}, {"bbox": "1,2"}):
        ask("/live", 422, **query)
    assert ask("", 403, agency="330100GA")["code"] == "role-missing"
    outsider = story.running.officer(roles=("carrier",)).token
    assert ask("/live", 403, token=outsider)["code"] == "role-missing"
