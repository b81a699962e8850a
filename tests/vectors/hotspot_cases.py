"""Cells and whole maps of hotspots (docs/format.md section 21), worked out with fractions and by the text.

H3 is needed for nothing here: the small world below was looked up once, cell by cell.
"""

from __future__ import annotations

from fractions import Fraction
from math import erfc, sqrt
from typing import Any

RULES = [
    "BLACK_UNREG",
    "BLACK_CLONE_ST",
    "BLACK_CLONE_GPS",
    "BLACK_ATTR",
    "NO_PERMIT",
    "EXPIRED",
    "ROUTE_DEV",
    "TIME_WIN",
    "WRONG_SITE",
    "UNCOVERED",
    "OVERLOAD",
    "STOP_ABN",
    "DUMP_SUS",
    "OFFLINE",
    "OVERSPEED",
    "GATE_MISMATCH",
    "TERMINAL_TWICE",
]
WORLD = [
    0x88309A5581FFFFF,
    0x88309A5583FFFFF,
    0x88309A5585FFFFF,
    0x88309A5587FFFFF,
    0x88309A5589FFFFF,
    0x88309A558BFFFFF,
    0x88309A558DFFFFF,
    0x88309A5595FFFFF,
    0x88309A559DFFFFF,
    0x88309A55A9FFFFF,
    0x88309A55ABFFFFF,
    0x88309A55B9FFFFF,
    0x88309A55BDFFFFF,
    0x88309A55C3FFFFF,
    0x88309A55C7FFFFF,
    0x88309A55D5FFFFF,
    0x88309A55D7FFFFF,
    0x88309A55E3FFFFF,
    0x88309A55EBFFFFF,
]
"""Nineteen cells of resolution 8 around one of Hangzhou, all below one cell of resolution 6."""

NEAR = [
    [1, 2, 3, 4, 5, 6],
    [0, 3, 5, 7, 8, 11],
    [0, 3, 6, 9, 10, 17],
    [0, 1, 2, 10, 11, 12],
    [0, 5, 6, 13, 14, 15],
    [0, 1, 4, 8, 15, 16],
    [0, 2, 4, 14, 17, 18],
    [1, 8, 11],
    [1, 5, 7, 16],
    [2, 10, 17],
    [2, 3, 9, 12],
    [1, 3, 7, 12],
    [3, 10, 11],
    [4, 14, 15],
    [4, 6, 13, 18],
    [4, 5, 13, 16],
    [5, 8, 15],
    [2, 6, 9, 18],
    [6, 14, 17],
]
"""Which of them lie around each, by position."""

BESIDE = 0x88309A5591FFFFF
"""A cell beside the world, around which lie those at positions 7 and 8."""


Anomaly = dict[str, Any]


def packed_cells() -> list[dict[str, Any]]:
    """One cell each: its fields and its bytes."""
    usual = {"anomalies": 18, "trucks": 9, "rate": 9000, "z": 252, "significant": True, "hours": [2, 9]}
    cases = [
        ("usual", {**usual, "rules": ["ROUTE_DEV", "TIME_WIN"]}),
        ("cold", {**usual, "z": -131, "significant": False, "hours": [], "rules": ["BLACK_UNREG"]}),
        ("least", {**dict.fromkeys(usual, 0), "significant": False, "hours": [], "rules": []}),
        (
            "greatest",
            {
                "anomalies": 65535,
                "trucks": 65535,
                "rate": 65535,
                "z": 32767,
                "significant": True,
                "hours": [*range(24)],
                "rules": RULES,
            },
        ),
        ("coldest", {**usual, "z": -32768, "rules": ["TERMINAL_TWICE"]}),
    ]
    return [
        {"name": name, "cell": f"{WORLD[0]:x}", **fields, "bytes": _packed(WORLD[0], fields).hex()}
        for name, fields in cases
    ]


def maps() -> list[dict[str, Any]]:
    """Whole snapshots: anomalies and exposure, and the cells that are shown of them."""
    even = dict.fromkeys(range(19), 100)
    hot = [*_gathering(0, 9, hour=2), *_gathering(0, 6, hour=9, rule="ROUTE_DEV")]
    return [
        _map("nothing happened", [], even),
        _map("no exposure at all", _gathering(0, 9), {}),
        _map("one hot cell", hot, even),
        _map("too few trucks", _gathering(0, 4, carriers=4), even),
        _map("too few carriers", _gathering(0, 9, carriers=2), even),
        _map("a second one hidden for the first", [*hot, *_gathering(3, 6), *_gathering(7, 1)], even),
        _map("two hidden are enough", [*hot, *_gathering(3, 6), *_gathering(7, 1), *_gathering(9, 2)], even),
        _map("the lower of two alike", [*_gathering(5, 6), *_gathering(3, 6), *_gathering(7, 1)], even),
        _map("rates by exposure", [*_gathering(0, 5), *_gathering(4, 5)], {**even, 0: 7, 4: 30_000}),
        _map("beside the domain", _gathering(BESIDE, 6), even),
        _map("without a place", [{**one, "cell": None} for one in _gathering(0, 6)], even),
        _map("a plate that is not told", [*_gathering(0, 4), *[_anomaly(0, None, "x")] * 3], even),
        _map(
            "a carrier that is not told",
            [_anomaly(0, f"\u6d59A0000{n}", "ab"[n % 2] if n else None) for n in range(5)],
            even,
        ),
        _map("an hour that is rare", [*_gathering(0, 19, hour=4), *_gathering(0, 2, hour=5)], even),
        _map("everywhere alike", [one for cell in range(19) for one in _gathering(cell, 5)], even),
        _map("half a ring", [one for cell in (0, 1, 3, 11) for one in _gathering(cell, 7)], even),
    ]


