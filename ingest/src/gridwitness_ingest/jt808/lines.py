"""Frames as lines of hex, for the field engineer: one object a line, without a running platform.

Input `n` is the n-th line, counted from 0; blank lines are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from gridwitness.errors import InvalidInput

from gridwitness_ingest.jt808.framing import FrameStream
from gridwitness_ingest.jt808.location import Position
from gridwitness_ingest.jt808.packet import read_packet
from gridwitness_ingest.jt808.reading import Reader, Reading
from gridwitness_ingest.jt808.words import alarm_words, status_words

_BETWEEN = re.compile(rb"[\s,:-]+|0[xX]")


def decode_lines(lines: Iterable[bytes], reader: Reader, now: float) -> Iterator[dict[str, Any]]:
    """`{"input", "items", "error"}` for each line; a message in parts has its items on its last line."""
    number = 0
    for line in lines:
        text = line.strip()
        if not text:
            continue
        yield _decoded(number, text, reader, now)
        number += 1


def _decoded(number: int, text: bytes, reader: Reader, now: float) -> dict[str, Any]:
    items: list[dict[str, Any]] = []
    error: dict[str, str] | None = None
    try:
        segments = _segments(text)
    except InvalidInput as refused:
        return {"input": number, "items": [], "error": {"code": refused.code, "detail": str(refused)}}
    for segment in segments:
        reading = reader.read(segment, now)
        items.extend(_item(reading, position) for _, position in reading.items)
        if reading.refusals and error is None:
            first = reading.refusals[0]
            error = {"code": first.code, "detail": first.detail}
    return {"input": number, "items": items, "error": error}


def _segments(text: bytes) -> list[bytes]:
    """The frames of a line: one as a rule. Flags at its ends may be left out."""
    try:
        raw = bytes.fromhex(_BETWEEN.sub(b"", text).decode("ascii"))
    except ValueError:
        raise InvalidInput("not-hex", "The line is no hexadecimal text.", "write two digits a byte") from None
    inner = raw.removeprefix(b"\x7e").removesuffix(b"\x7e")
    if b"\x7e" not in inner:
        if not inner:
            raise InvalidInput("frame-short", "There is nothing between the flags.")
        return [inner]
    try:
        read_packet(inner)  # one frame that somebody wrote down without its escapes
    except InvalidInput:
        return FrameStream().feed(raw + b"\x7e") or [inner]
    return [inner]


def _item(reading: Reading, position: Position) -> dict[str, Any]:
    assert reading.packet is not None
    item: dict[str, Any] = {
        "time": position.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "lat": None if position.lat_e6 is None else position.lat_e6 / 1e6,
        "lon": None if position.lon_e6 is None else position.lon_e6 / 1e6,
        "terminal": reading.packet.terminal,
        "speed_kmh": None if position.speed_dkmh is None else position.speed_dkmh / 10,
        "direction": position.direction,
        "alarms": alarm_words(position.alarms),
        "status": status_words(position.status),
        "altitude_m": position.altitude_m,
        "backfill": reading.backfill,
    }
    if position.mileage_hm is not None:
        item["mileage_km"] = position.mileage_hm / 10
    for column in ("cover", "lift", "load", "weight_kg"):
        value = getattr(position, column)
        if value is not None:
            item[column] = value
    if position.extra:
        item["extra"] = position.extra.hex()
    return item
