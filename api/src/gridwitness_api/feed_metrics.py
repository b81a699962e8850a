"""Gauges of feeds: what came, what waits for its batch, what could not be read."""

from __future__ import annotations

from collections.abc import Iterator

from gridwitness.platform import Platform
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError


class FeedGauges(Collector):
    """Read from the database at each scrape; nothing while it is away. Labels: feeds and codes of letters."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Named without asking the database: registering must not need one."""
        yield from self._families()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """By feed, and by feed and code."""
        messages, unbatched, letters = self._families()
        platform = self._platform
        try:
            with platform.transaction() as session:
                for standing in platform.feeds.standings(session, platform.clock.now()):
                    messages.add_metric([standing.feed], standing.messages)
                    unbatched.add_metric([standing.feed], standing.oldest_unbatched_seconds)
                for (feed, code), number in platform.letters.counts(session).items():
                    letters.add_metric([feed, code], number)
        except SQLAlchemyError:
            return  # `gridwitness_database_up` says so
        yield from (messages, unbatched, letters)

    @staticmethod
    def _families() -> tuple[GaugeMetricFamily, GaugeMetricFamily, GaugeMetricFamily]:
        return (
            GaugeMetricFamily(
                "gridwitness_feed_messages", "Messages of a feed since its start", labels=["feed"]
            ),
            GaugeMetricFamily(
                "gridwitness_feed_unbatched_seconds", "Age of the oldest message in no batch", labels=["feed"]
            ),
            GaugeMetricFamily(
                "gridwitness_feed_letters_open", "Dead letters that wait", labels=["feed", "code"]
            ),
        )
