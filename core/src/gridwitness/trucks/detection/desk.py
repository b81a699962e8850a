"""What lies before a detector of one shard: facts, kept hits, filed anomalies; the port and its database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import polars as pl
from sqlalchemy.orm import Session

from gridwitness.trucks.detection import facts, kept_hits, work
from gridwitness.trucks.detection.findings import Family
from gridwitness.trucks.filing import filed


class Desk(Protocol):
    """All of one transaction: what is written here is there for later calls, and for others once committed.

    Times asked about are frames of `plate`, `since`, `until` (`intervals.merged`).
    """

    def facts(self, family: Family, asked: pl.DataFrame) -> pl.DataFrame:
        """Everything stored of the plates then, as a scene has it; of manifests all of the plates'."""
        ...

    def kept(self, asked: pl.DataFrame) -> pl.DataFrame:
        """The kept hits then, as HIT_COLUMNS with `key`."""
        ...

    def keep(self, hits: pl.DataFrame, asked: pl.DataFrame, codes: list[str]) -> pl.DataFrame:
        """Make these the kept hits of the rules then; gives where any came, went or changed."""
        ...

    def mark(self, hits: pl.DataFrame, findings: pl.DataFrame) -> None:
        """Note which of these kept hits are findings."""
        ...

    def filed(self, codes: list[str], plates: list[str], since: datetime, until: datetime) -> pl.DataFrame:
        """Anomalies of rules and plates (none named: all), as `filing.FILED_COLUMNS`."""
        ...

    def file(self, changes: pl.DataFrame) -> int:
        """Write the records of `differing.changes`; gives how many."""
        ...

    def wake(self, family: Family, unsettled: pl.DataFrame) -> None:
        """Have `plate` looked at again, at `at`, once the watermark has passed `settles_at`."""
        ...


class DatabaseDesk:
    """The tables of one shard, in the session's transaction."""

    def __init__(self, session: Session, shard: int, file: Callable[[Session, pl.DataFrame], int]) -> None:
        """`file`: as `filing.Filing.file`."""
        self._session = session
        self._shard = shard
        self._file = file

    def facts(self, family: Family, asked: pl.DataFrame) -> pl.DataFrame:
        """From `trucks.passage`, `trucks.position` or `trucks.manifest`."""
        if family == "manifests":
            return facts.manifests_of(self._session, asked["plate"].unique().to_list())
        return facts.facts_of(self._session, family, asked)

    def kept(self, asked: pl.DataFrame) -> pl.DataFrame:
        """From `trucks.candidate`."""
        return kept_hits.kept_hits(self._session, asked)

    def keep(self, hits: pl.DataFrame, asked: pl.DataFrame, codes: list[str]) -> pl.DataFrame:
        """Into `trucks.candidate`."""
        return kept_hits.keep_hits(self._session, hits, asked, codes)

    def mark(self, hits: pl.DataFrame, findings: pl.DataFrame) -> None:
        """In `trucks.candidate`."""
        kept_hits.mark_findings(self._session, hits, findings)

    def filed(self, codes: list[str], plates: list[str], since: datetime, until: datetime) -> pl.DataFrame:
        """From `trucks.anomaly`; none whose facts retention has removed."""
        whole = work.whole_since(self._session)
        return filed(self._session, codes, plates, since if whole is None else max(since, whole), until)

    def file(self, changes: pl.DataFrame) -> int:
        """As signed records."""
        return self._file(self._session, changes)

    def wake(self, family: Family, unsettled: pl.DataFrame) -> None:
        """Into `trucks.wake`."""
        work.wake(self._session, self._shard, family, unsettled)
