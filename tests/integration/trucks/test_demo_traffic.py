"""The demo's two nights: its files are taken whole, and detection finds what the story tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from gridwitness.detector import Detector
from gridwitness.feeds import feed_named
from gridwitness.hotspots.composition import Counted, compose
from gridwitness.hotspots.geography import parent
from gridwitness.trucks.models_anomalies import AnomalyRow
from gridwitness.trucks.plates import normalise
from gridwitness.trucks.sightings import Sightings
from gridwitness_api import create_app
from gridwitness_cli.demo.anomalies import CHECKPOINT, REVIEWS
from gridwitness_cli.demo.traffic import FEED, passage_file, register_files
from gridwitness_cli.truck.register_files import take_file as take_register
from gridwitness_ingest.tables.door import take_file
from gridwitness_ingest.tables.pieces import TableOptions
from gridwitness_ingest.tables.reading import PieceReader
from sqlalchemy import select
from support.platform import CITY, RunningPlatform, running_platform
from support.truck_findings import register_feed, store_passages

ZONE = ZoneInfo("Asia/Shanghai")
SEEN_AT = datetime(2026, 3, 10, 23, 40, tzinfo=ZONE)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform(begin=datetime(2026, 3, 10, 16, 30, tzinfo=UTC)) as platform:
        yield platform


def test_detection_finds_what_the_story_tells(running: RunningPlatform, tmp_path: Path) -> None:
    for register, text in register_files().items():
        file = tmp_path / f"{register}.csv"
        file.write_text(text, encoding="utf-8")
        done = take_register(running.platform, CITY, register, file)
        assert (done.bad, done.recorded) == (0, len(text.splitlines()) - 1)
    register_feed(running.officer("clerk"), FEED)
    _take_passages(running, tmp_path / "passages.csv")
    Detector(running.platform).drain()
    with running.platform.transaction() as session:
        rows = [*session.scalars(select(AnomalyRow).order_by(AnomalyRow.occurred_at))]
    counts = Counter(row.rule for row in rows)
    assert counts == {"TIME_WIN": 18, "NO_PERMIT": 2, "ROUTE_DEV": 2, "BLACK_CLONE_ST": 2}
    for review in REVIEWS:
        assert any((row.rule, row.plate) == (review.rule, normalise(review.plate)) for row in rows)
    first = next(row for row in rows if row.rule == "NO_PERMIT")
    assert first.occurred_at == SEEN_AT
    noon = {(row.plate, row.carrier) for row in rows if row.rule == "TIME_WIN"}
    assert len(noon) == 9 and len({carrier for _, carrier in noon}) == 4  # enough to be shown on the map


def test_a_hit_that_stands_alone_is_a_candidate_only(running: RunningPlatform) -> None:
    clerk = running.officer("reader")
    register_feed(clerk, "lone")
    noon = SEEN_AT.replace(hour=13, minute=0).astimezone(UTC)
    seen = {"device": CHECKPOINT, "plate": "浙A6T011", "plate_color": "yellow"}
    store_passages(running.platform, noon, 1, "lone", **seen)
    Detector(running.platform).drain()
    with TestClient(create_app(running.platform)) as client:
        headers = {"Authorization": f"Bearer {clerk.token}"}
        page = client.get("/api/v1/anomalies/candidates", headers=headers)
        assert page.status_code == 200, page.text
        assert [row["rule"] for row in page.json()["items"]] == ["TIME_WIN"]
        node = running.officer("node", roles=["police_node"])
        refused = client.get(
            "/api/v1/anomalies/candidates", headers={"Authorization": f"Bearer {node.token}"}
        )
        assert refused.status_code == 403


def _take_passages(running: RunningPlatform, file: Path) -> None:
    platform = running.platform
    file.write_text(passage_file(SEEN_AT), encoding="utf-8")
    with platform.transaction() as session:
        feed = feed_named(session, FEED)
    options = TableOptions(None, {}, None, zone="Asia/Shanghai")
    taken = [*take_file(platform.transaction, platform.intake, platform.clock, feed, file, options)]
    assert len(taken) == 1
    reader = PieceReader(platform.intake, Sightings())
    with platform.transaction() as session:
        read = reader.read_next(session)
    assert read is not None


def test_the_map_shows_the_noon(running: RunningPlatform) -> None:
    with running.platform.transaction() as session:
        rows = [*session.scalars(select(AnomalyRow).where(AnomalyRow.state == "suspected"))]
    counted = [
        Counted(None if row.cell is None else int(row.cell, 16), row.plate, row.carrier, 12, row.rule)
        for row in rows
    ]
    exposure = Counter(parent(one.cell, 8) for one in counted if one.cell is not None)
    shown = compose(counted, exposure, 8, 5).cells
    assert [cell.trucks >= 8 for cell in shown] == [True]
