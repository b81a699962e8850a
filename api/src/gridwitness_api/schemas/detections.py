"""Detections: what machines claim, and what people make of it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from gridwitness_api.parameters import SHA256_FORM
from gridwitness_api.schemas.channels import ChannelKey, Degrees, Number
from gridwitness_api.schemas.forms import Answer, Form, TimeText, example

_CLAIM: dict[str, Any] = {
    "key": "cam-17/2026-03-02/000431",
    "device": "330106-K017",
    "matter": "0103",
    "confidence": 87,
    "image": "9f86d081" * 8,
    "latitude": "30.2765",
    "longitude": "120.1213",
    "captured_at": "2026-03-02T01:59:31Z",
}
_DETECTION: dict[str, Any] = {
    "sub": "9f86d081884c7d659a2feaa0c55ad015",
    "agency": "310000CG01",
    "channel": "video",
    **_CLAIM,
    "received_at": "2026-03-02T02:00:00Z",
    "state": "queued",
    "event": None,
    "reason": None,
    "decided_by": None,
    "decided_at": None,
}
_OFFERED: dict[str, Any] = {
    "key": "cam-17/2026-03-02/000431",
    "result": "queued",
    "detection": "9f86d081884c7d659a2feaa0c55ad015",
}


class DetectionClaim(Form):
    """What a camera or sensor claims 识别线索."""

    model_config = ConfigDict(json_schema_extra=example(_CLAIM))

    key: ChannelKey
    """The sender's own number of it: again, it changes nothing."""
    device: ChannelKey
    matter: Number | None = None
    confidence: Annotated[int, Field(ge=0, le=100)]
    """Percent."""
    image: Annotated[str, StringConstraints(pattern=SHA256_FORM)] | None = None
    """SHA-256 of the picture."""
    latitude: Degrees | None = None
    longitude: Degrees | None = None
    captured_at: TimeText


class DetectionClaims(Form):
    """Claims sent together: all are taken or none 识别线索批."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_CLAIM]}))

    items: Annotated[list[DetectionClaim], Field(min_length=1, max_length=100)]


class OfferedView(Answer):
    """What became of a claim 入队结果: `queued`, `known`, or `ignored` below the floor."""

    model_config = ConfigDict(json_schema_extra=example(_OFFERED))

    key: str
    result: str
    detection: str | None


class OfferedList(Answer):
    """What became of claims 入队结果."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_OFFERED]}))

    items: list[OfferedView]


class DetectionView(Answer):
    """A detection in the queue 识别线索."""

    model_config = ConfigDict(json_schema_extra=example(_DETECTION))

    sub: str
    agency: str
    channel: str
    key: str
    device: str
    matter: str | None
    confidence: int
    image: str | None
    latitude: str | None
    longitude: str | None
    captured_at: str
    received_at: str
    state: str
    event: str | None
    reason: str | None
    decided_by: str | None
    decided_at: str | None


class DetectionList(Answer):
    """Detections, oldest first 线索列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_DETECTION], "next": None}))

    items: list[DetectionView]
    next: str | None


class Confirmation(Form):
    """A person's word that it is so 确认线索."""

    model_config = ConfigDict(
        json_schema_extra=example({"matter": "0103", "grid": None, "note": "已看图核实"})
    )

    matter: Number | None = None
    """Where the machine named another one, or none."""
    grid: Number | None = None
    note: Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")] | None = (
        None
    )


class Dismissal(Form):
    """Why nothing comes of it 排除线索."""

    model_config = ConfigDict(json_schema_extra=example({"reason": "光影误识"}))

    reason: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
