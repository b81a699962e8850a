"""A consortium of n agencies on a chain: `Members` and `RecordLog`, and who signs for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_account.signers.local import LocalAccount
from support.contract_chain import ContractChain, Deployed, Sent, account, artifact, code
from web3 import Web3

DEPLOYMENT = bytes.fromhex("0123456789abcdef0123456789abcdef")
ADMIN, REGISTRAR = code("ADMIN"), code("REGISTRAR")
DEPLOYER = account(0)
MERGE_DELAY = 86_400


def agency(number: int) -> bytes:
    """Code of agency `number`, from 1."""
    return code(f"11010{number}CG")


def admin(number: int) -> LocalAccount:
    """Founding account of agency `number`, from 1: both roles."""
    return account(number)


def origin(number: int = 1, succession: int = 1) -> str:
    """Origin of the log of agency `number`; `succession` 2 is its first successor."""
    suffix = "" if succession == 1 else f"-{succession}"
    return f"gridwitness/{DEPLOYMENT.hex()}/11010{number}CG{suffix}"


@dataclass
class Consortium:
    """Deployed contracts with `size` founding agencies."""

    chain: ContractChain
    size: int
    members: Deployed
    log: Deployed

    @property
    def needed(self) -> int:
        return int(self.members.call("threshold"))

    def decide(self, contract: Deployed, function: str, *arguments: Any) -> Sent:
        """Have as many agencies as needed make the same call; the last one's transaction."""
        needed = self.needed
        for number in range(1, needed):
            contract.send(admin(number), function, *arguments)
        return contract.send(admin(needed), function, *arguments)

    def open_log(self, anchorer: LocalAccount, number: int = 1) -> bytes:
        """Open the first log of an agency; its id."""
        self.decide(self.log, "openLog", origin(number), agency(number), anchorer.address, MERGE_DELAY)
        return bytes(self.log.call("logIdOf", origin(number)))

    def action(self, contract: Deployed, function: str, *arguments: Any) -> bytes:
        """Id under which approvals of this call are counted now."""
        call = Web3.keccak(hexstr=contract.encode(function, *arguments))
        return bytes(self.members.call("actionOf", contract.address, call))

    def approving(self, action: bytes) -> list[bytes]:
        return list(self.members.call("approvalsOf", action))


def found(chain: ContractChain, size: int) -> Consortium:
    """Deploy both contracts with `size` agencies; the deployer is `DEPLOYER`."""
    numbers = range(1, size + 1)
    codes, admins = [agency(n) for n in numbers], [admin(n).address for n in numbers]
    members = chain.deploy(DEPLOYER, "Members", DEPLOYMENT, codes, admins)
    return Consortium(chain, size, members, chain.deploy(DEPLOYER, "RecordLog", members.address))


def key_of(members: Deployed, owner: bytes, thumbprint: bytes) -> dict[str, Any]:
    """A key as `keyOf` tells it, by field."""
    names = [
        part["name"]
        for entry in artifact("Members")["abi"]
        if entry.get("name") == "keyOf"
        for part in entry["outputs"][0]["components"]
    ]
    return dict(zip(names, members.call("keyOf", owner, thumbprint), strict=True))


def log_of(log: Deployed, log_id: bytes) -> dict[str, Any]:
    """A log as `logOf` tells it, by field."""
    names = [
        part["name"]
        for entry in artifact("RecordLog")["abi"]
        if entry.get("name") == "logOf"
        for part in entry["outputs"][0]["components"]
    ]
    return dict(zip(names, log.call("logOf", log_id), strict=True))
