"""Gas of `RecordLog.append` at a million leaves, on contracts of its own on the same chain."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from gridwitness_chain import Account, Contracts, RemoteEngine, approve, deploy, log_id

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
        proof = list(_consistency(_OLD_SIZE, _NEW_SIZE, True))
        receipt = log.submit(anchorer, log.append(name, _OLD_SIZE, _NEW_SIZE, _root(_NEW_SIZE), proof))
    return Measurement(
        f"gas of RecordLog.append, {_OLD_SIZE:,} → {_NEW_SIZE:,} leaves / 合约开销",
        receipt.gas_used,
        "gas",
        "one bare transaction with a 32-byte digest",
        transaction_gas,
    )


@cache
def _root(size: int) -> bytes:
    """Root over `size` equal leaves (RFC 9162 section 2.1.1): it follows from the size alone."""
    if size == 1:
        return hashlib.sha256(b"\x00").digest()
    left = _split(size)
    return hashlib.sha256(b"\x01" + _root(left) + _root(size - left)).digest()


def _consistency(old: int, size: int, whole: bool) -> Iterator[bytes]:
    """SUBPROOF of RFC 9162 section 2.1.4.1 over equal leaves."""
    if old == size:
        if not whole:
            yield _root(size)
        return
    left = _split(size)
    if old <= left:
        yield from _consistency(old, left, whole)
        yield _root(size - left)
    else:
        yield from _consistency(old - left, size - left, False)
        yield _root(left)


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
