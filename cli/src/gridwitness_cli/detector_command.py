"""`gridwitness detector`: looks for anomalies in what is stored, until SIGTERM or once."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Annotated

import typer
from gridwitness.settings import load_settings

from gridwitness_cli.processes import LOG_FORMAT, follow_parent
from gridwitness_cli.runtime import found_parts


def detector(
    once: Annotated[bool, typer.Option("--once", help="Stop when nothing is left to look at.")] = False,
) -> None:
    """Detect anomalies of passages and positions; several may run at once. 运行异常检测进程。"""
    from gridwitness.detector import Detector  # noqa: PLC0415 - loads frames

    settings = load_settings()
    logging.basicConfig(level=settings.log_level, format=LOG_FORMAT)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    follow_parent()
    platform = found_parts(settings).platform("gridwitness-detector")
    try:
        running = Detector(platform)
        if once:
            done = running.drain()
            typer.echo(f"looked at {done.work} · filed {done.records} records")
        else:
            running.run(stop)
    finally:
        platform.close()
