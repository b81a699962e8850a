"""A deployment that told its story, once per test process, and a copy of it for every attack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.attack import judge
from support.attack_target import Stage, Target, standing

__all__ = ["judge"]


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """The honest deployment."""
    with standing() as stage:
        yield stage


@pytest.fixture
def target(stage: Stage) -> Iterator[Target]:
    """A copy to attack."""
    with stage.target() as target:
        yield target