def _anomaly(
    at: int, plate: str | None, carrier: str | None, hour: int = 10, rule: str = "TIME_WIN"
) -> Anomaly:
    """One at a position of the world, or in a cell beside it, named at resolution 10."""
    cell = WORLD[at] if at < len(WORLD) else at
    fine = cell & ~(15 << 52) | 10 << 52
    for level in (9, 10):
        fine &= ~(7 << 3 * (15 - level))
    return {"cell": f"{fine:x}", "plate": plate, "carrier": carrier, "hour": hour, "rule": rule}


def _gathering(at: int, trucks: int, carriers: int = 3, **changed: Any) -> list[Anomaly]:
    return [
        _anomaly(at, f"\u6d59A{at % 90:02}{n:03}", f"carrier {n % carriers}", **changed)
        for n in range(trucks)
    ]


def _map(name: str, anomalies: list[Anomaly], exposure: dict[int, int], floor: int = 5) -> dict[str, Any]:
    homes = [_home(one, exposure) for one in anomalies]
    found: dict[int, list[Anomaly]] = {}
    for home, one in zip(homes, anomalies, strict=True):
        if home is not None:
            found.setdefault(home, []).append(one)
    shown = {
        at
        for at, ones in found.items()
        if len({one["plate"] for one in ones} - {None}) >= floor
        and len({one["carrier"] for one in ones}) >= 3
    }
    if len(found) - len(shown) == 1 and shown:
        shown.discard(min(shown, key=lambda at: (len(found[at]), at)))
    z = _scores({at: Fraction(1000 * len(found.get(at, [])), count) for at, count in exposure.items()})
    significant = _significant({at: erfc(score / sqrt(2)) / 2 for at, score in z.items()})
    cells = b"".join(
        _packed(WORLD[at], _fields(found[at], exposure[at], z[at], at in significant)) for at in sorted(shown)
    )
    return {
        "name": name,
        "resolution": 8,
        "floor": floor,
        "exposure": {f"{WORLD[at]:x}": count for at, count in sorted(exposure.items())},
        "anomalies": anomalies,
        "cells": cells.hex(),
        "suppressed": len(found) - len(shown),
        "left_out": homes.count(None),
    }


def _home(one: Anomaly, exposure: dict[int, int]) -> int | None:
    if one["cell"] is None:
        return None
    coarse = int(one["cell"], 16) & ~(15 << 52) | 8 << 52
    for level in (9, 10):
        coarse |= 7 << 3 * (15 - level)
    around = [7, 8] if coarse == BESIDE else [WORLD.index(coarse)]
    if around[0] not in exposure and coarse != BESIDE:
        around = NEAR[around[0]]
    return min((at for at in around if at in exposure), default=None)


def _plates(ones: list[Anomaly]) -> int:
    return len({one["plate"] for one in ones} - {None})


def _carrier_count(ones: list[Anomaly]) -> int:
    return len({one["carrier"] for one in ones})


def _fields(ones: list[Anomaly], exposure: int, z: float, significant: bool) -> dict[str, Any]:
    hours = {hour: sum(one["hour"] == hour for one in ones) for hour in range(24)}
    return {
        "anomalies": len(ones),
        "trucks": len({one["plate"] for one in ones} - {None}),
        "rate": min(round(Fraction(10_000 * len(ones), exposure)), 65_535),
        "z": round(100 * z),
        "significant": significant,
        "hours": [
            hour for hour, count in hours.items() if count and Fraction(count, len(ones)) >= Fraction(1, 10)
        ],
        "rules": sorted({one["rule"] for one in ones}),
    }


def _scores(values: dict[int, Fraction]) -> dict[int, float]:
    """Gi* as it is printed, exact up to the roots."""
    n = len(values)
    if n < 2:
        return dict.fromkeys(values, 0.0)
    mean = sum(values.values()) / n
    variance = sum(x * x for x in values.values()) / n - mean * mean
    scores = {}
    for at in values:
        near = [values[other] for other in (at, *NEAR[at]) if other in values]
        weight = len(near)
        square = variance * Fraction(n * weight - weight * weight, n - 1)
        scores[at] = 0.0 if square == 0 else float(sum(near) - mean * weight) / sqrt(square)
    return scores


def _significant(p: dict[int, float], alpha: float = 0.05) -> set[int]:
    order = sorted(p, key=lambda at: p[at])
    last = max((rank for rank, at in enumerate(order, 1) if p[at] <= alpha * rank / len(p)), default=0)
    return {at for at in p if last and p[at] <= p[order[last - 1]]}


def _packed(cell: int, fields: dict[str, Any]) -> bytes:
    hours = sum(1 << hour for hour in fields["hours"])
    rules = sum(1 << RULES.index(rule) for rule in fields["rules"])
    return b"".join(
        (
            cell.to_bytes(8, "big"),
            fields["anomalies"].to_bytes(2, "big"),
            fields["trucks"].to_bytes(2, "big"),
            fields["rate"].to_bytes(2, "big"),
            fields["z"].to_bytes(2, "big", signed=True),
            bytes([fields["significant"]]),
            hours.to_bytes(3, "big"),
            rules.to_bytes(4, "big"),
        )
    )
