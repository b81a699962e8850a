"""A position report: 28 bytes and additional items (JT/T 808-2019, 8.20). Places are WGS 84, times GMT+8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from struct import Struct

from gridwitness.errors import InvalidInput

from gridwitness_ingest.jt808.items import Gauge, read_items, write_items

_BASIC = Struct(">IIIIHHH6s")
BASIC = _BASIC.size
FIXED, SOUTH, WEST, _ENCRYPTED = 0x2, 0x4, 0x8, 0x20
_CHINA = 8 * 3600
FUTURE = 86_400
"""Seconds by which a stamp may lie ahead of us."""
_BCD = [high * 10 + low if high < 10 and low < 10 else 255 for high in range(16) for low in range(16)]
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(slots=True)
class Position:
    """`fixed_at`: seconds since 1970, UTC. A null place: the terminal had no fix and told none. `altitude_m`
    as the terminal told it; `extra`: additional items nobody decodes, raw; `body`: the report as it came.
    """

    fixed_at: int
    lat_e6: int | None
    lon_e6: int | None
    speed_dkmh: int | None
    direction: int | None
    alarms: int
    status: int
    altitude_m: int = 0
    mileage_hm: int | None = None
    cover: int | None = None
    lift: int | None = None
    load: int | None = None
    weight_kg: int | None = None
    extra: bytes = b""
    body: bytes = field(default=b"", compare=False, repr=False)

    @property
    def time(self) -> datetime:
        """When it was fixed, UTC."""
        return datetime.fromtimestamp(self.fixed_at, UTC)


def read_location(body: bytes, gauges: Mapping[int, Gauge], now: float) -> Position:
    """One report. `now`: seconds since 1970; a stamp more than a day ahead of it is refused.

    Raises InvalidInput `location-short`, `coordinate-range`, `coordinate-null`, `coordinate-encrypted`,
    `time-invalid`, `time-future`. A broken additional item degrades itself and what follows it, never the
    report.
    """
    if len(body) < BASIC:
        raise InvalidInput("location-short", f"A position has 28 bytes or more, here are {len(body)}.")
    alarms, status, lat, lon, altitude, speed, direction, stamp = _BASIC.unpack_from(body)
    place = _place(lat, lon, status)
    fixed_at = _instant(stamp)
    if fixed_at > now + FUTURE:
        raise InvalidInput("time-future", f"The stamp {_rfc3339(fixed_at)} lies more than a day ahead.")
    position = Position(
        fixed_at,
        *place,
        speed if speed <= 0x7FFF else None,
        direction % 360 if direction <= 360 else None,
        alarms,
        status,
        altitude,
        body=body,
    )
    if len(body) > BASIC:
        values, position.extra = read_items(body[BASIC:], gauges)
        for column, value in values.items():
            setattr(position, column, value)
    return position


def write_location(position: Position, gauges: Mapping[int, Gauge]) -> bytes:
    """The report as a terminal sends it; hemispheres go into the status word."""
    lat, lon = position.lat_e6 or 0, position.lon_e6 or 0
    status = position.status & 0xFFFFFFFF & ~(SOUTH | WEST)
    status |= (SOUTH if lat < 0 else 0) | (WEST if lon < 0 else 0)
    basic = _BASIC.pack(
        position.alarms,
        status,
        abs(lat),
        abs(lon),
        position.altitude_m,
        0xFFFF if position.speed_dkmh is None else position.speed_dkmh,
        0xFFFF if position.direction is None else position.direction,
        _stamp(position.fixed_at),
    )
    columns = {gauge.column for gauge in gauges.values()}
    values = {column: getattr(position, column) for column in columns}
    told = {column: value for column, value in values.items() if value is not None}
    return basic + write_items(told, gauges) + position.extra


def _place(lat: int, lon: int, status: int) -> tuple[int | None, int | None]:
    if status & _ENCRYPTED:
        raise InvalidInput(
            "coordinate-encrypted",
            "The place is encrypted by a plug-in (status bit 5).",
            "let the terminal send plain places",
        )
    if lat > 90_000_000 or lon > 180_000_000:
        raise InvalidInput(
            "coordinate-range",
            f"Latitude {lat / 1e6:.6f}, longitude {lon / 1e6:.6f} is no place on earth.",
            "were they swapped?" if lat <= 180_000_000 and lon <= 90_000_000 else None,
        )
    if lat == 0 and lon == 0:
        if status & FIXED:
            raise InvalidInput("coordinate-null", "A fixed position cannot lie at 0, 0.")
        return None, None
    return -lat if status & SOUTH else lat, -lon if status & WEST else lon


def _instant(stamp: bytes) -> int:
    hour, minute, second = _BCD[stamp[3]], _BCD[stamp[4]], _BCD[stamp[5]]
    day = _day(stamp[:3])
    if day is None or hour > 23 or minute > 59 or second > 59:
        raise InvalidInput("time-invalid", f"The stamp {stamp.hex()} is no date and time (YYMMDDhhmmss).")
    return day + 3600 * hour + 60 * minute + second


@lru_cache(maxsize=4096)
def _day(stamp: bytes) -> int | None:
    """Midnight of a day in GMT+8, seconds since 1970; None where there is no such day."""
    year, month, day = _BCD[stamp[0]], _BCD[stamp[1]], _BCD[stamp[2]]
    if year > 99:
        return None
    try:
        return (date(2000 + year, month, day).toordinal() - _EPOCH) * 86_400 - _CHINA
    except ValueError:
        return None


def _stamp(fixed_at: int) -> bytes:
    local = datetime.fromtimestamp(fixed_at, UTC) + timedelta(seconds=_CHINA)
    return bytes.fromhex(local.strftime("%y%m%d%H%M%S"))


def _rfc3339(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
