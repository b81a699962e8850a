"""`gridwitness duty`: the machine's part of events, until SIGTERM or once."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Annotated

import typer
from gridwitness.duty import Duty
from gridwitness.settings import load_settings

from gridwitness_cli.processes import LOG_FORMAT, follow_parent
from gridwitness_cli.runtime import found_parts


def duty(
    once: Annotated[bool, typer.Option("--once", help="Stop when nothing is left to do now.")] = False,
) -> None:
    """Supervise, dispatch, notify, deliver; several may run. 运行督办、派遣、通知与推送进程。"""
    settings = load_settings()
    logging.basicConfig(level=settings.log_level, format=LOG_FORMAT)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    follow_parent()
    platform = found_parts(settings).platform("gridwitness-duty")
    try:
        desk = Duty(platform)
        if once:
            done = desk.drain()
            orders = done.orders
            typer.echo(
                f"orders: raised {orders.raised} · escalated {orders.escalated} · lifted {orders.lifted}"
                f" · dispatched {done.dispatched} · digests {done.digests}"
            )
        else:
            desk.run(stop)
    finally:
        platform.close()
