"""The passage rules once more, row by row in plain Python: what the vectorised ones are measured beside.

Written on its own from the rules' words, so that a test can hold the two together; not for use.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from gridwitness.trucks.book import Book
from gridwitness.trucks.detection.rules_document import TruckRules
from gridwitness.trucks.windows import windows_allow_one

Row = Mapping[str, Any]
Hit = tuple[str, tuple[str, ...], str]
"""Rule, references, level."""
_DAY = timedelta(days=1)
_ATTRIBUTES = ("brand", "color", "vehicle_class")


@dataclass(frozen=True)
class PlainRules:
    """The registers as rows, looked through for each passage."""

    book: Book
    rules: TruckRules
    zone: ZoneInfo
    holidays: Mapping[date, bool]

    def find(self, passages: Sequence[Row], positions: Sequence[Row] = ()) -> set[Hit]:
        """What the rules find."""
        by_plate: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(passages, key=_order):
            if row["plate"] is not None:
                by_plate[row["plate"]].append(row)
        fixes: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(positions, key=lambda row: row["fixed_at"]):
            fixes[row["plate"]].append(row)
        return set(self._hits(by_plate, fixes))

    def _hits(self, by_plate: Mapping[str, list[Row]], fixes: Mapping[str, list[Row]]) -> Iterator[Hit]:
        registers = _Registers(self.book, timedelta(seconds=self.rules.shared("clock_skew")))
        for plate, rows in by_plate.items():
            seen = [_Seen(row, registers, self.rules) for row in _counted(rows)]
            yield from self._unregistered([s for s in seen if s.truck and s.own is None], registers)
            yield from self._conflicts([s for s in seen if s.own or (s.truck and s.reliable)])
            own = [s for s in seen if s.own and s.reliable]
            yield from self._unlike(own)
            same = [s for s in own if not s.another]
            yield from self._permits(same, registers)
            yield from self._elsewhere(same, fixes.get(plate, []), registers)

    def _unregistered(self, unknown: list[_Seen], registers: _Registers) -> Iterator[Hit]:
        gap = self.rules.span("BLACK_UNREG", "support_gap")
        window = self.rules.span("BLACK_UNREG", "support_window")
        sure = [s.at for s in unknown if s.reliable]
        apart = sure[:1] + [at for before, at in pairwise(sure) if at - before >= gap]
        for one in unknown:
            like = registers.look_alike(one.row["plate"])
            needed = self.rules.number("BLACK_UNREG", "look_alike_support" if like else "support")
            count = sum(1 for at in apart if abs(at - one.at) <= window)
            if one.reliable and count >= needed:
                yield "BLACK_UNREG", (one.ref,), "event"

    def _conflicts(self, seen: list[_Seen]) -> Iterator[Hit]:
        speed = self.rules.number("BLACK_CLONE_ST", "speed") / 3.6
        window = self.rules.span("BLACK_CLONE_ST", "support_window")
        skew = 2 * self.rules.shared("clock_skew")
        hits = []
        for place, (one, other) in enumerate(pairwise(seen)):
            if one.row["checkpoint"] == other.row["checkpoint"] or not one.place or not other.place:
                continue
            seconds = (other.at - one.at).total_seconds()
            away = _metres(one.place, other.place)
            least = self.rules.number("BLACK_CLONE_ST", "distance")
            if seconds <= 1800 and away >= least and away > speed * (seconds + skew):
                hits.append((place, one, other))
        for place, one, other in hits:
            apart = [p for p, _, end in hits if abs(p - place) > 1 and abs(end.at - other.at) <= window]
            if len(apart) >= self.rules.number("BLACK_CLONE_ST", "support") - 1:
                yield "BLACK_CLONE_ST", (one.ref, other.ref), "serious"

    def _unlike(self, own: list[_Seen]) -> Iterator[Hit]:
        least = self.rules.number("BLACK_ATTR", "attributes")
        alike: dict[Any, list[_Seen]] = defaultdict(list)
        for one in own:
            if one.differing() >= least and one.own:
                compared = [(row[n] or "not told") for n in _ATTRIBUTES for row in (one.row, one.own)]
                alike[tuple(compared)].append(one)
        for ones in alike.values():
            yield from self._several("BLACK_ATTR", "flag", ones)

    def _permits(self, own: list[_Seen], registers: _Registers) -> Iterator[Hit]:
        kinds: dict[str, list[_Seen]] = defaultdict(list)
        for one in own:
            for code in self._unpermitted(one, registers):
                kinds[code].append(one)
        for code, ones in kinds.items():
            yield from self._several(code, "event", ones)

    def _several(self, code: str, level: str, ones: list[_Seen]) -> Iterator[Hit]:
        window, needed = self.rules.span(code, "support_window"), self.rules.number(code, "support")
        for one in ones:
            if sum(1 for other in ones if abs(other.at - one.at) <= window) >= needed:
                yield code, (one.ref,), level

    def _unpermitted(self, one: _Seen, registers: _Registers) -> list[str]:
        grace = int(self.rules.number("TIME_WIN", "grace"))
        local = one.at.astimezone(self.zone).replace(tzinfo=None)
        best: tuple[bool, bool] | None = None
        ended: datetime | None = None
        for permit in registers.permits.get(one.row["plate"], []):
            if permit["since"] - registers.skew <= one.at < permit["until"] + registers.skew:
                road = not permit["checkpoints"] or one.row["checkpoint"] in permit["checkpoints"]
                windows = self.book.windows(permit["permit"], permit["version"])
                found = (road, windows_allow_one(windows, local, grace, self.holidays))
                best = found if best is None else max(best, found)
            elif permit["until"] <= one.at:
                ended = permit["until"] if ended is None else max(ended, permit["until"])
        if best is None:
            recent = ended is not None and one.at - ended <= self.rules.number("EXPIRED", "recent") * _DAY
            return ["EXPIRED" if recent else "NO_PERMIT"]
        return [code for code, allowed in zip(("ROUTE_DEV", "TIME_WIN"), best, strict=True) if not allowed]

    def _elsewhere(self, own: list[_Seen], fixes: list[Row], registers: _Registers) -> Iterator[Hit]:
        code = "BLACK_CLONE_GPS"
        around = self.rules.span(code, "window") + registers.skew
        limit = self.rules.number(code, "distance") + self.rules.number(code, "accuracy")
        times = [fix["fixed_at"] for fix in fixes]
        away = []
        for one in own:
            near = fixes[bisect_left(times, one.at - around) : bisect_right(times, one.at + around)]
            if self._is_followed(one, [fix["fixed_at"] for fix in near], registers.skew) and (
                one.place and min(_metres(one.place, at) for at in _along(near)) > limit
            ):
                away.append(one)
        yield from self._several(code, "serious", away)

    def _is_followed(self, one: _Seen, times: list[datetime], skew: timedelta) -> bool:
        longest = self.rules.span("BLACK_CLONE_GPS", "window")
        if not times or times[0] > one.at - skew or times[-1] < one.at + skew:
            return False
        return all(other - before <= longest for before, other in pairwise(times))


class _Registers:
    def __init__(self, book: Book, skew: timedelta) -> None:
        self.skew = skew
        self.trucks = _by(book.trucks.rows(named=True), "plate")
        self.checkpoints = _by(book.checkpoints.rows(named=True), "checkpoint")
        self.permits: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for permit in book.permits.rows(named=True):
            ends = [end for end in (permit["valid_to"], permit["governs_to"]) if end is not None]
            period = {**permit, "since": permit["valid_from"], "until": min(ends)}
            if permit["state"] == "valid" and period["since"] < period["until"]:
                for plate in set(permit["plates"]):
                    self.permits[plate].append(period)

    def at(self, rows: list[Row], at: datetime) -> Row | None:
        held = [
            row
            for row in rows
            if row["valid_from"] - self.skew <= at
            and (row["valid_to"] is None or at < row["valid_to"] + self.skew)
        ]
        return max(held, key=lambda row: row["valid_from"]) if held else None

    def look_alike(self, plate: str) -> bool:
        return any(
            len(own) == len(plate) and sum(a != b for a, b in zip(own, plate, strict=True)) == 1
            for own in self.trucks
        )


class _Seen:
    def __init__(self, row: Row, registers: _Registers, rules: TruckRules) -> None:
        self.row, self.at, self.ref = row, row["captured_at"], row["ref"]
        self.own = registers.at(registers.trucks.get(row["plate"], []), self.at)
        checkpoint = registers.at(registers.checkpoints.get(row["checkpoint"], []), self.at)
        self.place = (checkpoint["lat_e6"], checkpoint["lon_e6"]) if checkpoint else None
        color = row["plate_color"]
        self.truck = _looks_like_muck(row)
        self.reliable = row["reliability"] is None or row["reliability"] >= rules.shared("reliability")
        self.another = bool(self.own and color is not None and color != self.own["plate_color"])

    def differing(self) -> int:
        assert self.own is not None
        count = 0
        for name in _ATTRIBUTES:
            seen, own = ((part or "").strip().lower() for part in (self.row[name], self.own[name]))
            same_code = name != "vehicle_class" or seen.isdigit() == own.isdigit()
            count += bool(seen and own and seen != own and same_code)
        return count


def _looks_like_muck(row: Row) -> bool:
    told = row["vehicle_class"]
    by_color = row["plate_color"] in ("yellow", "yellow-green")
    return told in ("01", "51", "H17", "H27", "H37") if told else by_color


def _counted(rows: list[Row]) -> list[Row]:
    last: dict[Any, datetime] = {}
    kept = []
    for row in rows:
        place = (row["checkpoint"], row["lane"], _looks_like_muck(row))
        if place not in last or row["captured_at"] - last[place] > timedelta(seconds=60):
            kept.append(row)
        last[place] = row["captured_at"]
    return kept


def _along(fixes: list[Row]) -> Iterator[tuple[float, float]]:
    """Places on the way from fix to fix, close together."""
    for one, other in pairwise(fixes):
        for step in range(200):
            part = step / 200
            yield (
                one["lat_e6"] + (other["lat_e6"] - one["lat_e6"]) * part,
                one["lon_e6"] + (other["lon_e6"] - one["lon_e6"]) * part,
            )
    yield fixes[-1]["lat_e6"], fixes[-1]["lon_e6"]


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    lat, other_lat = math.radians(one[0] / 1e6), math.radians(other[0] / 1e6)
    half = math.sin((other_lat - lat) / 2) ** 2
    half += math.cos(lat) * math.cos(other_lat) * math.sin(math.radians((other[1] - one[1]) / 2e6)) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half))


def _by(rows: list[dict[str, Any]], name: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[name]].append(row)
    return found


def _order(row: Row) -> tuple[Any, ...]:
    return row["captured_at"], row["feed"], row["serial"], row["item"]
