"""Places between datums: WGS 84, CGCS2000, GCJ-02 and BD-09. Degrees, latitude first; floats or NumPy arrays.

GCJ-02 shifts places in China by 100-700 m along a fixed function; what lies outside the rectangle that it is
defined for is not shifted. It has no closed inverse: the inverse here is iterated until it no longer moves.
CGCS2000 is taken for WGS 84 (they differ by less than a decimetre).
"""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from gridwitness.errors import InvalidInput

if TYPE_CHECKING:  # NumPy is heavy to load, and floats do without it
    from numpy import bool_, float64
    from numpy.typing import NDArray

    Degrees = TypeVar("Degrees", float, NDArray[float64])
else:
    Degrees = TypeVar("Degrees")

DATUMS = ("WGS84", "CGCS2000", "GCJ02", "BD09")
EARTH_RADIUS_M = 6_378_137.0

RANGE, NULL = "coordinate-range", "coordinate-null"

_AXIS, _FLATTENING = 6_378_245.0, 0.00669342162296594323  # Krasovsky 1940, which GCJ-02 is defined on
_SOUTH, _NORTH, _WEST, _EAST = 0.8293, 55.8271, 72.004, 137.8347
_ORIGIN_LAT, _ORIGIN_LON = 35.0, 105.0
_BD_LAT, _BD_LON, _BD_WAVE = 0.006, 0.0065, math.pi * 3000.0 / 180.0
_ROUNDS = 8  # each makes the error of an inverse at least a hundred times smaller
_NULL_ISLAND = 1e-4


def to_wgs84(lat: Degrees, lon: Degrees, datum: str) -> tuple[Degrees, Degrees]:
    """A place of `datum` in WGS 84.

    Floats that are no place raise InvalidInput `coordinate-range`, `coordinate-null`; in arrays they become
    NaN. An unknown datum raises InvalidInput `datum-unknown`.
    """
    if datum not in DATUMS:
        raise InvalidInput("datum-unknown", f"{datum!r} is no datum.", f"one of {', '.join(DATUMS)}")
    if isinstance(lat, float | int):
        check_place(lat, lon)
    else:
        np = _functions(lat)
        good = is_place(lat, lon)
        lat, lon = np.where(good, lat, np.nan), np.where(good, lon, np.nan)
    if datum == "BD09":
        return gcj02_to_wgs84(*bd09_to_gcj02(lat, lon))
    return gcj02_to_wgs84(lat, lon) if datum == "GCJ02" else (lat, lon)


def check_place(lat: float, lon: float) -> None:
    """Raise InvalidInput `coordinate-range` beyond ±90 and ±180 degrees, `coordinate-null` at (0, 0)."""
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        swapped = 90 < abs(lat) <= 180 and abs(lon) <= 90
        why = "latitude and longitude look swapped" if swapped else "beyond ±90 and ±180 degrees"
        raise InvalidInput(
            RANGE, f"Latitude {lat}, longitude {lon} is no place: {why}.", "mend the device", swapped=swapped
        )
    if abs(lat) < _NULL_ISLAND and abs(lon) < _NULL_ISLAND:
        raise InvalidInput(NULL, "Latitude 0, longitude 0 is what a device says that has no fix.", None)


def is_place(lat: NDArray[float64], lon: NDArray[float64]) -> NDArray[bool_]:
    """Where `check_place` would not raise."""
    null = (abs(lat) < _NULL_ISLAND) & (abs(lon) < _NULL_ISLAND)
    return (abs(lat) <= 90) & (abs(lon) <= 180) & ~null


def wgs84_to_gcj02(lat: Degrees, lon: Degrees) -> tuple[Degrees, Degrees]:
    """WGS 84 as the maps of AMap and Tencent show it."""
    north, east = _shift(lat, lon)
    return lat + north, lon + east


def gcj02_to_wgs84(lat: Degrees, lon: Degrees) -> tuple[Degrees, Degrees]:
    """The WGS 84 place that GCJ-02 shows here, exact to far less than a metre.

    At the very edge of GCJ-02's rectangle, where one of the two lies outside, a place stays where it is.
    """
    inside = _inside(lat, lon)
    # Outside it any place will do, but the poles: there a degree of longitude has no length.
    from_lat, from_lon = _choose(inside, lat, _ORIGIN_LAT), _choose(inside, lon, _ORIGIN_LON)
    there_lat, there_lon = from_lat, from_lon
    for _ in range(_ROUNDS):
        north, east = _offset(there_lat, there_lon)
        there_lat, there_lon = from_lat - north, from_lon - east
    return _choose(inside, there_lat, lat), _choose(inside, there_lon, lon)


