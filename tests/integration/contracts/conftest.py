"""One Anvil for the session; contracts are deployed anew by each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.contract_chain import ContractChain, lacks_anvil, running_anvil


@pytest.fixture(scope="session")
def chain() -> Iterator[ContractChain]:
    lacking = lacks_anvil()
    if lacking is not None:
        pytest.skip(lacking)
    with running_anvil() as running:
        yield running
