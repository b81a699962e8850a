"""What a rule reads and what it gives: the scene of some plates, and findings in one form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, Protocol
from zoneinfo import ZoneInfo

import polars as pl

from gridwitness.trucks.detection.rules_document import TruckRules
from gridwitness.trucks.frames import INSTANT, PASSAGE_COLUMNS, POSITION_COLUMNS

if TYPE_CHECKING:
    from gridwitness.trucks.book import Book

Family = Literal["passages", "positions", "manifests"]
Columns = dict[str, pl.DataType | type[pl.DataType]]

FINDING_COLUMNS: Columns = {
    "rule": pl.String,
    "plate": pl.String,
    "plate_color": pl.String,
    "checkpoint": pl.String,
    "at": INSTANT,
    "until": INSTANT,
    "lat_e6": pl.Int32,
    "lon_e6": pl.Int32,
    "level": pl.String,  # flag 提示 · event 异常 · serious 严重
    "permit": pl.String,  # number@version
    "refs": pl.List(pl.String),  # of the facts that decide it, "<feed>:<serial>:<item>": they are its key
    "inputs": pl.List(pl.String),  # refs of everything it rests on, at most 64
    "measured": pl.String,  # JSON object of texts, names ascending
    "settles_at": INSTANT,  # filed once the watermark has passed it; null: at once
}

HIT_COLUMNS: Columns = FINDING_COLUMNS | {"needs": pl.Int32}
"""What a rule gives for each place where it applies by itself. `needs`: how many hits of the plate within the
rule's `support_window` make it a finding, this one counted (null: 1); level `candidate` is none, whatever
stands beside it.
"""

PLACE: Columns = {
    "feed": pl.String,
    "serial": pl.Int64,
    "item": pl.Int32,
    "ref": pl.String,
    "received_at": INSTANT,
}
"""What names a stored fact; a scene's frames have these before their own columns."""
SCENE_PASSAGES: Columns = PLACE | {n: t for n, t in PASSAGE_COLUMNS.items() if n not in ("message", "item")}
SCENE_POSITIONS: Columns = PLACE | {n: t for n, t in POSITION_COLUMNS.items() if n not in ("message", "item")}
SCENE_MANIFESTS: Columns = {
    "manifest": pl.String,
    "permit": pl.String,
    "plate": pl.String,
    "site": pl.String,
    "dump": pl.String,
    "left_at": INSTANT,
    "load_kg": pl.Int64,
    "received_dump": pl.String,
    "received_at": INSTANT,
    "received_load_kg": pl.Int64,
    "ref": pl.String,
}
MOST_INPUTS = 64


@dataclass(frozen=True)
class Scene:
    """The facts about some plates, whole for the time that is asked about, with the registers.

    `passages` and `positions` are sorted by (plate, time, feed, serial, item); near-duplicates are left out.
    `derived`: what several rules of one scene share, by name, worked out by the first that needs it.
    """

    book: Book
    rules: TruckRules
    zone: ZoneInfo
    holidays: Mapping[date, bool]
    passages: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SCENE_PASSAGES))
    positions: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SCENE_POSITIONS))
    manifests: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SCENE_MANIFESTS))
    derived: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


class Rule(Protocol):
    """One rule. Pure: the same scene gives the same hits, in whatever order its facts came.

    `reach`: no fact further than this from a hit's `at` changes the hit. `reads`: facts of these families may
    change it.
    """

    code: str
    family: Family
    reads: frozenset[Family]

    def reach(self, rules: TruckRules) -> timedelta:
        """By the numbers of these rules."""
        ...

    def find(self, scene: Scene) -> pl.DataFrame:
        """All hits in the scene, as FINDING_COLUMNS or, where they need others beside them, HIT_COLUMNS."""
        ...


def no_findings() -> pl.DataFrame:
    """No findings, with their columns."""
    return pl.DataFrame(schema=FINDING_COLUMNS)


def no_hits() -> pl.DataFrame:
    """No hits, with their columns."""
    return pl.DataFrame(schema=HIT_COLUMNS)


def as_hits(frame: pl.DataFrame, code: str) -> pl.DataFrame:
    """The frame in the form of hits: what it does not name is null, `inputs` are `refs`."""
    if "inputs" not in frame.columns:
        frame = frame.with_columns(inputs=pl.col("refs"))
    columns = [
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in HIT_COLUMNS.items()
        if name != "rule"
    ]
    return frame.select(pl.lit(code, dtype=pl.String).alias("rule"), *columns)


def as_findings(frame: pl.DataFrame, code: str) -> pl.DataFrame:
    """As `as_hits`, for a rule whose hits need no others: FINDING_COLUMNS."""
    return as_hits(frame, code).select(*FINDING_COLUMNS)


def keyed(hits: pl.DataFrame) -> pl.DataFrame:
    """As HIT_COLUMNS, with `key`: `<rule>/<reference>[/<reference>]` (`docs/format.md` section 20)."""
    if "needs" not in hits.columns:
        hits = hits.with_columns(pl.lit(None, dtype=pl.Int32).alias("needs"))
    key = pl.concat_str(pl.col("rule"), pl.col("refs").list.join("/"), separator="/")
    return hits.select(*HIT_COLUMNS, key.alias("key"))
