"""Prometheus metrics, in a registry of each application's own."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from gridwitness.platform import Platform
from gridwitness.records import KINDS, Outcome
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from gridwitness_api.case_standing import case_standing
from gridwitness_api.detection_metrics import DetectionGauges
from gridwitness_api.feed_metrics import FeedGauges
from gridwitness_api.log_standing import all_standings, overdue_receipts

_log = logging.getLogger("gridwitness.api")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


class Metrics:
    """What is counted. Labels come from closed sets: a client cannot make new ones."""

    def __init__(self, platform: Platform) -> None:
        """Log gauges are read from the database at each scrape."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "gridwitness_http_requests", "Requests", ["route", "method", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "gridwitness_http_request_seconds", "Time to answer", ["route"], registry=self._registry
        )
        self._records = Counter(
            "gridwitness_records",
            "Records handed in, by what became of them (accepted, replayed, or the code of the refusal)",
            ["kind", "outcome"],
            registry=self._registry,
        )
        self._registry.register(_LogGauges(platform))
        self._registry.register(FeedGauges(platform))
        self._registry.register(DetectionGauges(platform))

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `route` is the template, not the address."""
        self._requests.labels(route, method if method in _METHODS else "other", str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def outcomes(self, outcomes: Iterable[Outcome]) -> None:
        """Count what became of records, once it is committed."""
        for outcome in outcomes:
            kind = "unknown" if outcome.record is None else outcome.record.claims.kind
            result = "replayed" if outcome.replayed else "accepted"
            self._records.labels(
                kind if kind in KINDS else "unknown", outcome.error.code if outcome.error else result
            ).inc()

    def exposition(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self._registry)


class _LogGauges(Collector):
    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Named without asking the database: registering must not need one."""
        yield from self._families()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Gauges of every log; only `gridwitness_database_up` while the database is away."""
        up, size, anchored, lag, overdue, *of_cases = self._families()
        try:
            now = self._platform.clock.now()
            with self._platform.transaction() as session:
                for standing in all_standings(session):
                    labels = [standing.row.name]
                    size.add_metric(labels, standing.size)
                    anchored.add_metric(labels, standing.anchored_size)
                    lag.add_metric(labels, standing.lag_seconds(now))
                    overdue.add_metric(labels, overdue_receipts(session, standing, now))
                cases = case_standing(session, self._platform.cases.today())
            for family, numbers in zip(
                of_cases, (cases.open_cases, cases.overdue_clocks, cases.waiting_milestones), strict=True
            ):
                for agency, number in numbers.items():
                    family.add_metric([agency], number)
            up.add_metric([], 1)
        except SQLAlchemyError as error:
            _log.warning("metrics without the database: %s", type(error).__name__)
            up.add_metric([], 0)
            yield up
            return
        yield from (up, size, anchored, lag, overdue, *of_cases)

    @staticmethod
    def _families() -> tuple[GaugeMetricFamily, ...]:
        by_log, by_agency = ["log"], ["agency"]
        return (
            GaugeMetricFamily("gridwitness_database_up", "Whether the database answers", labels=[]),
            GaugeMetricFamily("gridwitness_log_size", "Leaves under the newest signed head", labels=by_log),
            GaugeMetricFamily(
                "gridwitness_log_anchored_size", "Leaves under the newest anchored head", labels=by_log
            ),
            GaugeMetricFamily(
                "gridwitness_anchor_lag_seconds", "Age of the oldest record not anchored yet", labels=by_log
            ),
            GaugeMetricFamily(
                "gridwitness_receipts_overdue",
                "Records past their receipt's time, not anchored",
                labels=by_log,
            ),
            GaugeMetricFamily("gridwitness_cases_open", "Cases that are not closed", labels=by_agency),
            GaugeMetricFamily(
                "gridwitness_clocks_overdue", "Statutory clocks that run past their due day", labels=by_agency
            ),
            GaugeMetricFamily(
                "gridwitness_milestones_waiting",
                "Milestones accepted that the contract does not have yet",
                labels=by_agency,
            ),
        )
