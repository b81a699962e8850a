"""The binding of `HotspotBoard`, and proofs of its snapshots, on both engines."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from gridwitness_chain import (
    Account,
    BoardSnapshot,
    ProofMismatch,
    Reverted,
    board_proof,
    check_board_proof,
)
from support.contract_board import some_cells
from support.engines import FIRST, SECOND, AgencyChain, leaf

SNAPSHOT = BoardSnapshot("positions", 1_000, 2_000, 8, leaf(1), leaf(2), leaf(3), leaf(4))
CELLS = some_cells(200)


@pytest.fixture(scope="module")
def publisher(chain: AgencyChain) -> Account:
    account = Account.random()
    chain.decide(chain.contracts.hotspot_board.appoint_publisher(FIRST, account.address))
    return account


@pytest.fixture(scope="module")
def published(chain: AgencyChain, publisher: Account) -> str:
    """The transaction of a first snapshot."""
    board = chain.contracts.hotspot_board
    return board.submit(publisher, board.publish(FIRST, 1, SNAPSHOT, CELLS)).transaction


def test_what_the_contract_tells(chain: AgencyChain, publisher: Account, published: str) -> None:
    board, start = chain.contracts.hotspot_board, chain.deployment.block
    assert (board.count_of(FIRST), board.count_of(SECOND)) == (1, 0)
    assert board.result_of(FIRST, 1) == hashlib.sha256(CELLS).digest()
    assert board.result_of(FIRST, 2) is None
    assert (board.end_of(FIRST, "positions"), board.end_of(FIRST, "passages")) == (2_000, 0)
    assert (board.publisher_of(FIRST), board.publisher_of(SECOND)) == (publisher.address, None)
    assert board.is_seen(FIRST, leaf(4)) and not board.is_seen(SECOND, leaf(4))
    (event,) = board.snapshots(start)
    assert (event.agency, event.number, event.snapshot, event.cells) == (FIRST, 1, SNAPSHOT, CELLS)
    assert event.transaction == published and list(board.snapshots(start, agency=SECOND)) == []
    assert [(one.agency, one.publisher) for one in board.publishers(start)] == [(FIRST, publisher.address)]
    with pytest.raises(Reverted) as refused:
        board.submit(publisher, board.publish(FIRST, 2, replace(SNAPSHOT, head=leaf(5)), CELLS))
    assert refused.value.error == "HotspotBoardPeriodOverlaps" and refused.value.arguments["end"] == 2_000


def test_a_snapshot_is_proved_and_every_change_is_refused(chain: AgencyChain, published: str) -> None:
    board = chain.contracts.hotspot_board
    proof = board_proof(chain.engine, board.address, FIRST, 1, published)

    def shown(given: dict[str, Any]) -> Any:
        return check_board_proof(given, chain_id=chain.deployment.chain_id, contract=board.address)

    found = shown(json.loads(json.dumps(proof)))
    assert (found.agency, found.number, found.snapshot, found.cells) == (FIRST, 1, SNAPSHOT, CELLS)
    assert found.block_hash == chain.engine.rpc.block(found.block_number)["hash"]
    cells = proof["receipt"].replace(CELLS[:24].hex(), CELLS[24:48].hex())
    assert cells != proof["receipt"]
    for name, value in {
        "chain_id": 1,
        "contract": chain.contracts.members.address,
        "header": "0xc0",
        "receipt": cells,
        "transaction_index": 77,
        "log_index": 1,
        "receipt_proof": [],
    }.items():
        changed = copy.deepcopy(proof)
        changed[name] = value
        with pytest.raises(ProofMismatch):
            shown(changed)
    for agency, number in ((SECOND, 1), (FIRST, 2)):
        with pytest.raises(ProofMismatch):
            board_proof(chain.engine, board.address, agency, number, published)
