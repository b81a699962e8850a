"""Hits that ask for others beside them, kept between rounds: cheap to keep, dear to find again."""

from __future__ import annotations

import polars as pl
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridwitness.trucks.detection.findings import HIT_COLUMNS
from gridwitness.trucks.detection.intervals import COLUMNS, inside
from gridwitness.trucks.frames import INSTANT
from gridwitness.trucks.sighting_copy import copy_in, copy_out

_STORED = {**HIT_COLUMNS, "refs": pl.String, "inputs": pl.String, "key": pl.String}
_TIMES = [name for name, kind in _STORED.items() if kind == INSTANT]
_READ = ", ".join(
    f"(extract(epoch FROM {name}) * 1000000)::bigint AS {name}" if name in _TIMES else name
    for name in _STORED
)


def kept_hits(session: Session, asked: pl.DataFrame, codes: list[str] | None = None) -> pl.DataFrame:
    """The kept hits of plates in their intervals, as HIT_COLUMNS with `key`."""
    if asked.is_empty():
        return _shaped(pl.DataFrame(schema=_STORED))
    query = (
        f"SELECT {_READ} FROM trucks.candidate"  # noqa: S608
        " WHERE plate = ANY(%(plates)s) AND at BETWEEN %(since)s AND %(until)s"
    )
    if codes is not None:
        query += " AND rule = ANY(%(codes)s)"
    parameters = {
        "plates": asked["plate"].unique().to_list(),
        "since": asked["since"].min(),
        "until": asked["until"].max(),
        "codes": codes,
    }
    return inside(_shaped(copy_out(session, query, parameters, _STORED)), asked, "at")


def keep_hits(session: Session, hits: pl.DataFrame, asked: pl.DataFrame, codes: list[str]) -> pl.DataFrame:
    """Make these the kept hits of the rules in the intervals; gives where any came, went or changed.

    `hits`: HIT_COLUMNS with `key`, all of them inside `asked`.
    """
    before = kept_hits(session, asked, codes)
    was, now = (_flat(frame) for frame in (before, hits))
    gone = was.join(now, on=list(_STORED), how="anti", nulls_equal=True)
    new = now.join(was, on=list(_STORED), how="anti", nulls_equal=True)
    if gone.height:
        keys = {"keys": gone["key"].to_list()}
        session.execute(text("DELETE FROM trucks.candidate WHERE key = ANY(:keys)"), keys)
    copy_in(session, "trucks.candidate", new.with_columns(finding=pl.lit(value=False)))
    moved = pl.concat([gone.select("plate", "at"), new.select("plate", "at")])
    return moved.select("plate", pl.col("at").alias("since"), pl.col("at").alias("until")).select(*COLUMNS)


def mark_findings(session: Session, hits: pl.DataFrame, findings: pl.DataFrame) -> None:
    """Note which of these kept hits are findings: the others are what people look at."""
    keys = set(findings["key"])
    for finding in (True, False):
        chosen = [key for key in hits["key"] if (key in keys) is finding]
        if chosen:
            session.execute(_MARK, {"keys": chosen, "finding": finding})


_MARK = text(
    "UPDATE trucks.candidate SET finding = :finding"
    " WHERE key = ANY(:keys) AND finding IS DISTINCT FROM :finding"
)


def _flat(hits: pl.DataFrame) -> pl.DataFrame:
    lists = [pl.col(name).list.join(" ") for name in ("refs", "inputs")]
    needs = pl.col("needs").fill_null(1)
    return hits.with_columns(*lists, needs).select(*_STORED)


def _shaped(stored: pl.DataFrame) -> pl.DataFrame:
    lists = [pl.col(name).str.split(" ") for name in ("refs", "inputs")]
    return stored.with_columns(lists).select(*HIT_COLUMNS, "key")
