"""One platform for the tests of grids."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from support import grid_registers
from support.platform import Officer, RunningPlatform, running_platform

BEGIN = datetime(2026, 6, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="package")
def running() -> Iterator[RunningPlatform]:
    """With the small district of `support.grid_registers`."""
    with running_platform(begin=BEGIN, token_lifetime_seconds=10 * 365 * 86400) as platform:
        grid_registers.register(platform)
        yield platform


@pytest.fixture(scope="package")
def chief(running: RunningPlatform) -> Officer:
    return running.officer("chief", roles=("duty_chief",))


@pytest.fixture(scope="package")
def clerk(running: RunningPlatform) -> Officer:
    return running.officer("clerk")
