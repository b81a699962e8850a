"""A finding as the fields of its record, and as columns of its row, with what the registers say around it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import h3
import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.devices import ReviewedDevice, reviewed_devices
from gridwitness.errors import NotFound
from gridwitness.feeds import FeedRow
from gridwitness.feeds.kinds import ASSURANCES
from gridwitness.records import rfc3339
from gridwitness.trucks.book import Book
from gridwitness.trucks.input_digests import MANIFEST, digests_of, parted
from gridwitness.trucks.models import ManifestRow
from gridwitness.trucks.reasons import reason_of

CELL_RESOLUTION = 10
_ORDER = {assurance: place for place, assurance in enumerate(ASSURANCES)}
_SIGNED = "device-signed"
"""A manifest is a signed record: nothing stronger carries it here."""

Finding = Mapping[str, Any]
Periods = Mapping[str, Sequence[tuple[datetime, datetime | None, str]]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a batch of findings takes from elsewhere: feeds, carriers, devices, digests of the facts."""

    feeds: Mapping[str, tuple[str, str]]
    """feed → (agency, assurance)"""
    manifests: Mapping[str, str]
    """manifest → agency"""
    carriers: Periods
    devices: Periods
    reviewed: Mapping[str, ReviewedDevice]
    digests: Mapping[str, str]

    def agency_of(self, finding: Finding) -> str:
        """Whose anomaly it is: the agency of the feed that decides it."""
        return self._source(finding["refs"][0])[0]

    def assurance_of(self, finding: Finding) -> str:
        """The weakest of the feeds that it rests on."""
        named = {self._source(ref)[1] for ref in (*finding["refs"], *finding["inputs"])}
        return min(named, key=_ORDER.__getitem__)

    def carrier_of(self, finding: Finding) -> str | None:
        """The carrier the plate was registered under at that time."""
        return _holding(self.carriers, finding["plate"], finding["at"])

    def device_standing(self, finding: Finding) -> str | None:
        """Whether the checkpoint's device might give evidence then (行政处罚法 Art. 41)."""
        if finding["checkpoint"] is None:
            return None
        device = _holding(self.devices, finding["checkpoint"], finding["at"])
        known = None if device is None else self.reviewed.get(device)
        usable = known is not None and known.standing(finding["at"]).usable
        return "reviewed" if usable else "unreviewed"

    def _source(self, reference: str) -> tuple[str, str]:
        if reference.startswith(MANIFEST):
            return self.manifests[reference.removeprefix(MANIFEST)], _SIGNED
        feed = parted(reference)[0]
        if feed not in self.feeds:
            raise NotFound("feed-unknown", f"There is no feed {feed}.", "register it first")
        return self.feeds[feed]


def surroundings_of(session: Session, book: Book, findings: Sequence[Finding]) -> Surroundings:
    """Ask once for all findings. Raises NotFound `input-unknown`."""
    references = {ref for finding in findings for ref in (*finding["refs"], *finding["inputs"])}
    checkpoints = {finding["checkpoint"] for finding in findings} - {None}
    devices = _periods(book.checkpoints, "checkpoint", "device", checkpoints)
    feeds = select(FeedRow.feed, FeedRow.agency, FeedRow.assurance)
    numbers = [ref.removeprefix(MANIFEST) for ref in references if ref.startswith(MANIFEST)]
    manifests = select(ManifestRow.manifest, ManifestRow.agency).where(ManifestRow.manifest.in_(numbers))
    return Surroundings(
        feeds={feed: (agency, assurance) for feed, agency, assurance in session.execute(feeds)},
        manifests={number: agency for number, agency in session.execute(manifests)} if numbers else {},
        carriers=_periods(book.trucks, "plate", "carrier", {finding["plate"] for finding in findings}),
        devices=devices,
        reviewed=reviewed_devices(session, {name for found in devices.values() for _, _, name in found}),
        digests=digests_of(session, references),
    )


def fields_of(finding: Finding, around: Surroundings) -> dict[str, Any]:
    """Fields of the finding's `truck.anomaly.v2`."""
    measured: dict[str, str] = json.loads(finding["measured"] or "{}")
    placed = finding["lat_e6"] is not None and finding["lon_e6"] is not None
    return {
        "rule": finding["rule"],
        "rules": finding["rules"],
        "key": finding["key"],
        "state": finding["standing"],
        "level": finding["level"],
        "plate": finding["plate"],
        "plate_color": finding["plate_color"],
        "carrier": around.carrier_of(finding),
        "checkpoint": finding["checkpoint"],
        "latitude": _degrees(finding["lat_e6"]) if placed else None,
        "longitude": _degrees(finding["lon_e6"]) if placed else None,
        "cell": _cell(finding["lat_e6"], finding["lon_e6"]) if placed else None,
        "occurred_at": rfc3339(finding["at"]),
        "until": None if finding["until"] is None else rfc3339(finding["until"]),
        "permit": finding["permit"],
        "assurance": around.assurance_of(finding),
        "device_standing": around.device_standing(finding),
        "reason": reason_of(finding["rule"], measured, finding["checkpoint"]),
        "measured": measured,
        "inputs": [around.digests[ref] for ref in finding["inputs"]],
        "files": [],
    }


def columns_of(finding: Finding, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of the anomaly's row but subject, agency, state and entry."""
    same = "rule rules key level plate plate_color carrier checkpoint cell permit assurance device_standing"
    return {name: fields[name] for name in same.split()} | {
        "grounds": fields["state"],
        "lat_e6": finding["lat_e6"],
        "lon_e6": finding["lon_e6"],
        "occurred_at": finding["at"],
        "until": finding["until"],
        "reason": fields["reason"],
        "measured": fields["measured"],
    }


def _periods(frame: pl.DataFrame, number: str, value: str, wanted: Iterable[str]) -> Periods:
    found: dict[str, list[tuple[datetime, datetime | None, str]]] = {}
    rows = frame.filter(pl.col(number).is_in([*wanted])).select(number, "valid_from", "valid_to", value)
    for name, since, until, what in rows.iter_rows():
        found.setdefault(name, []).append((since, until, what))
    return found


def _holding(periods: Periods, number: str | None, at: datetime) -> str | None:
    for since, until, what in periods.get(number or "", ()):
        if since <= at and (until is None or at < until):
            return what
    return None


def _degrees(millionths: int) -> str:
    whole, part = divmod(abs(millionths), 1_000_000)
    return f"{'-' if millionths < 0 else ''}{whole}.{part:06d}"


def _cell(lat_e6: int, lon_e6: int) -> str:
    return str(h3.latlng_to_cell(lat_e6 / 1_000_000, lon_e6 / 1_000_000, CELL_RESOLUTION))
