"""Where the objects lie in a body: envelopes as the standard names them, and as vendors mistype them.

`MotorVehicleListObject` (upload) and `MotorVehicleObjectList` (notification) are mixed up and misspelt, a
list of one object comes as the object, and some send objects without any envelope. So envelopes are known by
what their names begin with, and objects without one by their members.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gridwitness_ingest.gat1400.dropping import plain_name

MOST_OBJECTS = 10_000

_ENVELOPE = re.compile(r"motorvehicle(?!id)|vehicle(list|obj)|vehicles?$")
_OTHER = re.compile(r"non")  # bicycles have plates as well
_OWN = frozenset(
    {"motorvehicleid", "plateno", "platenumber", "hasplate", "platecolor", "plateclass", "passtime"}
)
_NOTIFICATION = re.compile(r"(subscribe)?notification")
_SUBSCRIPTION = re.compile(r"subscri(be|ption)s?(?!id|detail|status|notification)")


def vehicles(tree: Any) -> Iterator[Any]:
    """Every motor vehicle object of a body, in order; what lies in the place of one is one as well."""
    if isinstance(tree, list):
        for part in tree:
            yield from vehicles(part)
    elif isinstance(tree, dict):
        if _is_vehicle(tree):
            yield tree
            return
        for name, value in tree.items():
            if _ENVELOPE.match(plain_name(name)):
                yield from _within(value, _ENVELOPE)
            elif isinstance(value, dict | list) and not _OTHER.match(plain_name(name)):
                yield from vehicles(value)


def has_envelope(tree: Any) -> bool:
    """Whether a body has a place for motor vehicles, be it empty."""
    if isinstance(tree, list):
        return any(has_envelope(part) for part in tree)
    return isinstance(tree, dict) and any(
        _ENVELOPE.match(plain_name(name)) is not None or has_envelope(part) for name, part in tree.items()
    )


def notifications(tree: Any) -> list[dict[str, Any]]:
    """The notification objects of a body."""
    return [part for part in _enveloped(tree, _NOTIFICATION) if isinstance(part, dict)]


def subscriptions(tree: Any) -> list[dict[str, Any]]:
    """The subscription objects of a body."""
    return [part for part in _enveloped(tree, _SUBSCRIPTION) if isinstance(part, dict)]


def member(value: dict[str, Any], *names: str) -> Any:
    """The first member that has one of these names (as `plain_name`), whatever its case; None for none."""
    plain = {plain_name(name): name for name in value}
    for name in names:
        if name in plain:
            return value[plain[name]]
    return None


def _is_vehicle(value: dict[str, Any]) -> bool:
    return len(_OWN & {plain_name(name) for name in value}) >= 2


def _enveloped(tree: Any, envelope: re.Pattern[str]) -> Iterator[Any]:
    if isinstance(tree, list):
        yield from tree
    elif isinstance(tree, dict):
        names = [name for name in tree if envelope.match(plain_name(name))]
        inner = [tree[name] for name in names if isinstance(tree[name], dict | list)]
        if not inner:
            yield tree
        for value in inner:
            yield from _within(value, envelope)


def _within(value: Any, envelope: re.Pattern[str]) -> Iterator[Any]:
    """What an envelope holds: its own envelopes opened, everything else an object."""
    if isinstance(value, list):
        for part in value:
            yield from _within(part, envelope)
    elif isinstance(value, dict) and not (envelope is _ENVELOPE and _is_vehicle(value)):
        inner = [
            part
            for name, part in value.items()
            if envelope.match(plain_name(name)) and isinstance(part, dict | list)
        ]
        if not inner:
            yield value
        for part in inner:
            yield from _within(part, envelope)
    else:
        yield value
