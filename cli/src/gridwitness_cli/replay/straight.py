"""On-time shares by body computed straight from a city's file: with frames, and with nothing of the platform.

What counts, in the words of the file: a request with a promised day (Los Angeles) or a due date (New York)
and with a closing time not before its creation; in time = closed on the promised day or before (Los Angeles:
`ServiceDate` is a day), at the due date or before (New York).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from gridwitness_cli.replay.figures import BodyFigures

_TIME = "%m/%d/%Y %I:%M:%S %p"
_COLUMNS = {
    "CreatedDate": ("CreatedDate", "ClosedDate", "ServiceDate"),
    "Created Date": ("Created Date", "Closed Date", "Due Date"),
}


def straight_figures(path: Path, rows: int | None = None) -> dict[str, BodyFigures]:
    """The figures of each body; `rows`: of the first so many only."""
    frame = pl.read_csv(path, infer_schema_length=0).with_columns(pl.all().fill_null(""))
    if rows is not None:
        frame = frame.head(rows)
    los_angeles = "CreatedDate" in frame.columns
    created, closed, promised = _COLUMNS["CreatedDate" if los_angeles else "Created Date"]
    body = (
        pl.when(pl.col("AssignTo") == "")
        .then(pl.col("Owner"))
        .otherwise(pl.col("Owner") + "-" + pl.col("AssignTo"))
        if los_angeles
        else pl.col("Agency")
    )
    frame = frame.select(
        body.alias("body"),
        *(
            pl.col(column).str.to_datetime(_TIME, strict=False).alias(name)
            for name, column in (("created", created), ("closed", closed), ("promised", promised))
        ),
    )
    return {figures.body: figures for figures in _counted(frame, whole_days=los_angeles)}


def _counted(frame: pl.DataFrame, *, whole_days: bool) -> list[BodyFigures]:
    at, by = pl.col("closed"), pl.col("promised")
    in_time = (at.dt.date() <= by.dt.date()) if whole_days else (at <= by)
    backwards = (at < pl.col("created")).fill_null(value=False)
    judged = at.is_not_null() & by.is_not_null() & ~backwards
    days = (at.dt.date() - pl.col("created").dt.date()).dt.total_days()
    own = at.is_not_null() & by.is_null() & ~backwards
    counted = frame.group_by("body").agg(
        requests=pl.len(),
        in_time=(judged & in_time).sum(),
        late=(judged & ~in_time).sum(),
        waiting=((at.is_null() | backwards) & by.is_not_null()).sum(),
        unpromised=by.is_null().sum(),
        own_in_time=(own & (days <= OWN_DAYS)).sum(),
        own_late=(own & (days > OWN_DAYS)).sum(),
        backwards=backwards.sum(),
    )
    return [BodyFigures(**row) for row in counted.sort("body").iter_rows(named=True)]


OWN_DAYS = 5
"""What the loop allows where nothing was promised: to the end of the fifth day after, every day counted."""
