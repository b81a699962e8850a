"""An audit recomputes every snapshot from the records, and names what a dishonest platform left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from gridwitness.hotspots import making
from gridwitness.hotspots.composition import Composition
from gridwitness.hotspots.sources import Sources
from gridwitness.records import rfc3339
from support.hotspot_story import CELLS, HOT, ZONE, HotspotStory, hotspot_story, snapshot_week
from support.platform import Report


@pytest.fixture(scope="module")
def story() -> Iterator[HotspotStory]:
    with snapshot_week() as week:
        week.make()
        yield week


def codes(report: Report) -> list[str]:
    return [place["code"] for place in report.check("hotspots")["locations"]]


def test_an_honest_week_is_proved(story: HotspotStory) -> None:
    report = story.running.audit()
    report.require_proved()
    check = report.check("hotspots")
    assert check["result"] == "proved" and "exposure" in check["reason"]
    assert report.report["subject"]["snapshots"] == 2


@pytest.mark.parametrize(
    ("table", "change", "code"),
    [
        ("exposure", "UPDATE {} SET cells = overlay(cells PLACING '\\x01' FROM 12)", "altered"),
        ("exposure", "DELETE FROM {} WHERE number = 1", "missing-row"),
        ("publication", "UPDATE {} SET block_number = block_number + 1 WHERE number = 1", "altered"),
        ("publication", "UPDATE {} SET number = 9 WHERE number = 2", "extra-row"),
        ("publication", "UPDATE {} SET proof = '{{}}' WHERE number = 2", "anchor-form"),
    ],
)
def test_altered_rows_are_found(story: HotspotStory, table: str, change: str, code: str) -> None:
    name = f"hotspots.{table}"
    with psycopg.connect(story.running.urls.owner) as owner:
        owner.execute(f"CREATE TEMP TABLE kept AS TABLE {name}")
        owner.execute(change.format(name))
        owner.commit()
        report = story.running.audit()
        owner.execute(f"TRUNCATE {name}")
        owner.execute(f"INSERT INTO {name} TABLE kept")
    assert report.exit_code == 1 and code in codes(report)


def test_a_trust_file_without_a_board_leaves_it_open(story: HotspotStory, tmp_path: Path) -> None:
    content = json.loads(story.running.trust_file.read_text())
    del content["contracts"]["hotspot_board"]
    older = tmp_path / "trust.json"
    older.write_text(json.dumps(content))
    report = story.running.audit("--trust", str(older))
    assert report.exit_code == 3 and report.check("hotspots")["result"] == "not evaluated"


def test_what_a_dishonest_platform_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    """One day after the other, each with another lie; all are told apart."""
    with hotspot_story(hotspot_period_days=1) as story:
        story.checkpoints(CELLS)
        omitted = day(story, monkeypatch, "read_sources", without_one)
        day(story, monkeypatch, "read_sources", twice)
        day(story, monkeypatch, "compose", edited)
        day(story, monkeypatch, "compose", lambda found: Composition((), found.hidden, 0))
        report = story.running.audit()
    places = report.check("hotspots")["locations"]
    assert report.exit_code == 1
    assert {place["code"] for place in places} == {
        "snapshot-omits",
        "snapshot-inputs",
        "snapshot-cell",
    }
    assert [place["sub"] for place in places if place["code"] == "snapshot-omits"] == [omitted[0]]
    assert any("anomalies is 5, the records give 6" in place["detail"] for place in places)
    assert any(f"cell {HOT:x} is missing" in place["detail"] for place in places)


def day(story: HotspotStory, monkeypatch: pytest.MonkeyPatch, name: str, lie: Any) -> list[str]:
    """A day with six anomalies whose snapshots are made with this lie; subjects of the anomalies."""
    now = story.running.advance(10 * 3600)
    story.passages(now)
    subs = story.gathering(HOT, 6, occurred_at=rfc3339(now))
    story.running.drain()
    midnight = datetime.combine(now.astimezone(ZONE).date() + timedelta(days=1), time(), ZONE)
    story.running.advance((midnight + timedelta(minutes=31) - now).total_seconds())
    story.running.drain()
    real = getattr(making, name)
    with monkeypatch.context() as patch:
        patch.setattr(making, name, lambda *arguments: lie(real(*arguments)))
        story.make()
    return subs


def without_one(found: Sources) -> Sources:
    return Sources(found.leaves[1:], found.anomalies[1:]) if found.anomalies else found


def twice(found: Sources) -> Sources:
    return replace(found, leaves=found.leaves * 2)


def edited(found: Composition) -> Composition:
    return replace(found, cells=tuple(replace(cell, anomalies=cell.anomalies - 1) for cell in found.cells))
