"""`gridwitness ingest serve`: the doors for outside data, as a process of their own."""

from __future__ import annotations

import logging
import sys

from gridwitness.settings import load_settings
from gridwitness_ingest.serving import serve_doors

from gridwitness_cli.collector import collect_rarely
from gridwitness_cli.processes import LOG_FORMAT, follow_parent
from gridwitness_cli.runtime import found_parts


def serve() -> None:
    """Serve until SIGTERM; the database must be running, or comes to it later."""
    settings = load_settings()
    follow_parent()
    logging.basicConfig(level=settings.log_level, format=LOG_FORMAT)
    platform = found_parts(settings).platform("gridwitness-ingest")
    collect_rarely()
    try:
        serve_doors(platform, _announce)
    finally:
        platform.close()


def _announce(door: str, port: int) -> None:
    print(f"door {door} listens on port {port}", file=sys.stderr, flush=True)
