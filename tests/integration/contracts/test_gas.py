"""`docs/gas.md` says what an anchored tree head, a milestone and a snapshot cost today."""

from __future__ import annotations

from support.contract_chain import ContractChain
from support.contract_gas import MILLION, TABLE, measure, measure_board, measure_registry

MOST_AT_A_MILLION_LEAVES = 80_000
MOST_OF_AN_OPENING = 200_000
MOST_OF_A_MILESTONE = 80_000
MOST_OF_A_FULL_SNAPSHOT = 6_000_000


def rows_of_table(number: int) -> list[list[str]]:
    """Cells of the rows of one table of the page."""
    part = TABLE.read_text(encoding="utf-8").split("\n## ")[number]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_gas_table_is_what_the_contract_costs(chain: ContractChain) -> None:
    measured = measure(chain)
    for row, step in zip(rows_of_table(0), measured, strict=True):
        now = [str(step.proof_hashes), str(step.calldata_bytes), f"{step.gas:,}"]
        assert row[1:4] == now, f"{row}: run `python -m support.contract_gas` in tests/"
        if step.new >= MILLION:
            assert step.gas <= MOST_AT_A_MILLION_LEAVES


def test_the_registry_table_is_what_the_contract_costs(chain: ContractChain) -> None:
    for row, call in zip(rows_of_table(1), measure_registry(chain), strict=True):
        now = [call.name, str(call.calldata_bytes), f"{call.gas:,}"]
        assert row[:3] == now, f"{row}: run `python -m support.contract_gas` in tests/"
        if call.name.startswith("open"):
            assert call.gas <= MOST_OF_AN_OPENING
        if call.name.startswith("advance"):
            assert call.gas <= MOST_OF_A_MILESTONE


def test_the_board_table_is_what_the_contract_costs(chain: ContractChain) -> None:
    for row, call in zip(rows_of_table(2), measure_board(chain), strict=True):
        now = [call.name, str(call.calldata_bytes), f"{call.gas:,}"]
        assert row[:3] == now, f"{row}: run `python -m support.contract_gas` in tests/"
        assert call.gas <= MOST_OF_A_FULL_SNAPSHOT
