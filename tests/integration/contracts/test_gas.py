"""`docs/gas.md` says what an anchored tree head costs today."""

from __future__ import annotations

from support.contract_chain import ContractChain
from support.contract_gas import MILLION, TABLE, measure

MOST_AT_A_MILLION_LEAVES = 80_000


def test_the_gas_table_is_what_the_contract_costs(chain: ContractChain) -> None:
    rows = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("|")][2:]
    measured = measure(chain)
    assert len(rows) == len(measured)
    for row, step in zip(rows, measured, strict=True):
        _, proof_hashes, calldata_bytes, gas = (cell.strip() for cell in row.strip("|").split("|")[:4])
        written = (proof_hashes, calldata_bytes, gas)
        now = (str(step.proof_hashes), str(step.calldata_bytes), f"{step.gas:,}")
        assert written == now, f"{row}: run `python -m support.contract_gas` in tests/"
        if step.new >= MILLION:
            assert step.gas <= MOST_AT_A_MILLION_LEAVES
