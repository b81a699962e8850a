"""One platform with an open door for the tests of GA/T 1400; at the end its audit proves what they did."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gridwitness_ingest.gat1400.requests import Bounds
from support.checkpoint_door import OpenDoor, open_door
from support.gat1400 import DEVICE
from support.platform import Officer, RunningPlatform, running_platform
from support.sightings import put_checkpoint


@pytest.fixture(scope="package")
def running() -> Iterator[RunningPlatform]:
    with running_platform() as platform:
        put_checkpoint(platform, "KK-1", DEVICE)
        yield platform
        platform.drain()
        platform.audit().require_proved()


@pytest.fixture(scope="package")
def officer(running: RunningPlatform) -> Officer:
    return running.officer("feeds", roles=("officer", "administrator"))


@pytest.fixture(scope="package")
def door(running: RunningPlatform) -> Iterator[OpenDoor]:
    with open_door(running.platform, Bounds(body=200_000, control=20_000, seconds=1.0)) as opened:
        yield opened
