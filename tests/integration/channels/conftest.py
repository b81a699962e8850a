"""One platform with channels behind its door for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.channel_door import ChannelDoor, channel_door


@pytest.fixture(scope="package")
def door() -> Iterator[ChannelDoor]:
    with channel_door() as opened:
        yield opened
