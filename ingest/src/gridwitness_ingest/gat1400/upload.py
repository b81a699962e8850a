"""What one request brings: its body read, its objects, and by what each is known again when it is resent."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from gridwitness.errors import TooLarge

from gridwitness_ingest.gat1400.body import Body, UnreadableBodyError, read_body, text_of
from gridwitness_ingest.gat1400.envelopes import (
    MOST_OBJECTS,
    has_envelope,
    member,
    notifications,
    vehicles,
)
from gridwitness_ingest.gat1400.vehicle import Refused, Vehicle, read_vehicle

Content = Literal["upload", "notification"]


@dataclass(frozen=True, slots=True)
class Item:
    """One object of a body. `identity`: the same whenever it is sent again."""

    read: Vehicle | Refused
    told: Any
    identity: str

    @property
    def name(self) -> str:
        """What the answer calls it."""
        told = member(self.told, "motorvehicleid") if isinstance(self.told, dict) else None
        return str(told)[:64] if isinstance(told, str | int) else ""


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification of a body, with the numbers of its objects."""

    identifier: str
    subscription: str
    items: range


@dataclass(frozen=True, slots=True)
class Upload:
    """One request. `raw`: as it came in, for its signature; `flaw`: why nothing at all could be read."""

    raw: bytes
    body: Body
    device: str
    items: Sequence[Item]
    notifications: Sequence[Notification]
    flaw: Refused | None = None
    signature: str | None = None

    @property
    def identity(self) -> str:
        """By which a body that could not be read is known again."""
        return hashlib.sha256(self.raw).hexdigest()[:32]


def read_upload(
    raw: bytes,
    content: Content,
    *,
    device: str,
    charset: str | None,
    signature: str | None,
    now: datetime,
) -> Upload:
    """Read a request's body. Raises TooLarge `objects-too-many`; what cannot be read is in the upload."""
    try:
        body = read_body(raw, charset)
    except UnreadableBodyError as error:
        # Nothing can be dropped from what cannot be read, so nothing of it is kept but its digest.
        body = Body(None, b"", hashlib.sha256(raw).digest())
        return Upload(raw, body, device, (), (), Refused(error.args[0], error.args[1]), signature)
    if content == "notification":
        items, told = _notified(body.tree, now)
        flaw = None if told else Refused("notification-missing", "no notification is in it")
    else:
        items, told = _items([*vehicles(body.tree)], now), []
        missing = not items and not has_envelope(body.tree)
        flaw = Refused("objects-missing", "no motor vehicle objects are in it") if missing else None
    if len(items) > MOST_OBJECTS:
        raise TooLarge("objects-too-many", f"The body has {len(items)} objects.", f"at most {MOST_OBJECTS}")
    return Upload(raw, body, device, items, told, flaw, signature)


def _notified(tree: Any, now: datetime) -> tuple[list[Item], list[Notification]]:
    items: list[Item] = []
    found = []
    for told in notifications(tree):
        first = len(items)
        items += _items([*vehicles(told)], now)
        identifier, subscription = member(told, "notificationid"), member(told, "subscribeid")
        if subscription is None and identifier is None and len(items) == first:
            continue
        name = str(identifier)[:64] if identifier is not None else _digest(text_of(told))
        found.append(Notification(name, str(subscription)[:64], range(first, len(items))))
    return items, found


def _items(values: list[Any], now: datetime) -> list[Item]:
    return [_item(value, now) for value in values]


def _item(value: Any, now: datetime) -> Item:
    read = read_vehicle(value, "WGS84", now)  # a passage's place is its checkpoint's; told ones are checked
    if isinstance(read, Refused):
        return Item(read, value, _digest(text_of(value)))
    told = (read.identifier, read.device, read.checkpoint, read.captured_at, read.plate, read.lane)
    return Item(read, value, _digest(repr(told).encode()))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
