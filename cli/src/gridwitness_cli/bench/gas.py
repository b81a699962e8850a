"""Gas of `RecordLog.append` at a million leaves, on contracts of its own on the same chain."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from gridwitness_chain import Account, Contracts, RemoteEngine, approve, deploy, log_id
from gridwitness_evidence import consistency_proof, hash_leaf, hash_node
from gridwitness_evidence.merkle import root_from

from gridwitness_cli.bench.measurement import Measurement

_OLD_SIZE, _NEW_SIZE = 999_999, 1_001_000
"""A long consistency proof: the old size is odd in every sense."""
_AGENCY = "330100CG"


def gas_row(rpc_url: str, folder: Path, transaction_gas: int) -> Measurement:
    """Deploy, open a log, grow it to a million leaves in one append, and take the gas of the next one."""
    folder.mkdir(parents=True, exist_ok=True)
    with RemoteEngine(rpc_url) as engine:
        registrar, anchorer = Account.random(), Account.random()
        deployment = deploy(
            engine,
            Account.random(),
            [(_AGENCY, registrar.address)],
            os.urandom(16),
            folder / "gas-deployment.json",
        )
        contracts = Contracts.connect(engine, deployment)
        log = contracts.record_log
        origin = f"gridwitness/{deployment.deployment}/{_AGENCY}"
        approve(contracts.members, log, [registrar], log.open_log(origin, _AGENCY, anchorer.address, 3600))
        name = log_id(origin)
        log.submit(anchorer, log.append(name, 0, _OLD_SIZE, _root(_OLD_SIZE), []))
        proof = consistency_proof(_OLD_SIZE, _NEW_SIZE, _subtree)
        receipt = log.submit(anchorer, log.append(name, _OLD_SIZE, _NEW_SIZE, _root(_NEW_SIZE), proof))
    return Measurement(
        f"gas of RecordLog.append, {_OLD_SIZE:,} → {_NEW_SIZE:,} leaves / 合约开销",
        receipt.gas_used,
        "gas",
        "one bare transaction with a 32-byte digest",
        transaction_gas,
    )


@cache
def _subtree(height: int, _index: int = 0) -> bytes:
    """A complete subtree of equal leaves: the same wherever it stands: a million cost nothing."""
    if height == 0:
        return hash_leaf(b"")
    return hash_node(_subtree(height - 1), _subtree(height - 1))


def _root(size: int) -> bytes:
    return root_from(size, _subtree)
