"""Prometheus metrics of the doors, in a registry of the process's own."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from gridwitness.feeds import Letter
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class DoorMetrics:
    """What the doors count. Labels come from closed sets: a sender cannot make new ones."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self.connections = Gauge(
            "gridwitness_door_connections", "Open connections", ["door"], registry=registry
        )
        self.refused_connections = Counter(
            "gridwitness_door_refused_connections",
            "Connections closed by us, by reason",
            ["door", "reason"],
            registry=registry,
        )
        self._messages = Counter(
            "gridwitness_feed_messages", "Messages kept", ["door", "feed"], registry=registry
        )
        self._objects = Counter(
            "gridwitness_feed_objects",
            "Passages or positions stored",
            ["door", "feed", "content"],
            registry=registry,
        )
        self._letters = Counter(
            "gridwitness_feed_letters",
            "What could not be read, by code",
            ["door", "feed", "code"],
            registry=registry,
        )
        self._repeated = Counter(
            "gridwitness_feed_repeated",
            "Objects that had come before, and were not stored again",
            ["door", "feed"],
            registry=registry,
        )
        self._dropped = Counter(
            "gridwitness_feed_dropped",
            "Members and pictures dropped at the door (faces, drivers, cabs)",
            ["door", "feed"],
            registry=registry,
        )
        self.refused_requests = Counter(
            "gridwitness_door_refused_requests",
            "Requests refused, by code",
            ["door", "code"],
            registry=registry,
        )
        self.commit_seconds = Histogram(
            "gridwitness_door_commit_seconds", "Time of one group commit", ["door"], registry=registry
        )
        self.waiting = Gauge(
            "gridwitness_door_waiting", "Messages received and not yet committed", ["door"], registry=registry
        )

    def stored(
        self, door: str, feed: str, messages: int, content: str, objects: int, letters: Iterable[Letter]
    ) -> None:
        """Count what one transaction stored, once it is committed."""
        self._messages.labels(door, feed).inc(messages)
        if objects:
            self._objects.labels(door, feed, content).inc(objects)
        for code, count in Tally(letter.code for letter in letters).items():
            self._letters.labels(door, feed, code).inc(count)

    def left_out(self, door: str, feed: str, *, repeated: int, dropped: int) -> None:
        """Count what a door did not store, on purpose."""
        self._repeated.labels(door, feed).inc(repeated)
        self._dropped.labels(door, feed).inc(dropped)

    def exposition(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self._registry)


def serve_metrics(metrics: DoorMetrics, host: str, port: int, ready: Event) -> ThreadingHTTPServer:
    """Answer GET /metrics and /healthz on a port, in a thread of its own, until `shutdown()`.

    /healthz is 503 until `ready`: the doors listen.
    """

    class _Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content = 404, b""
            if self.path == "/metrics":
                status, content = 200, metrics.exposition()
            elif self.path == "/healthz":
                status, content = (200, b"ok\n") if ready.is_set() else (503, b"starting\n")
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Scrapes are no news."""

    server = ThreadingHTTPServer((host, port), _Handler)
    Thread(target=server.serve_forever, daemon=True, name="metrics").start()
    return server
