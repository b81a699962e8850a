"""Subscriptions as bodies tell them, and which are refused: this door takes vehicles and places only."""

from __future__ import annotations

import re
from typing import Any

from gridwitness.errors import Forbidden, InvalidInput
from gridwitness.feeds import Subscription

from gridwitness_ingest.gat1400.dropping import is_dropped
from gridwitness_ingest.gat1400.envelopes import member
from gridwitness_ingest.gat1400.told_time import CHINA, compact, told_time

TAKEN_DETAILS = {"3": "采集设备", "7": "视频卡口", "13": "机动车"}
"""SubscribeDetail of GA/T 1400.3 that are taken. Not 11 (people), 12 (faces), nor what is not known here."""

_IDENTIFIER = re.compile(r"[!-~]{1,64}")


def read_subscription(told: dict[str, Any]) -> Subscription:
    """A SubscribeObject. Raises Forbidden `subscription-people`, `subscription-detail`; InvalidInput
    `subscription-id`, `subscription-time`.
    """
    identifier = member(told, "subscribeid")
    if not isinstance(identifier, str | int) or not _IDENTIFIER.fullmatch(str(identifier)):
        raise InvalidInput("subscription-id", "SubscribeID has 1 to 64 printable characters.", None)
    details = _details(member(told, "subscribedetail"))
    resource = str(member(told, "resourceuri") or "")
    if {"11", "12"} & {*details} or is_dropped(resource[:128]):
        raise Forbidden(
            "subscription-people", "Subscriptions to people or faces are refused.", "subscribe to 13, 7 or 3"
        )
    if not details or not {*details} <= {*TAKEN_DETAILS}:
        raise Forbidden(
            "subscription-detail",
            f"SubscribeDetail {','.join(details)[:40]!r} is not taken.",
            "subscribe to 13, 7 or 3",
        )
    cancelled = str(member(told, "operatetype")) == "1" or str(member(told, "subscribestatus")) in ("1", "2")
    return Subscription(
        subscription=str(identifier),
        title=_words(member(told, "title")) or "",
        details=",".join(details),
        begin_at=_time(told, "begintime"),
        end_at=_time(told, "endtime"),
        receive_address=_words(member(told, "receiveaddr")),
        state="cancelled" if cancelled else "active",
    )


def told_subscription(held: Subscription) -> dict[str, Any]:
    """As a SubscribeObject."""
    told = {
        "SubscribeID": held.subscription,
        "Title": held.title,
        "SubscribeDetail": held.details,
        "BeginTime": None if held.begin_at is None else compact(held.begin_at),
        "EndTime": None if held.end_at is None else compact(held.end_at),
        "ReceiveAddr": held.receive_address,
        "SubscribeStatus": "0" if held.state == "active" else "1",
    }
    return {name: value for name, value in told.items() if value is not None}


def _details(told: Any) -> list[str]:
    """Numbers: one, a list, or a text with commas."""
    parts = told if isinstance(told, list) else str(told if told is not None else "").split(",")
    return [str(part).strip().lstrip("0") or "0" for part in parts if str(part).strip()][:64]


def _time(told: dict[str, Any], name: str) -> Any:
    value = member(told, name)
    if value in (None, ""):
        return None
    found = told_time(value)
    if found is None:
        raise InvalidInput("subscription-time", f"{str(value)[:40]!r} is no time.", f"in {CHINA} or RFC 3339")
    return found


def _words(value: Any) -> str | None:
    text = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "", str(value))[:256] if isinstance(value, str) else None
    return text or None
