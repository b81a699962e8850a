"""Alarm and status bits of a position as words (JT/T 808-2019 tables 24 and 25; docs/jt808.md has 中文).

Bits that only a later edition names mean nothing in frames of an earlier one, and are named all the same.
"""

from __future__ import annotations

ALARMS = {
    0: "emergency",
    1: "overspeed",
    2: "fatigue",
    3: "danger-warning",
    4: "gnss-fault",
    5: "antenna-cut",
    6: "antenna-short",
    7: "undervoltage",
    8: "power-cut",
    9: "display-fault",
    10: "speech-fault",
    11: "camera-fault",
    12: "card-reader-fault",
    13: "overspeed-warning",
    14: "fatigue-warning",
    15: "forbidden-driving",
    16: "tyre-pressure",
    17: "right-turn-blind-spot",
    18: "daily-driving-time",
    19: "overtime-parking",
    20: "area-entered-or-left",
    21: "route-entered-or-left",
    22: "route-time",
    23: "route-deviation",
    24: "speed-sensor-fault",
    25: "fuel-abnormal",
    26: "stolen",
    27: "illegal-ignition",
    28: "illegal-movement",
    29: "collision-warning",
    30: "rollover-warning",
    31: "illegal-door-opening",
}

STATUSES = {
    0: "acc-on",
    1: "fixed",
    2: "south",
    3: "west",
    4: "out-of-service",
    5: "position-encrypted",
    6: "collision-braking-warning",
    7: "lane-departure-warning",
    10: "fuel-cut",
    11: "circuit-cut",
    12: "doors-locked",
    13: "front-door-open",
    14: "middle-door-open",
    15: "rear-door-open",
    16: "driver-door-open",
    17: "other-door-open",
    18: "gps",
    19: "beidou",
    20: "glonass",
    21: "galileo",
    22: "running",
}

LOADS = {1: "half-loaded", 3: "fully-loaded"}
"""Bits 8 and 9; 0 is empty, or a terminal that does not know."""

TWICE = 1 << 32
"""Status bit of ours, above the protocol's 32: the terminal spoke on two connections at once."""


def alarm_words(alarms: int) -> list[str]:
    """The alarms of a position, lowest bit first."""
    return [word for bit, word in ALARMS.items() if alarms >> bit & 1]


def status_words(status: int) -> list[str]:
    """What the status word says, lowest bit first, load last."""
    words = [word for bit, word in STATUSES.items() if status >> bit & 1]
    load = LOADS.get(status >> 8 & 3)
    if load is not None:
        words.append(load)
    if status & TWICE:
        words.append("two-connections")
    return words
