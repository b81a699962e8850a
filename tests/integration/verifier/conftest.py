"""A forged deployment on a real PostgreSQL and a real chain, built once, attacked in copies."""

from __future__ import annotations

import copy
import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from gridwitness_verifier.main import main
from support.contract_chain import ContractChain, lacks_anvil, running_anvil
from support.forged_scenario import Scenario, build
from support.postgres import DatabaseServer, database_server


@dataclass
class Answer:
    """Exit code and JSON report of a command."""

    exit_code: int
    report: dict[str, Any]

    def check(self, name: str) -> dict[str, Any]:
        return next(check for check in self.report["checks"] if check["name"] == name)

    @property
    def failed(self) -> set[str]:
        return {check["name"] for check in self.report["checks"] if check["result"] == "failed"}

    def places(self, name: str) -> list[dict[str, Any]]:
        return list(self.check(name)["locations"])

    def place(self, name: str, code: str) -> dict[str, Any]:
        """The first place with this code; fails with all places when there is none."""
        found = [place for place in self.places(name) if place["code"] == code]
        assert found, f"{name}: {self.check(name)}"
        return found[0]


Command = Callable[..., Answer]


@pytest.fixture
def verify(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run `gridwitness-verify`; gives the exit code and the JSON report."""

    def run(*arguments: object) -> Answer:
        capsys.readouterr()
        exit_code = main([*map(str, arguments), "--json"])
        printed = capsys.readouterr()
        assert printed.out, printed.err
        return Answer(exit_code, json.loads(printed.out))

    return run


@pytest.fixture(scope="session")
def chain() -> Iterator[ContractChain]:
    if (why := lacks_anvil()) is not None:
        pytest.skip(why)
    with running_anvil() as anvil:
        yield anvil


@dataclass
class Built:
    """The honest scenario, its server and the name of its database template."""

    scenario: Scenario
    server: DatabaseServer
    template: str


@pytest.fixture(scope="session")
def built(chain: ContractChain, tmp_path_factory: pytest.TempPathFactory) -> Built:
    server = database_server()
    found: list[Scenario] = []
    folder = tmp_path_factory.mktemp("forged")
    template = server.prepare("forged", lambda urls: found.append(build(chain, urls.owner, folder)))
    return Built(found[0], server, template)


@pytest.fixture
def scenario(built: Built, chain: ContractChain, tmp_path: Path) -> Iterator[Scenario]:
    """A copy of the honest deployment that a test may ruin; the chain is put back afterwards."""
    urls = built.server.fresh(built.template)
    mine = _copy(built.scenario, urls.owner, tmp_path / "home")
    snapshot = chain.rpc("evm_snapshot")
    yield mine
    chain.rpc("evm_revert", snapshot)
    # A revert sets the clock back to the snapshot; over many tests the chain would lag behind the records.
    # Anvil then refuses a block time before its clock's, so the newest block has to stand there as well.
    chain.rpc("evm_setTime", int(time.time()))
    chain.rpc("evm_mine")
    built.server.drop(urls)


def _copy(scenario: Scenario, url: str, folder: Path) -> Scenario:
    shutil.copytree(scenario.platform.folder, folder)
    platform = copy.copy(scenario.platform)
    platform.url, platform.folder = url, folder
    platform.consortium = copy.copy(scenario.platform.consortium)
    platform.logs = {origin: copy.copy(log) for origin, log in scenario.platform.logs.items()}
    for log in platform.logs.values():
        log.records, log.waiting, log.last = list(log.records), list(log.waiting), dict(log.last)
    mine = copy.copy(scenario)
    mine.platform = platform
    return mine


@pytest.fixture
def audit(scenario: Scenario, verify: Command) -> Command:
    """`audit` of the copy under its own trust file; more arguments may follow."""

    def run(*arguments: object, trust: Path | None = None, url: str | None = None) -> Answer:
        path = trust or scenario.platform.trust()
        return verify("audit", "--database", url or scenario.platform.url, "--trust", path, *arguments)

    return run


@pytest.fixture
def database(scenario: Scenario) -> Iterator[psycopg.Connection[Any]]:
    """The operator's connection to the copy."""
    with scenario.platform.database() as connection:
        yield connection
