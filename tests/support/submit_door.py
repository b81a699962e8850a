"""A platform served over HTTP in this process, with an officer who may log in."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from gridwitness.feeds import Decoder
from gridwitness.platform import Platform
from gridwitness_api import create_app
from support.ingest_platform import AGENCY, founded_platform

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class OpenDoor:
    """`url` without path; `account` is the officer's id."""

    platform: Platform
    url: str
    account: str


@contextmanager
def open_door() -> Iterator[OpenDoor]:
    """Served until the end of the block."""
    with founded_platform() as platform:
        with platform.transaction() as session:
            account = platform.accounts.create(
                session,
                agency=AGENCY,
                username="zhang",
                display_name="张三",
                password=PASSWORD,
                roles=["officer"],
                by=None,
            )
            account_id = str(account.id)
        with served(platform) as url:
            yield OpenDoor(platform, url, account_id)


@contextmanager
def served(platform: Platform, decoders: Callable[[], Mapping[str, Decoder]] = dict) -> Iterator[str]:
    """A platform behind its real door, until the end of the block; gives the URL without path."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(platform, decoders), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
