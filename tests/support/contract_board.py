"""A `HotspotBoard` on a consortium, with publishers of its first two agencies, and cells to publish."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from support.contract_chain import ContractChain, Deployed, Sent, account
from support.contract_consortium import DEPLOYER, Consortium, agency, found

PUBLISHER, OTHER_PUBLISHER = account(70), account(71)
WEEK = 7 * 86_400
MONDAY = 1_790_524_800
FIRST_CELL = 0x88_2A_10_00_00_00_00_00
MAXIMUM_CELLS = 4_096


def word(*parts: object) -> bytes:
    return hashlib.sha256(repr(parts).encode()).digest()


def packed(cells: Sequence[int]) -> bytes:
    """Cells of 24 bytes with these indexes and some content."""
    return b"".join(cell.to_bytes(8, "big") + word(cell)[:16] for cell in cells)


def some_cells(count: int) -> bytes:
    return packed(range(FIRST_CELL, FIRST_CELL + count))


@dataclass
class Board:
    """A consortium's board with publishers of its first two agencies."""

    consortium: Consortium
    contract: Deployed
    heads: int = 0

    def publish(self, number: int, cells: bytes | None = None, **changed: Any) -> Sent:
        """Publish as the first agency's publisher; `week` counts periods from 1, by default `number`."""
        self.heads += 1
        given = {
            "agency": agency(1),
            "by": PUBLISHER,
            "family": 0,
            "week": number,
            "resolution": 8,
            "head": word("head", self.heads),
            **changed,
        }
        start = given.get("start", MONDAY + WEEK * (given["week"] - 1))
        snapshot = (
            given["family"],
            start,
            given.get("end", start + WEEK),
            given["resolution"],
            word("rules"),
            word("method"),
            word("inputs", number),
            given["head"],
        )
        shown = some_cells(3) if cells is None else cells
        return self.contract.send(given["by"], "publish", given["agency"], number, snapshot, shown)


def board_on(chain: ContractChain, size: int = 3) -> Board:
    """A board with `size` agencies."""
    consortium = found(chain, size)
    contract = chain.deploy(DEPLOYER, "HotspotBoard", consortium.members.address)
    consortium.decide(contract, "appointPublisher", agency(1), PUBLISHER.address)
    if size > 1:
        consortium.decide(contract, "appointPublisher", agency(2), OTHER_PUBLISHER.address)
    return Board(consortium, contract)
