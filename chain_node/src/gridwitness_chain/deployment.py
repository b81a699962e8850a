"""What was deployed where: the record every later start compares the chain with."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eth_utils import keccak

from .engine import Engine
from .errors import WrongChain
from .home import write_atomically


@dataclass(frozen=True)
class Deployed:
    """A contract's address (EIP-55), keccak of its code (`0x…`) and deploying transaction (`0x…`)."""

    address: str
    code_hash: str
    transaction: str

    def trust(self) -> dict[str, str]:
        """Its part of `trust.json`: address in lower case and code hash."""
        return {"address": self.address.lower(), "code_hash": self.code_hash}


@dataclass(frozen=True)
class Deployment:
    """One deployment: `deployment` is 32 hex digits, `block` the first block with a contract of ours,
    `keys_slot` the base slot of the signing keys in `Members`. `case_registry` and `hotspot_board` are None
    in the record of a release that had none, until `deploy` runs again."""

    deployment: str
    chain_id: int
    genesis_hash: str
    block: int
    members: Deployed
    record_log: Deployed
    keys_slot: int
    case_registry: Deployed | None
    hotspot_board: Deployed | None

    @classmethod
    def load(cls, path: Path) -> Deployment | None:
        """The record at `path`, or None. Raises `WrongChain` when it cannot be read."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                **{
                    **found,
                    "members": Deployed(**found["members"]),
                    "record_log": Deployed(**found["record_log"]),
                    **{name: _later(found.get(name)) for name in ("case_registry", "hotspot_board")},
                }
            )
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, AttributeError) as problem:
            raise WrongChain(f"{path} is damaged: {problem}", "restore it from a backup") from problem

    def save(self, path: Path) -> None:
        write_atomically(path, json.dumps(asdict(self), indent=1) + "\n")

    def check(self, engine: Engine) -> None:
        """Compare chain id, genesis hash and code with the engine's chain. Raises `WrongChain`."""
        self._equal("chain id", engine.chain_id, self.chain_id)
        self._equal("genesis hash", engine.genesis_hash(), self.genesis_hash)
        named = {
            "Members": self.members,
            "RecordLog": self.record_log,
            "CaseRegistry": self.case_registry,
            "HotspotBoard": self.hotspot_board,
        }
        for name, contract in named.items():
            if contract is not None:
                self._equal(
                    f"code of {name} at {contract.address}",
                    code_hash(engine, contract.address),
                    contract.code_hash,
                )

    def trust(self) -> dict[str, Any]:
        """The `contracts` part of `trust.json` (format.md §10)."""
        later = {"case_registry": self.case_registry, "hotspot_board": self.hotspot_board}
        return {
            "block": self.block,
            "members": {**self.members.trust(), "keys_slot": self.keys_slot},
            "record_log": self.record_log.trust(),
            **{name: contract.trust() for name, contract in later.items() if contract is not None},
        }

    def _equal(self, what: str, found: object, expected: object) -> None:
        if found != expected:
            raise WrongChain(
                f"{what} is {found}, deployment {self.deployment} has {expected}",
                "point it at the chain it was deployed on, or restore that chain's data",
            )


def _later(found: dict[str, str] | None) -> Deployed | None:
    """A contract that releases before it did not have."""
    return None if found is None else Deployed(**found)


def code_hash(engine: Engine, address: str) -> str:
    """keccak of the code at an address now, `0x…`."""
    return "0x" + keccak(deployed_code(engine, address)).hex()


def deployed_code(engine: Engine, address: str) -> bytes:
    return bytes.fromhex(str(engine.rpc.call("eth_getCode", address, "latest")).removeprefix("0x"))
