"""The example district made ready: registers, channels, the list approved by a person, who works there."""

from __future__ import annotations

from datetime import timedelta

from gridwitness.grids.example import register_example
from gridwitness.members.models import AccountRow
from gridwitness.platform import Platform
from gridwitness.records import rfc3339
from gridwitness_evidence import SigningKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness_cli.demo.district_cast import Seat
from gridwitness_cli.matter_list import approve_matters

CHANNELS = (
    ("grid-worker", "grid_worker", "网格员上报"),
    ("hotline", "hotline", "12345 热线"),
    ("web", "web", "网页上报"),
    ("wechat", "wechat", "公众号上报"),
    ("public-app", "public_app", "公众应用"),
    ("sanitation", "sanitation", "环卫巡查"),
    ("video", "video", "视频识别"),
    ("open311", "open311", "Open311"),
)
"""Name, category and title of each."""
_OPEN_TO_ALL = frozenset({"web", "wechat", "public-app"})
_BEFORE = timedelta(days=30)


def open_district(platform: Platform, agency: str, approver: SigningKey) -> None:
    """Register the example and have `approver` (an officer key) approve its list. Idempotent."""
    since = rfc3339((platform.clock.now() - _BEFORE).replace(microsecond=0))
    with platform.transaction() as session:
        if platform.territories.at(session).grids:
            return
        for entries in register_example(session, platform.grid_registers, agency, since).values():
            for entered in entries:
                if entered.error is not None:
                    raise entered.error
        for name, category, title in CHANNELS:
            platform.channels.register(
                session, agency, name, category=category, title=title,
                settings={"public": True} if name in _OPEN_TO_ALL else {}, by=None,
            )  # fmt: skip
    approve_matters(platform, agency, approver)


def take_seat(platform: Platform, session: Session, seat: Seat, agency: str, password: str) -> None:
    """The account with its roles and its unit; one that is there already stays as it is."""
    if session.scalar(select(AccountRow.id).where(AccountRow.username == seat.username)) is not None:
        return
    account = platform.accounts.create(
        session, agency=agency, username=seat.username, display_name=seat.name, password=password,
        roles=[], by=None,
    )  # fmt: skip
    for role in seat.roles:
        platform.accounts.grant(session, account.id, role, agency, seat.scope, by=None)
    if seat.unit is not None:
        platform.staff.join(session, account.id, seat.unit, by=None)
