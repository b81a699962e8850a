"""Technical monitoring equipment and its reviews (行政处罚法 Art. 41)."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from gridwitness_api.schemas.forms import Answer, example

_REVIEW: dict[str, Any] = {
    "jti": "0198f2a0-7c11-7abc-8def-0123456789ab",
    "review": "legal",
    "outcome": "passed",
    "reviewed_at": "2026-01-05T02:00:00Z",
    "valid_from": "2026-01-05T02:00:00Z",
    "valid_to": "2027-01-05T02:00:00Z",
    "standard": "GB/T 28181",
    "report": "示法审〔2026〕3号",
    "signer": "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10",
}
_LACK = {"zh": "未经技术审核或审核不在有效期", "en": "no technical review passed and valid then"}
_DEVICE: dict[str, Any] = {
    "device": "330106-K017",
    "sub": "9f86d081884c7d659a2feaa0c55ad015",
    "agency": "310000CG01",
    "category": "checkpoint",
    "place": "文三路与古翠路交叉口",
    "datum": "wgs84",
    "latitude": "30.2765",
    "longitude": "120.1234",
    "announced_at": "2026-01-06T02:00:00Z",
    "marked": "true",
}


class DeviceView(Answer):
    """A device 设备."""

    model_config = ConfigDict(json_schema_extra=example(_DEVICE))

    device: str
    sub: str
    agency: str
    category: str
    place: str
    datum: str
    latitude: str | None
    longitude: str | None
    announced_at: str | None
    marked: str


class DeviceList(Answer):
    """Devices of an agency 设备列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_DEVICE], "next": None}))

    items: list[DeviceView]
    next: str | None


class DeviceReviewView(Answer):
    """A legal or technical review 法制审核、技术审核."""

    model_config = ConfigDict(json_schema_extra=example(_REVIEW))

    jti: str
    review: str
    outcome: str
    reviewed_at: str
    valid_from: str
    valid_to: str
    standard: str | None
    report: str | None
    signer: str


class Lack(Answer):
    """One thing that Art. 41 asks for and that is not there 欠缺."""

    model_config = ConfigDict(json_schema_extra=example(_LACK))

    zh: str
    en: str


class DeviceStandingView(DeviceView):
    """A device with its reviews, and whether its records may be evidence now 设备状态."""

    model_config = ConfigDict(
        json_schema_extra=example({**_DEVICE, "reviews": [_REVIEW], "usable": False, "lacking": [_LACK]})
    )

    reviews: list[DeviceReviewView]
    usable: bool
    lacking: list[Lack]
    """What Art. 41 asks for and is not there."""
