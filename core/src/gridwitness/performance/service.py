"""Use cases of performance: figures, comparisons, what is behind them, and snapshots."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from gridwitness_evidence import strict_json
from sqlalchemy.orm import Session

from gridwitness.calendars import Calendars
from gridwitness.clock import Clock
from gridwitness.performance.comparison import Compared, compare
from gridwitness.performance.dictionary import Dictionary
from gridwitness.performance.figures import Figure, figures
from gridwitness.performance.making import SnapshotMaker, find_snapshot
from gridwitness.performance.models import PerformanceSnapshotRow
from gridwitness.performance.periods import Days, Period
from gridwitness.performance.publication import PublishedMetrics
from gridwitness.performance.tallies import Selection, tally
from gridwitness.records import Acceptance, FileStore, OwnKeys
from gridwitness.rules import Rules


class Performance:
    """Figures of an agency's events; they are counted anew each time, and nothing is kept beside the rows."""

    def __init__(
        self,
        rules: Rules[Calendars],
        acceptance: Acceptance,
        own_keys: OwnKeys,
        files: FileStore,
        clock: Clock,
        zone: ZoneInfo,
    ) -> None:
        self.metrics = PublishedMetrics(rules)
        self._maker = SnapshotMaker(acceptance, own_keys, files, clock)
        self._files = files
        self._clock = clock
        self._zone = zone

    def today(self) -> date:
        """The local day."""
        return self._clock.now().astimezone(self._zone).date()

    def dictionary(self, session: Session, version: str | None = None) -> Dictionary:
        """A version of the metrics, or the one in force today. Raises NotFound `metrics-unknown`."""
        if version is not None:
            return self.metrics.version(session, version)
        return self.metrics.in_force(session, self.today())

    def period(self, days: Days) -> Period:
        """The instants of local days; a period that still runs ends now."""
        whole = days.period(self._zone)
        return Period(whole.begins, min(whole.ends, max(self._clock.now(), whole.begins)))

    def figures(
        self,
        session: Session,
        dictionary: Dictionary,
        selection: Selection,
        cuts: Iterable[str],
        metrics: Collection[str] | None = None,
    ) -> list[Figure]:
        """Figures of a selection (`tallies.CUTS`), ascending by (by, of, metric); of all metrics, or some."""
        cuts = frozenset(cuts)
        tallies = tally(session, dictionary.counts(metrics), selection, cuts)
        return figures(dictionary, tallies, selection.agency, cuts, metrics)

    def compared(
        self,
        session: Session,
        dictionary: Dictionary,
        days: Days,
        selection: Selection,
        cuts: Iterable[str],
        metrics: Collection[str] | None = None,
    ) -> list[Compared]:
        """Figures with those of the period before (环比) and of the year before (同比).

        A period that still runs is compared with as much of the others as has gone by of it.
        """
        cuts = frozenset(cuts)
        present = self.period(days)
        gone = present.ends - present.begins
        sides = []
        for other in (days.before(), days.year_before()):
            whole = other.period(self._zone)
            running = present.ends < days.period(self._zone).ends
            sides.append(
                Period(whole.begins, min(whole.ends, whole.begins + gone) if running else whole.ends)
            )
        found = [
            self.figures(session, dictionary, replace(selection, period=period), cuts, metrics)
            for period in (present, *sides)
        ]
        return compare(*found)

    def snapshot(
        self,
        session: Session,
        agency: str,
        days: Days,
        title: str | None = None,
        *,
        by: str | None = None,
    ) -> PerformanceSnapshotRow:
        """Fix the figures of local days by a record, with the dictionary in force on their last day.

        Raises as `SnapshotMaker.make`, NotFound `metrics-unknown`.
        """
        dictionary = self.metrics.in_force(session, days.last)
        title = title or f"考核结果 {days.first} … {days.last}"
        return self._maker.make(session, agency, dictionary, days.period(self._zone), title, by=by)

    def fixed_figures(self, session: Session, agency: str, number: int) -> list[Figure]:
        """The figures of a snapshot, from its file. Raises NotFound `snapshot-unknown`, `file-unknown`."""
        row = find_snapshot(session, agency, number)
        document: dict[str, Any] = strict_json.loads(b"".join(self._files.open(row.result)))
        return [Figure(**one) for one in document["figures"]]
