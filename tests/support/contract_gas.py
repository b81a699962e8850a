"""What `RecordLog.append` costs by tree size, and `docs/gas.md`, which says so.

Run `python -m support.contract_gas` in `tests/` to measure on both engines and write it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from support import contract_tree as oracle
from support.contract_chain import (
    ROOT,
    ContractChain,
    account,
    artifact,
    lacks_anvil,
    lacks_ganache,
    running_anvil,
    running_ganache,
)
from support.contract_consortium import DEPLOYER, admin, found

TABLE = ROOT / "docs/gas.md"
MILLION = 1_000_000
STEPS = (
    (0, 1),
    (1, 2),
    (3, 7),
    (100, 1_000),
    (4_095, 4_096),
    (10_000, 33_333),
    (33_333, 69_999),
    (MILLION, MILLION + 1_000),
    (MILLION - 1, MILLION + 1_000),
)
ANCHORER = account(50)
HARDFORK = "shanghai"


@dataclass(frozen=True)
class Step:
    """One anchored head: sizes in leaves, what the transaction carried, gas used (intrinsic gas included)."""

    old: int
    new: int
    proof_hashes: int
    calldata_bytes: int
    gas: int


def measure(chain: ContractChain) -> list[Step]:
    """Anchor each step on a log of its own, as the log's anchorer, with every check on."""
    leaves = oracle.leaf_hashes(MILLION + 1_000)
    measured = []
    for old, new in STEPS:
        consortium = found(chain, 1)
        log, log_id = consortium.log, consortium.open_log(ANCHORER)
        proof = oracle.consistency(old, leaves[:new]) if old else []
        if old:
            log.send(ANCHORER, "append", log_id, 0, old, oracle.root(leaves[:old]), [])
        sent = log.send(ANCHORER, "append", log_id, old, new, oracle.root(leaves[:new]), proof)
        measured.append(Step(old, new, len(proof), len(sent.data) // 2 - 1, sent.gas))
    return measured


def table(by_engine: dict[str, list[Step]]) -> str:
    """`docs/gas.md` for these measurements."""
    compiler = artifact("RecordLog")["compiler"]
    version = compiler["version"].split("+")[0]
    head = f"""# Gas of an anchored tree head / 锚定树头的 Gas

What one `RecordLog.append` costs, by tree size. The caller is checked, the RFC 9162 consistency proof is
verified with the SHA-256 precompile, two storage words are written, one event is emitted.
每次 `RecordLog.append` 的开销：含调用者检查、RFC 9162 一致性证明（SHA-256 预编译）、两个存储字和一个事件。

- Gas is `gasUsed` of the receipt: the 21,000 of any transaction and the calldata are in it.
- solc {version}, `evmVersion` {compiler["evmVersion"]}, optimizer on with {compiler["runs"]} runs.
- Both engines run the rules of `{HARDFORK}`. From Prague on (EIP-7623) a transaction costs at least 21,000
  and 40 per non-zero byte of calldata; all of these cost more than that.
- The proof's length depends on the sizes: the last two rows are a short and a long one at a million leaves.
- Written by `python -m support.contract_gas` in `tests/`; a test measures again and compares.

| leaves | proof hashes | calldata bytes | {" | ".join(f"gas, {engine}" for engine in by_engine)} |
|---|---|---|{"---|" * len(by_engine)}
"""
    rows = []
    for steps in zip(*by_engine.values(), strict=True):
        first = steps[0]
        name = f"{first.old:,} → {first.new:,}" if first.old else "first append / 首次"
        gas = " | ".join(f"{step.gas:,}" for step in steps)
        rows.append(f"| {name} | {first.proof_hashes} | {first.calldata_bytes} | {gas} |\n")
    return head + "".join(rows)


def main() -> int:
    """Measure on both engines and write the table; exit code 3 when an engine is missing."""
    lacking = lacks_anvil() or lacks_ganache()
    if lacking is not None:
        print(lacking, file=sys.stderr)
        return 3
    with running_anvil() as chain:
        by_engine = {"Anvil 1.7.1": measure(chain)}
    with running_ganache([DEPLOYER, admin(1), ANCHORER]) as chain:
        by_engine["Ganache 7.9.2"] = measure(chain)
    TABLE.write_text(table(by_engine), encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
