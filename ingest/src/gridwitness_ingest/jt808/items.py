"""Additional items of a position: id, length, content, one after the other (JT/T 808-2019 table 26).

An item nobody decodes, and what follows a broken one, is kept raw. Cover, lift, load and weight are not in
the standard: every province has ids of its own, so their decoders are a table that a deployment names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DRIVER_STATE = 0x65
"""In-cab observation of the driver (T/JSATL 12): personal, and no rule uses it. Taken out at the door."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """How one item is read: an unsigned number of `length` bytes, at most `highest`, into `column`."""

    column: str
    length: int
    highest: int


_STANDARD: dict[int, Gauge] = {0x01: Gauge("mileage_hm", 4, 0xFFFFFFFF)}

PROFILES: Mapping[str, Mapping[int, Gauge]] = {
    "standard": _STANDARD,
    "gridwitness": {
        **_STANDARD,
        0xFA: Gauge("cover", 1, 1),
        0xFB: Gauge("lift", 1, 1),
        0xFC: Gauge("load", 1, 100),
        0xFD: Gauge("weight_kg", 4, 200_000),
    },
}
"""`gridwitness` is what our simulated terminals send. Its ids are our own choice in the free range of the
standard (0xE1 to 0xFF): `assumed`, no province's. A province's set becomes a further entry.
"""
DEFAULT_PROFILE = "gridwitness"


def read_items(content: bytes, gauges: Mapping[int, Gauge]) -> tuple[dict[str, int], bytes]:
    """What the gauges read (the last of a repeated item counts), and the raw rest in the order it came."""
    values: dict[str, int] = {}
    raw: list[bytes] = []
    at, end = 0, len(content)
    while at < end:
        stop = at + 2 + content[at + 1] if at + 1 < end else end + 1
        if stop > end:
            raw.append(content[at:])
            break
        gauge = gauges.get(content[at])
        if gauge is not None and gauge.length == stop - at - 2:
            value = int.from_bytes(content[at + 2 : stop], "big")
            if value <= gauge.highest:
                values[gauge.column] = value
                at = stop
                continue
        if content[at] != DRIVER_STATE:
            raw.append(content[at:stop])
        at = stop
    return values, b"".join(raw)


def without_driver_state(content: bytes) -> bytes:
    """The items without in-cab observation; the same bytes where there is none."""
    kept: list[bytes] = []
    at, end = 0, len(content)
    while at + 1 < end and (stop := at + 2 + content[at + 1]) <= end:
        if content[at] != DRIVER_STATE:
            kept.append(content[at:stop])
        at = stop
    if at < end and content[at] != DRIVER_STATE:
        kept.append(content[at:])
    return b"".join(kept)


def write_items(values: Mapping[str, int], gauges: Mapping[int, Gauge]) -> bytes:
    """The items of these columns, by the same table."""
    pieces = []
    for identifier, gauge in gauges.items():
        value = values.get(gauge.column)
        if value is not None:
            pieces.append(bytes((identifier, gauge.length)) + value.to_bytes(gauge.length, "big"))
    return b"".join(pieces)
