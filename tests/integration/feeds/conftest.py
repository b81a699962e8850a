"""One platform for the tests of feeds; at the end its audit proves everything they did."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.platform import Officer, RunningPlatform, running_platform


@pytest.fixture(scope="package")
def running() -> Iterator[RunningPlatform]:
    with running_platform() as platform:
        yield platform
        platform.drain()
        platform.audit().require_proved()


@pytest.fixture(scope="package")
def officer(running: RunningPlatform) -> Officer:
    return running.officer("feeds", roles=("officer", "administrator"))
