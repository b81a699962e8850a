"""A channel as the doors know it: whose it is, of what kind, and what it lets in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.channels.models import ChannelRow
from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound

CATEGORIES = {
    "grid_worker": "网格员",
    "public_app": "公众应用",
    "wechat": "微信",
    "sanitation": "环卫",
    "hotline": "热线",
    "web": "网页",
    "video": "视频识别",
    "iot": "物联感知",
    "import": "批量导入",
    "open311": "Open311",
    "department": "部门",
}
DETECTING = frozenset({"video", "iot"})
"""Machines: what they claim goes to a person first."""
PUBLIC = frozenset({"public_app", "wechat", "web"})
"""Channels that may stand open to people without an account."""
LONGEST_TITLE = 200
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST_HOURLY = 100_000


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """`public`: takes reports without a credential; `hourly`: how many of those; `matters`: numbers, or
    beginnings of numbers, that are offered there (none named: all).
    """

    public: bool = False
    hourly: int = 600
    matters: tuple[str, ...] = ()

    @classmethod
    def parse(cls, category: str, given: Mapping[str, Any]) -> ChannelSettings:
        """Raises InvalidInput `channel-settings`."""
        public, hourly = given.get("public", False), given.get("hourly", 600)
        matters = given.get("matters", [])
        whole = isinstance(hourly, int) and not isinstance(hourly, bool) and 1 <= hourly <= _MOST_HOURLY
        named = isinstance(matters, list) and len(matters) <= 200 and all(map(_is_number, matters))
        if given.keys() - {"public", "hourly", "matters"} or not (
            isinstance(public, bool) and whole and named
        ):
            raise InvalidInput(
                "channel-settings",
                "Settings of a channel are `public` (true or false), `hourly` (1 to 100,000), `matters`.",
                "docs/format.md section 25",
            )
        if public and category not in PUBLIC:
            raise InvalidInput(
                "channel-settings",
                f"A channel of category {category} is not open to everybody.",
                f"only {', '.join(sorted(PUBLIC))} may be",
            )
        return cls(public, hourly, tuple(matters))

    def offers(self, matter: str) -> bool:
        """Whether a matter may be reported there."""
        return not self.matters or matter.startswith(self.matters)


@dataclass(frozen=True, slots=True)
class Channel:
    """One registered channel."""

    name: str
    agency: str
    sub: str
    category: str
    title: str
    settings: ChannelSettings
    state: str


def check_name(name: str) -> None:
    """Raise InvalidInput `fields`."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            "fields", "A channel has 1 to 64 letters, digits, `.`, `_`, `-`; the first is no sign.", None
        )


def channel_of(row: ChannelRow) -> Channel:
    """The channel of a row."""
    settings = ChannelSettings.parse(row.category, row.settings)
    return Channel(row.channel, row.agency, row.sub, row.category, row.title, settings, row.state)


def registered_channel(session: Session, name: str) -> Channel:
    """A channel, open or closed. Raises NotFound `channel-unknown`."""
    row = session.get(ChannelRow, name, populate_existing=True) if _NAME.fullmatch(name) else None
    if row is None:
        raise NotFound("channel-unknown", f"There is no channel {name[:64]!r}.", "see the list of channels")
    return channel_of(row)


def open_channel(session: Session, name: str) -> Channel:
    """A channel that takes reports. Raises NotFound `channel-unknown`, Conflict `channel-closed`."""
    channel = registered_channel(session, name)
    if channel.state != "open":
        raise Conflict("channel-closed", f"Channel {name} is closed.", "an administrator can open it again")
    return channel


def public_channel(session: Session, name: str) -> Channel:
    """As `open_channel`, for somebody without any credential. Raises also Forbidden `channel-private`."""
    channel = open_channel(session, name)
    if not channel.settings.public:
        raise Forbidden(
            "channel-private", f"Channel {name} takes no reports from everybody.", "use a public one"
        )
    return channel


def channel_of_category(session: Session, agency: str, category: str) -> Channel | None:
    """An agency's first open channel of a category, by name."""
    query = select(ChannelRow).where(
        ChannelRow.agency == agency, ChannelRow.category == category, ChannelRow.state == "open"
    )
    row = session.scalars(query.order_by(ChannelRow.channel).limit(1)).first()
    return None if row is None else channel_of(row)


def _is_number(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 32 and value.isprintable()
