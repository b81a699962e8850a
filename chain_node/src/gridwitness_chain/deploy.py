"""Put `Members`, `RecordLog`, `CaseRegistry` and `HotspotBoard` on a chain, once, whatever interrupts it.

The deployer's address and nonce fix where a contract goes, and every signed deployment is on disk before it
is sent. So a run after a crash sends the same bytes again and finds the contract of the first run. A
deployment of a release that lacked one of the last two gets it in the same way. The deployer gets no role.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eth_utils import to_checksum_address

from .accounts import Account
from .agency import agency_word
from .artifact import Artifact, load_artifact
from .contract import Contract
from .deployment import Deployed, Deployment, code_hash, deployed_code
from .engine import Engine
from .errors import EngineFailed, TransactionReplaced, WrongChain
from .home import write_atomically
from .transactions import DEPLOY_GAS, Receipt, SignedTransaction, Transactions


def deploy(
    engine: Engine,
    deployer: Account,
    founding: Sequence[tuple[str, str]],
    deployment: bytes,
    record_path: Path,
    *,
    artifacts: Path | None = None,
) -> Deployment:
    """Deploy for the founding agencies `[(code, admin address)]`; idempotent and crash-safe.

    `deployment` = 16 random bytes, used unless an earlier run already fixed others in the record. Raises
    `WrongChain` when the record at `record_path` does not describe this chain.
    """
    unfinished = record_path.with_suffix(".partial.json")
    known = Deployment.load(record_path)
    if known is not None:
        known.check(engine)
    if known is None or known.case_registry is None or known.hotspot_board is None:
        steps = _Steps(engine, deployer, unfinished, deployment)
        made = known or _first_contracts(steps, engine, founding, artifacts)

        def beside_members(name: str) -> Deployed:
            artifact = load_artifact(name, artifacts)
            return _deployed(engine, artifact, steps.create(artifact, made.members.address))

        known = replace(
            made,
            case_registry=made.case_registry or beside_members("CaseRegistry"),
            hotspot_board=made.hotspot_board or beside_members("HotspotBoard"),
        )
        known.save(record_path)
    unfinished.unlink(missing_ok=True)
    return known


def _first_contracts(
    steps: _Steps, engine: Engine, founding: Sequence[tuple[str, str]], artifacts: Path | None
) -> Deployment:
    members, record_log = load_artifact("Members", artifacts), load_artifact("RecordLog", artifacts)
    words = [agency_word(code) for code, _ in founding]
    admins = [address for _, address in founding]
    first = steps.create(members, bytes.fromhex(steps.deployment), words, admins)
    second = steps.create(record_log, first.contract)
    return Deployment(
        deployment=steps.deployment,
        chain_id=engine.chain_id,
        genesis_hash=engine.genesis_hash(),
        block=first.block_number,
        members=_deployed(engine, members, first),
        record_log=_deployed(engine, record_log, second),
        keys_slot=members.slot_of("keys"),
        case_registry=None,
        hotspot_board=None,
    )


class _Steps:
    """The signed deployments of an unfinished run, on disk before they are sent."""

    def __init__(self, engine: Engine, deployer: Account, path: Path, deployment: bytes) -> None:
        self._engine = engine
        self._deployer = deployer
        self._path = path
        self._transactions = Transactions(engine)
        self._content: dict[str, Any] = {
            "deployment": deployment.hex(),
            "genesis_hash": engine.genesis_hash(),
            "sent": {},
        }
        if path.exists():
            self._content = json.loads(path.read_text(encoding="utf-8"))
        if self._content["genesis_hash"] != engine.genesis_hash():
            raise WrongChain(
                f"{path} belongs to another chain", "restore that chain's data, or remove the file"
            )
        self._store()

    @property
    def deployment(self) -> str:
        return str(self._content["deployment"])

    def create(self, artifact: Artifact, *arguments: object) -> Receipt:
        """The receipt of the contract's creation, by this run or the one before."""
        signed = self._signed(artifact, arguments)
        try:
            self._transactions.send(signed)
        except TransactionReplaced:
            # Proven never to be mined: the deployer's nonce went elsewhere. Only now another one is signed.
            self._forget(artifact)
            signed = self._signed(artifact, arguments)
            self._transactions.send(signed)
        receipt = self._transactions.wait(signed.hash)
        if not receipt.succeeded or receipt.contract is None:
            self._forget(artifact)
            raise EngineFailed(
                f"{artifact.name} could not be deployed ({signed.hash})", "check agencies and gas limit"
            )
        return receipt

    def _signed(self, artifact: Artifact, arguments: tuple[object, ...]) -> SignedTransaction:
        sent = self._content["sent"].get(artifact.name)
        if sent is not None:
            return SignedTransaction(bytes.fromhex(sent["raw"]), sent["hash"], sent["nonce"], sent["sender"])
        contract = Contract(self._transactions, artifact, "")
        data = contract.creation(*arguments)
        contract.check_creation(self._deployer.address, data)
        signed = self._transactions.prepare(self._deployer, None, data, DEPLOY_GAS)
        self._content["sent"][artifact.name] = {
            "raw": signed.raw.hex(),
            "hash": signed.hash,
            "nonce": signed.nonce,
            "sender": signed.sender,
        }
        self._store()
        return signed

    def _forget(self, artifact: Artifact) -> None:
        del self._content["sent"][artifact.name]
        self._store()

    def _store(self) -> None:
        write_atomically(self._path, json.dumps(self._content, indent=1) + "\n")


def _deployed(engine: Engine, artifact: Artifact, receipt: Receipt) -> Deployed:
    address = to_checksum_address(str(receipt.contract))
    if not artifact.is_code(deployed_code(engine, address)):
        raise WrongChain(
            f"{address} does not hold the code of {artifact.name}", "was the artifact replaced meanwhile?"
        )
    return Deployed(address, code_hash(engine, address), receipt.transaction)
