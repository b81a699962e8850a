"""Channels, their tokens, reports through them, and imports."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from gridwitness_api.schemas.forms import Answer, Form, Name, TimeText, example

Category = Literal[
    "grid_worker",
    "public_app",
    "wechat",
    "sanitation",
    "hotline",
    "web",
    "video",
    "iot",
    "import",
    "open311",
    "department",
]
Degrees = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,3}(\.[0-9]{1,12})?$")]
"""Decimal text: JSON here has no floats."""
Description = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00]*$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^[^\x00-\x1f\x7f]*$")]
ChannelKey = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
Number = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[^\x00-\x1f\x7f]*$")]

_SETTINGS: dict[str, Any] = {"public": True, "hourly": 600, "matters": ["01"]}
_CHANNEL: dict[str, Any] = {
    "channel": "web",
    "sub": "9f86d081884c7d659a2feaa0c55ad015",
    "agency": "310000CG01",
    "category": "web",
    "title": "有话码上说",
    "settings": _SETTINGS,
    "state": "open",
}
_REPORT: dict[str, Any] = {
    "key": "0198f2a0-7c11-7abc-8def-0123456789ab",
    "description": "路口堆放建筑垃圾，占用人行道",
    "title": "建筑垃圾",
    "matter": "0103",
    "latitude": "30.2765",
    "longitude": "120.1213",
    "address": "文三路与古翠路交叉口",
    "occurred_at": None,
    "name": "王女士",
    "phone": "13800000000",
    "may_contact": True,
}


class ChannelSettingsForm(Form):
    """What a channel lets in 渠道设置."""

    model_config = ConfigDict(json_schema_extra=example(_SETTINGS))

    public: bool = False
    """Takes reports without a credential: `public_app`, `wechat`, `web` only."""
    hourly: Annotated[int, Field(ge=1, le=100_000)] = 600
    """Most reports without a credential in an hour, for each process of the API."""
    matters: Annotated[list[Number], Field(max_length=200)] = Field(default=[])
    """Beginnings of the numbers that are offered there; none: all."""


class ChannelForm(Form):
    """A channel as it shall be 渠道登记."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {name: _CHANNEL[name] for name in ("category", "title", "settings", "state")}
        )
    )

    category: Category
    title: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
    settings: ChannelSettingsForm = ChannelSettingsForm()
    state: Literal["open", "closed"] = "open"


class ChannelSettingsView(Answer):
    """What a channel lets in 渠道设置."""

    model_config = ConfigDict(json_schema_extra=example(_SETTINGS))

    public: bool
    hourly: int
    matters: list[str]


class ChannelView(Answer):
    """A registered channel 受理渠道."""

    model_config = ConfigDict(json_schema_extra=example(_CHANNEL))

    channel: str
    sub: str
    agency: str
    category: str
    title: str
    settings: ChannelSettingsView
    state: str


class ChannelList(Answer):
    """Channels of an agency 渠道列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_CHANNEL], "next": None}))

    items: list[ChannelView]
    next: str | None


class NewChannelToken(Form):
    """Who gets a token 令牌用途."""

    model_config = ConfigDict(json_schema_extra=example({"title": "12345 热线平台"}))

    title: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class ChannelToken(Answer):
    """A new token; shown this once 令牌."""

    model_config = ConfigDict(
        json_schema_extra=example({"token": "gwc_GmZpnyJ8nTkq3Xn0cPcVQ1v0zqB1Jm2yZyJ6n9m1b1E"})
    )

    token: str


class ChannelTokenView(Answer):
    """A token without itself 令牌."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "digest": "3f" * 32,
                "title": "12345 热线平台",
                "set_at": "2026-03-02T02:00:00Z",
                "set_by": None,
            }
        )
    )

    digest: str
    """Its SHA-256."""
    title: str
    set_at: str
    set_by: str | None


class ChannelTokenList(Answer):
    """Who may send through a channel 令牌列表."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "items": [
                    {
                        "digest": "3f" * 32,
                        "title": "12345 热线平台",
                        "set_at": "2026-03-02T02:00:00Z",
                        "set_by": None,
                    }
                ]
            }
        )
    )

    items: list[ChannelTokenView]


class ChannelReport(Form):
    """What somebody reports 上报内容: at least a point or an address."""

    model_config = ConfigDict(json_schema_extra=example(_REPORT))

    key: ChannelKey | None = None
    """The sender's own number of it: the same report again is the same event."""
    description: Description
    title: Line | None = None
    matter: Number | None = None
    latitude: Degrees | None = None
    """WGS 84, decimal text."""
    longitude: Degrees | None = None
    address: Line | None = None
    occurred_at: TimeText | None = None
    name: Name | None = None
    phone: Name | None = None
    may_contact: bool = False


class ReportReceipt(Answer):
    """What is answered to a report 受理回执."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "number": "310000CG01-2026-000123",
                "code": "310000CG01-2026-000123-7K2M9QXZ4T1B",
                "reported_at": "2026-03-02T02:00:00Z",
            }
        )
    )

    number: str
    code: str
    """By it anybody may ask how the report stands."""
    reported_at: str


class ImportedRow(Answer):
    """What became of a row that was not simply taken 导入行结果."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "row": 7,
                "key": "A-17",
                "result": "refused",
                "code": "row",
                "detail": "`latitude` is no degree.",
            }
        )
    )

    row: int
    key: str | None
    result: str
    """`known` or `refused`."""
    code: str | None
    detail: str | None


class ImportSummaryView(Answer):
    """What became of rows 导入结果."""

    model_config = ConfigDict(json_schema_extra=example({"taken": 498, "known": 1, "refused": 1, "rows": []}))

    taken: int
    known: int
    refused: int
    rows: list[ImportedRow]
    """Those that were known or refused."""
