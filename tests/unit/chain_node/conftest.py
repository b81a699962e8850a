"""A node that misbehaves on request."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.rpc_peer import Peer


@pytest.fixture
def peer() -> Iterator[Peer]:
    found = Peer()
    yield found
    found.close()