def gcj02_to_bd09(lat: Degrees, lon: Degrees) -> tuple[Degrees, Degrees]:
    """GCJ-02 as Baidu's maps show it."""
    m = _functions(lat)
    radius = m.sqrt(lat * lat + lon * lon) + 0.00002 * m.sin(lat * _BD_WAVE)
    angle = m.atan2(lat, lon) + 0.000003 * m.cos(lon * _BD_WAVE)
    return radius * m.sin(angle) + _BD_LAT, radius * m.cos(angle) + _BD_LON


def bd09_to_gcj02(lat: Degrees, lon: Degrees) -> tuple[Degrees, Degrees]:
    """The GCJ-02 place that Baidu's maps show here."""
    there_lat, there_lon = lat - _BD_LAT, lon - _BD_LON
    for _ in range(_ROUNDS):
        shown_lat, shown_lon = gcj02_to_bd09(there_lat, there_lon)
        there_lat, there_lon = there_lat + (lat - shown_lat), there_lon + (lon - shown_lon)
    return there_lat, there_lon


def wgs84_to_bd09(lat: Degrees, lon: Degrees) -> tuple[Degrees, Degrees]:
    """WGS 84 as Baidu's maps show it."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lat, lon))


def from_wgs84(lat: Degrees, lon: Degrees, datum: str) -> tuple[Degrees, Degrees]:
    """A WGS 84 place in `datum`. Raises InvalidInput `datum-unknown`."""
    if datum not in DATUMS:
        raise InvalidInput("datum-unknown", f"{datum!r} is no datum.", f"one of {', '.join(DATUMS)}")
    if datum == "BD09":
        return wgs84_to_bd09(lat, lon)
    return wgs84_to_gcj02(lat, lon) if datum == "GCJ02" else (lat, lon)


def distance_m(lat1: Degrees, lon1: Degrees, lat2: Degrees, lon2: Degrees) -> Degrees:
    """Great-circle distance in metres on a sphere of radius 6,378,137 m (haversine); arrays broadcast."""
    m = math if all(isinstance(part, float | int) for part in (lat1, lon1, lat2, lon2)) else _numpy()
    north, east = m.radians(lat2 - lat1), m.radians(lon2 - lon1)
    half = m.sin(north / 2) ** 2 + m.cos(m.radians(lat1)) * m.cos(m.radians(lat2)) * m.sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_M * m.atan2(m.sqrt(half), m.sqrt(abs(1 - half)))


def _shift(lat: Degrees, lon: Degrees) -> tuple[Degrees, Degrees]:
    """By how many degrees GCJ-02 moves a WGS 84 place north and east; 0 outside its rectangle."""
    inside = _inside(lat, lon)
    north, east = _offset(lat, lon)
    return _choose(inside, north, 0.0), _choose(inside, east, 0.0)


def _offset(lat: Degrees, lon: Degrees) -> tuple[Degrees, Degrees]:
    m = _functions(lat)
    x, y = lon - _ORIGIN_LON, lat - _ORIGIN_LAT
    common = 20.0 * (m.sin(6.0 * x * math.pi) + m.sin(2.0 * x * math.pi))
    bend, root = 0.1 * x * y, m.sqrt(abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + bend + 0.2 * root
    north += (common + _waves(m, y, 160.0, 320.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + bend + 0.1 * root
    east += (common + _waves(m, x, 150.0, 300.0)) * 2.0 / 3.0
    angle = lat * (math.pi / 180.0)
    squared = 1.0 - _FLATTENING * m.sin(angle) ** 2
    meridian = _AXIS * (1.0 - _FLATTENING) / (squared * m.sqrt(squared))
    parallel = _AXIS / m.sqrt(squared) * m.cos(angle)
    return north / meridian * (180.0 / math.pi), east / parallel * (180.0 / math.pi)


def _waves(m: Any, along: Any, long: float, longest: float) -> Any:
    turn = along * math.pi
    near = 20.0 * m.sin(turn) + 40.0 * m.sin(turn / 3.0)
    return near + long * m.sin(turn / 12.0) + longest * m.sin(turn / 30.0)


def _inside(lat: Any, lon: Any) -> Any:
    return (lat >= _SOUTH) & (lat <= _NORTH) & (lon >= _WEST) & (lon <= _EAST)


def _choose(condition: Any, yes: Any, no: Any) -> Any:
    if isinstance(condition, bool):
        return yes if condition else no
    return _numpy().where(condition, yes, no)


def _functions(degrees: Any) -> Any:
    """`math` for floats, `numpy` for arrays: both name the functions used here alike."""
    return math if isinstance(degrees, float | int) else _numpy()


def _numpy() -> Any:
    return import_module("numpy")
