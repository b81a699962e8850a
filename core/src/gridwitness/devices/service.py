"""Devices and their standing: whether what one captured may be evidence (行政处罚法 2021 Art. 41)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.devices.models import DeviceReviewRow, DeviceRow
from gridwitness.errors import NotFound


@dataclass(frozen=True, slots=True)
class Standing:
    """What Art. 41 asks of a device, at one moment. `reasons`: (中文, English) for each thing that lacks."""

    device: str
    at: datetime
    announced: bool
    marked: bool
    legal: bool
    technical: bool
    reasons: tuple[tuple[str, str], ...] = field(default=())

    @property
    def usable(self) -> bool:
        """Whether what the device captured at that moment may be evidence."""
        return self.announced and self.marked and self.legal and self.technical


@dataclass(frozen=True, slots=True)
class ReviewedDevice:
    """One device with its reviews, oldest first."""

    row: DeviceRow
    reviews: Sequence[DeviceReviewRow]

    def standing(self, at: datetime) -> Standing:
        """The device at a moment: announced and marked by then, both reviews passed and valid then."""
        announced = self.row.announced_at is not None and self.row.announced_at <= at
        marked = bool(self.row.marked.strip())
        legal, technical = self._passed("legal", at), self._passed("technical", at)
        lacking = (
            (announced, "设置地点未向社会公布", "its place has not been announced"),
            (marked, "未设置明显标志", "it is not clearly marked"),
            (legal, "未经法制审核或审核不在有效期", "no legal review passed and valid then"),
            (technical, "未经技术审核或审核不在有效期", "no technical review passed and valid then"),
        )
        reasons = tuple((zh, en) for holds, zh, en in lacking if not holds)
        return Standing(self.row.device, at, announced, marked, legal, technical, reasons)

    def _passed(self, review: str, at: datetime) -> bool:
        return any(
            row.review == review and row.outcome == "passed" and row.valid_from <= at <= row.valid_to
            for row in self.reviews
        )


def reviewed_devices(session: Session, names: Iterable[str]) -> Mapping[str, ReviewedDevice]:
    """Devices with their reviews; unknown ones are left out. Two queries."""
    wanted = [name for name in set(names) if "\0" not in name]
    if not wanted:
        return {}
    rows = session.scalars(
        select(DeviceRow).where(DeviceRow.device.in_(wanted)).execution_options(populate_existing=True)
    ).all()
    reviews: dict[str, list[DeviceReviewRow]] = {row.device: [] for row in rows}
    found = (
        select(DeviceReviewRow)
        .where(DeviceReviewRow.device.in_(reviews))
        .order_by(DeviceReviewRow.reviewed_at, DeviceReviewRow.jti)
    )
    for review in session.scalars(found):
        reviews[review.device].append(review)
    return {row.device: ReviewedDevice(row, reviews[row.device]) for row in rows}


class Devices:
    """Use cases of devices; statements come in by `records.Acceptance`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def find(self, session: Session, device: str) -> ReviewedDevice:
        """One device with its reviews. Raises NotFound `device-unknown`."""
        found = reviewed_devices(session, [device]).get(device)
        if found is None:
            raise NotFound("device-unknown", f"There is no device {device}.", "see the list of devices")
        return found

    def page(
        self, session: Session, agency: str, after: str | None = None, limit: int = 100
    ) -> list[DeviceRow]:
        """Devices of an agency by number, from the one behind `after` on."""
        query = select(DeviceRow).where(DeviceRow.agency == agency)
        if after is not None:
            query = query.where(DeviceRow.device > after)
        return [*session.scalars(query.order_by(DeviceRow.device).limit(limit))]

    def standing(self, session: Session, device: str, at: datetime | None = None) -> Standing:
        """A device's standing at a moment (now). Raises NotFound `device-unknown`."""
        return self.find(session, device).standing(at or self._clock.now())
