"""A platform with its HTTP door open, for the officer's device."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.submit_door import OpenDoor, open_door


@pytest.fixture(scope="package")
def door() -> Iterator[OpenDoor]:
    """One platform, served on a free port of this machine."""
    with open_door() as opened:
        yield opened
