"""One chain with two agencies per engine and test run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from gridwitness_chain import Engine
from support.engines import ENGINES, AgencyChain, agency_chain


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    home: Path = tmp_path_factory.mktemp(request.param) / "chain"
    with ENGINES[request.param](home) as started:
        yield started


@pytest.fixture(scope="module")
def chain(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AgencyChain:
    return agency_chain(engine, tmp_path_factory.mktemp("deployment"))
