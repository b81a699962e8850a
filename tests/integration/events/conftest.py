"""Platforms with their cast: one for every module that moves time its own way, one that others share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from support.event_desk import EventDesk
from support.platform import running_platform

MONDAY = datetime(2026, 5, 11, 1, tzinfo=UTC)
"""09:00 in China."""


@pytest.fixture(scope="module")
def desk() -> Iterator[EventDesk]:
    with running_platform(begin=MONDAY) as running:
        yield EventDesk.open(running)


@pytest.fixture(scope="session")
def shared_desk() -> Iterator[EventDesk]:
    with running_platform(begin=MONDAY) as running:
        yield EventDesk.open(running)
