"""Chains for tests: both engines, and two agencies with contracts on one of them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gridwitness_chain import (
    Account,
    Anvil,
    Call,
    Contracts,
    Deployment,
    Engine,
    Ganache,
    Receipt,
    approve,
    deploy,
    log_id,
)

ENGINES = {"ganache": Ganache, "anvil": Anvil}

FIRST = "110105CG01"
SECOND = "110105GA01"


def leaf(number: int) -> bytes:
    """An RFC 9162 leaf hash."""
    return hashlib.sha256(b"\0" + number.to_bytes(8, "big")).digest()


def node(left: bytes, right: bytes) -> bytes:
    """An RFC 9162 inner node."""
    return hashlib.sha256(b"\1" + left + right).digest()


@dataclass(frozen=True)
class AgencyChain:
    """Two founding agencies, each with one account as admin and registrar, and the first one's anchorer."""

    engine: Engine
    deployment: Deployment
    contracts: Contracts
    deployer: Account
    admins: dict[str, Account]
    anchorer: Account

    def origin(self, agency: str = FIRST) -> str:
        return f"gridwitness/{self.deployment.deployment}/{agency}"

    def decide(self, call: Call) -> Receipt:
        """All agencies approve a governance call."""
        contracts = self.contracts
        every = (contracts.members, contracts.record_log, contracts.case_registry, contracts.hotspot_board)
        contract = next(found for found in every if found.address == call.contract)
        return approve(contracts.members, contract, list(self.admins.values()), call)

    def open_log(self, agency: str = FIRST, maximum_merge_delay: int = 3600) -> bytes:
        """Open the agency's log; returns its id."""
        origin = self.origin(agency)
        self.decide(
            self.contracts.record_log.open_log(origin, agency, self.anchorer.address, maximum_merge_delay)
        )
        return log_id(origin)

    def append(self, log: bytes, old: int, new: int, root: bytes, proof: Sequence[bytes] = ()) -> Receipt:
        record_log = self.contracts.record_log
        return record_log.submit(self.anchorer, record_log.append(log, old, new, root, proof))


def agency_chain(engine: Engine, folder: Path, agencies: Sequence[str] = (FIRST, SECOND)) -> AgencyChain:
    """Deploy for the agencies on a started engine; the record goes to `folder`."""
    admins = {code: Account.random() for code in agencies}
    deployer = Account.random()
    founding = [(code, account.address) for code, account in admins.items()]
    deployment = deploy(engine, deployer, founding, secrets.token_bytes(16), folder / "deployment.json")
    contracts = Contracts.connect(engine, deployment)
    return AgencyChain(engine, deployment, contracts, deployer, admins, Account.random())
