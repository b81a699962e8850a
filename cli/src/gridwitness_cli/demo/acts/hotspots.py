"""Acts on hotspots: a snapshot goes on the chain, and a police node reads the map from its own node alone."""

from __future__ import annotations

import time
from importlib import import_module

from gridwitness.hotspots.models import PublicationRow, SnapshotRow
from sqlalchemy import func, select

from gridwitness_cli.demo.acts.evidence import AuditorDesk
from gridwitness_cli.demo.company import Company
from gridwitness_cli.demo.story import expect

_PUBLISHING_SECONDS = 60


def publish_hotspots(company: Company) -> None:
    """Make the snapshots that are due; the worker publishes them."""
    company.stage.settle()
    module = import_module("gridwitness.due_snapshots")  # it loads frames
    made = module.make_due(company.stage.platform)
    expect(bool(made), "snapshot-missing", "No snapshot was due.")
    deadline = time.monotonic() + _PUBLISHING_SECONDS
    while _count(company, PublicationRow) < _count(company, SnapshotRow):
        expect(time.monotonic() < deadline, "snapshot-unpublished", "The snapshots are not on the chain.")
        time.sleep(0.1)
    company.story.counts["hotspot_snapshots"] = len(made)
    company.story.say(f"   {len(made)} 期高发区域快照上链  snapshots published on the chain")


def read_map(desk: AuditorDesk) -> None:
    """The police node asks its own node; neither the platform nor its database."""
    drawn = desk.trust.parent / "hotspots.geojson"
    verdict = desk.verify(
        "hotspots: 公安节点由链上直读 the map from the chain alone", 0, "hotspots", "--geojson", drawn
    )
    cells = drawn.read_text("utf-8").count('"Polygon"')
    expect(cells > 0, "map-empty", f"The map shows no cell: {verdict.report}")
    desk.company.story.counts["hotspot_cells"] = cells
    desk.company.story.say(f"   公安节点读到 {cells} 个高发网格  cells, read without the platform: {drawn}")


def _count(company: Company, model: type[PublicationRow] | type[SnapshotRow]) -> int:
    with company.stage.platform.transaction() as session:
        return session.scalars(select(func.count()).select_from(model)).one()
