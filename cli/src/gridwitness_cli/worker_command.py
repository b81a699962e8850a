"""`gridwitness worker`; imports what it needs only, for it is started again after every crash."""

from __future__ import annotations

import logging
import signal
import threading

from gridwitness.settings import load_settings
from gridwitness.worker import Worker

from gridwitness_cli.processes import LOG_FORMAT, follow_parent
from gridwitness_cli.runtime import found_parts


def worker() -> None:
    """Sequence and anchor until SIGTERM; waits for database and chain. 运行定序与上链进程。"""
    settings = load_settings()
    logging.basicConfig(level=settings.log_level, format=LOG_FORMAT)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    follow_parent()
    platform = found_parts(settings).platform("gridwitness-worker")
    running = Worker(platform)
    running.await_standing(stop)
    running.run(stop)
    platform.close()
