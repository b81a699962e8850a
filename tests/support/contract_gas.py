"""What `RecordLog.append`, `CaseRegistry` and `HotspotBoard` cost, and `docs/gas.md`, which says so.

Run `python -m support.contract_gas` in `tests/` to measure on both engines and write it.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass

from eth_account.signers.local import LocalAccount
from support import contract_tree as oracle
from support.contract_board import MAXIMUM_CELLS, PUBLISHER, board_on, some_cells
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
from support.contract_consortium import DEPLOYER, admin, agency, found

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
ANCHORER, RECORDER = account(50), account(51)
EVERY_EDGE = 0x007E7E7E7E7E7E7E
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


@dataclass(frozen=True)
class MeasuredCall:
    """One call of a contract, with what it carried and used."""

    name: str
    calldata_bytes: int
    gas: int


def measure_registry(chain: ContractChain) -> list[MeasuredCall]:
    """Every call of the registry in a deployment of one agency, the first of a year and a later one."""
    consortium = found(chain, 1)
    registry = chain.deploy(DEPLOYER, "CaseRegistry", consortium.members.address)
    procedure = _word("procedure")
    measured = []

    def send(name: str, sender: LocalAccount, function: str, *arguments: object) -> None:
        sent = registry.send(sender, function, *arguments)
        measured.append(MeasuredCall(name, len(sent.data) // 2 - 1, sent.gas))

    send("approveProcedure", admin(1), "approveProcedure", procedure, EVERY_EDGE)
    send("appointRecorder", admin(1), "appointRecorder", agency(1), RECORDER.address)
    for number, name in ((1, "open, first of the year / 年度首案"), (2, "open")):
        case = (agency(1), _word("case", number), procedure, 2026, number, 2, _word("opened", number))
        send(name, RECORDER, "open", *case)
    for index in (1, 2):
        name = "advance" if index == 1 else "advance, again / 再次"
        step = (agency(1), _word("case", 1), index, 2, 2 + index, _word("step", index))
        send(name, RECORDER, "advance", *step)
    return measured


def measure_board(chain: ContractChain) -> list[MeasuredCall]:
    """A first snapshot and later ones by how many cells they show, in a deployment of one agency."""
    board = board_on(chain, 1)
    measured = []
    for number, cells in enumerate((0, 0, 1, 10, 100, 1_000, MAXIMUM_CELLS), start=1):
        sent = board.publish(number, some_cells(cells))
        name = f"{cells:,} cells" + (", first of the agency / 首次" if number == 1 else "")
        measured.append(MeasuredCall(name, len(sent.data) // 2 - 1, sent.gas))
    return measured


def _word(*parts: object) -> bytes:
    return hashlib.sha256(repr(parts).encode()).digest()


def table(
    by_engine: dict[str, list[Step]],
    registry: dict[str, list[MeasuredCall]],
    board: dict[str, list[MeasuredCall]],
) -> str:
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
    return head + "".join(rows) + _registry_table(registry) + _board_table(board)


def _registry_table(by_engine: dict[str, list[MeasuredCall]]) -> str:
    head = f"""
## Gas of a milestone / 里程碑的 Gas

What a call of `CaseRegistry` costs. An opening writes the case's three words, its number and the entry it
uses up; a milestone two of these words and the entry; each emits its events. The two of governance are those
of a deployment with one agency, and each is made once for a procedure version, or an agency.
`CaseRegistry` 各调用的开销：立案写入三个字、编号与已用条目；推进写入两个字与已用条目。

| call | calldata bytes | {" | ".join(f"gas, {engine}" for engine in by_engine)} |
|---|---|{"---|" * len(by_engine)}
"""
    return head + _rows(by_engine)


def _board_table(by_engine: dict[str, list[MeasuredCall]]) -> str:
    head = f"""
## Gas of a hotspot snapshot / 高发区域快照的 Gas

What `HotspotBoard.publish` costs by the cells it shows, of 24 bytes each. They are hashed with the SHA-256
precompile, looked through for their order and put into the event; storage gets four words, whatever their
number. A snapshot of {MAXIMUM_CELLS:,} cells, the most there may be, fits into a block of every engine.
`HotspotBoard.publish` 的开销：网格数据只进入事件，存储写入四个字。

| call | calldata bytes | {" | ".join(f"gas, {engine}" for engine in by_engine)} |
|---|---|{"---|" * len(by_engine)}
"""
    return head + _rows(by_engine)


def _rows(by_engine: dict[str, list[MeasuredCall]]) -> str:
    rows = []
    for calls in zip(*by_engine.values(), strict=True):
        gas = " | ".join(f"{call.gas:,}" for call in calls)
        rows.append(f"| {calls[0].name} | {calls[0].calldata_bytes} | {gas} |\n")
    return "".join(rows)


def main() -> int:
    """Measure on both engines and write the table; exit code 3 when an engine is missing."""
    lacking = lacks_anvil() or lacks_ganache()
    if lacking is not None:
        print(lacking, file=sys.stderr)
        return 3
    with running_anvil() as chain:
        by_engine, registry = {"Anvil 1.7.1": measure(chain)}, {"Anvil 1.7.1": measure_registry(chain)}
        board = {"Anvil 1.7.1": measure_board(chain)}
    with running_ganache([DEPLOYER, admin(1), ANCHORER, RECORDER, PUBLISHER]) as chain:
        by_engine["Ganache 7.9.2"] = measure(chain)
        registry["Ganache 7.9.2"] = measure_registry(chain)
        board["Ganache 7.9.2"] = measure_board(chain)
    TABLE.write_text(table(by_engine, registry, board), encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
