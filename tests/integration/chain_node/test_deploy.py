"""Deployment happens once, whatever interrupts it, and other chains are recognised."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from gridwitness_chain import (
    Account,
    Anvil,
    ArtifactMissing,
    Contracts,
    Deployment,
    Engine,
    RemoteEngine,
    Reverted,
    Rpc,
    WrongChain,
    agency_word,
    deploy,
    load_artifact,
)
from support.engines import FIRST, SECOND, AgencyChain


class PowerCutError(Exception):
    """The process ends here."""


class CutRpc(Rpc):
    """Answers `calls` times, then the power is gone: before or after the node got the request."""

    def __init__(self, url: str, calls: int, after: bool) -> None:
        super().__init__(url)
        self._left = calls
        self._after = after

    def call(self, method: str, *params: object, timeout: float | None = None) -> object:
        if self._left == 0 and not self._after:
            raise PowerCutError
        self._left -= 1
        answer = super().call(method, *params, timeout=timeout)
        if self._left == -1:
            raise PowerCutError
        return answer


@pytest.fixture(scope="module")
def anvil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Anvil(tmp_path_factory.mktemp("anvil") / "chain") as engine:
        yield engine


def founders() -> list[tuple[str, str]]:
    return [(FIRST, Account.random().address), (SECOND, Account.random().address)]


EVERY = [pytest.param(4, id="every fourth"), pytest.param(1, id="every", marks=pytest.mark.thorough)]
"""How many calls further each cut is than the one before it."""


@pytest.mark.parametrize("stride", EVERY)
@pytest.mark.parametrize("after", [False, True], ids=["before the node", "after the node"])
def test_a_run_cut_at_any_call_is_continued_not_repeated(
    anvil: Engine, tmp_path: Path, after: bool, stride: int
) -> None:
    cuts = secrets.randbelow(stride)
    while True:
        deployer, founding, record = Account.random(), founders(), tmp_path / f"{cuts}" / "deployment.json"
        engine = RemoteEngine(anvil.url).start()
        engine._rpc = CutRpc(anvil.url, cuts, after)
        try:
            deploy(engine, deployer, founding, secrets.token_bytes(16), record)
        except PowerCutError:
            cuts += stride
            made = deploy(anvil, deployer, founding, secrets.token_bytes(16), record)
            assert int(anvil.rpc.call("eth_getTransactionCount", deployer.address, "latest"), 16) == 4, cuts
            contracts = Contracts.connect(anvil, made)
            assert contracts.members.deployment() == made.deployment
            for beside in (contracts.case_registry, contracts.hotspot_board):
                assert beside.view("members") == contracts.members.address
            assert [file.name for file in record.parent.iterdir()] == ["deployment.json"]
            continue
        break
    assert cuts > 15, "the cuts went through the whole run"


@pytest.mark.parametrize("stride", EVERY)
@pytest.mark.parametrize("lacking", ["case_registry", "hotspot_board"])
def test_a_deployment_that_lacks_a_contract_gets_it_once_whatever_cuts_it(
    anvil: Engine, tmp_path: Path, lacking: str, stride: int
) -> None:
    deployer, founding = Account.random(), founders()
    path = tmp_path / "deployment.json"
    before = deploy(anvil, deployer, founding, secrets.token_bytes(16), path)
    content = json.loads(path.read_text())
    del content[lacking]
    transactions = 4
    cuts = secrets.randbelow(stride)
    while True:
        path.write_text(json.dumps(content))
        old = Deployment.load(path)
        assert old is not None and getattr(old, lacking) is None and lacking not in old.trust()
        with pytest.raises(WrongChain, match=r"no (CaseRegistry|HotspotBoard)"):
            getattr(Contracts.connect(anvil, old), lacking)
        engine = RemoteEngine(anvil.url).start()
        engine._rpc = CutRpc(anvil.url, cuts, after=True)
        try:
            deploy(engine, deployer, [], secrets.token_bytes(16), path)
        except PowerCutError:
            cuts += stride
            made = deploy(anvil, deployer, [], secrets.token_bytes(16), path)
            transactions += 1
            assert anvil.rpc.number("eth_getTransactionCount", deployer.address, "latest") == transactions
            assert made == Deployment.load(path)
            assert (made.deployment, made.members, made.block) == (
                before.deployment,
                before.members,
                before.block,
            )
            added = getattr(made, lacking)
            assert made.trust()[lacking] == {
                "address": added.address.lower(),
                "code_hash": added.code_hash,
            }
            assert [file.name for file in tmp_path.iterdir()] == ["deployment.json"]
            continue
        break
    assert cuts > 8, "the cuts went through the whole run"


def test_the_same_run_again_changes_nothing(chain: AgencyChain, tmp_path: Path) -> None:
    record = tmp_path / "deployment.json"
    chain.deployment.save(record)
    height = chain.engine.block_number()
    again = deploy(chain.engine, Account.random(), [], secrets.token_bytes(16), record)
    assert again == chain.deployment == Deployment.load(record)
    assert chain.engine.block_number() == height


def test_what_was_deployed_is_what_was_asked_for(chain: AgencyChain) -> None:
    members, record_log = chain.contracts.members, chain.contracts.record_log
    assert members.agencies() == (FIRST, SECOND) and members.threshold() == 2
    assert bytes(record_log.view("deployment")).hex() == chain.deployment.deployment
    assert record_log.view("members") == members.address
    for code, account in chain.admins.items():
        state = members.agency_of(code)
        assert state is not None and state.admins == state.registrars == (account.address,)
    trust = chain.deployment.trust()
    assert trust["members"]["keys_slot"] == load_artifact("Members").slot_of("keys")
    assert trust["members"]["address"] == members.address.lower()


def test_the_deployer_holds_no_role(chain: AgencyChain) -> None:
    members, deployer = chain.contracts.members, chain.deployer.address
    assert members.admin_of(deployer) is None
    roles = [bytes(32)]
    for code in (FIRST, SECOND):
        assert not members.has_role(code, "ADMIN", deployer) and not members.has_role(
            code, "REGISTRAR", deployer
        )
        for role in (b"ADMIN", b"REGISTRAR"):
            roles.append(bytes(members.view("roleOf", agency_word(code), role.ljust(32, b"\0"))))
    assert not any(members.view("hasRole", role, deployer) for role in roles)


@pytest.mark.parametrize("field", ["chain_id", "genesis_hash", "code_hash", "address", "registry", "board"])
def test_another_chain_or_other_code_is_refused(chain: AgencyChain, tmp_path: Path, field: str) -> None:
    record = tmp_path / "deployment.json"
    chain.deployment.save(record)
    content = json.loads(record.read_text())
    if field == "chain_id":
        content["chain_id"] += 1
    elif field == "genesis_hash":
        content["genesis_hash"] = "0x" + "00" * 32
    elif field == "registry":
        content["case_registry"]["code_hash"] = content["record_log"]["code_hash"]
    elif field == "board":
        content["hotspot_board"]["code_hash"] = content["record_log"]["code_hash"]
    else:
        content["members"][field] = content["record_log"][field]
    record.write_text(json.dumps(content))
    with pytest.raises(WrongChain):
        deploy(chain.engine, Account.random(), founders(), secrets.token_bytes(16), record)


def test_a_deployment_on_a_wiped_chain_is_refused(chain: AgencyChain, anvil: Engine, tmp_path: Path) -> None:
    with pytest.raises(WrongChain):
        Contracts.connect(anvil, chain.deployment)
    (tmp_path / "deployment.json").write_text("{")
    with pytest.raises(WrongChain, match="damaged"):
        deploy(anvil, Account.random(), founders(), secrets.token_bytes(16), tmp_path / "deployment.json")


def test_founders_that_the_contract_refuses_and_artifacts_that_are_none(
    anvil: Engine, tmp_path: Path
) -> None:
    twice = Account.random().address
    deployer, record = Account.random(), tmp_path / "a.json"
    with pytest.raises(Reverted, match="MembersAccountTaken"):
        deploy(anvil, deployer, [(FIRST, twice), (SECOND, twice)], bytes(16), record)
    assert deploy(anvil, deployer, founders(), bytes(16), record).deployment == "00" * 16
    with pytest.raises(ArtifactMissing):
        deploy(anvil, Account.random(), founders(), bytes(16), tmp_path / "b.json", artifacts=tmp_path)
    (tmp_path / "Members.json").write_text("[]")
    with pytest.raises(ArtifactMissing):
        load_artifact("Members", tmp_path)
