"""Reading `HotspotBoard` through a node: events with the receipts of their blocks, counts and results from
the contract's storage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import Unavailable, VerificationError
from ..header import Header, parse_header
from ..hexadecimal import parse_hex, quantity
from ..log.tally import Tally
from ..receipts_root import receipts_root
from ..rpc import Rpc
from ..storage_state import mapping_slot, read_storage
from ..trust import Contract, Trust
from .board_event import APPOINTED, PUBLISHED, Published, decode_published

COUNTS, RESULTS = 1, 3
"""Slots of the contract with the pinned code: `countOf` and `resultOf` (its storage layout is published)."""


@dataclass(frozen=True, slots=True)
class PublishedIn:
    """A snapshot with the block it was published in and the header (RLP, seals included) of that block."""

    published: Published
    header: Header
    header_rlp: bytes
    transaction: bytes

    @property
    def time(self) -> int:
        """Block time, Unix seconds."""
        return self.header.time


@dataclass(frozen=True, slots=True)
class Board:
    """Everything published up to a block, in chain order; `count` and `results` as its storage has them."""

    snapshots: tuple[PublishedIn, ...]
    counts: dict[str, int]
    results: dict[tuple[str, int], bytes]
    header: Header
    header_rlp: bytes


def read_board(tally: Tally, rpc: Rpc, trust: Trust, contract: Contract) -> Board:
    """The board at the node's newest block. What its receipts or storage gainsay is told to the tally.

    Raises Unavailable; VerificationError `board-event`, `storage-proof`.
    """
    newest = rpc.block_header(rpc.block_number())
    header = parse_header(newest)
    logs = [*rpc.logs(contract.address, [], trust.contracts_block, header.number)]
    snapshots = _snapshots(tally, rpc, contract, logs, header.number)
    agencies = sorted({log.agency for log in trust.logs} | {one.published.agency for one in snapshots})
    slots = [mapping_slot(_word(agency), COUNTS) for agency in agencies]
    counts = dict(zip(agencies, read_storage(rpc, contract, slots, header), strict=True))
    wanted = [(agency, number) for agency, count in counts.items() for number in range(1, count + 1)]
    words = read_storage(rpc, contract, [_result_slot(*one) for one in wanted], header)
    results = {one: word.to_bytes(32, "big") for one, word in zip(wanted, words, strict=True)}
    return Board(tuple(snapshots), counts, results, header, newest)


def _snapshots(
    tally: Tally, rpc: Rpc, contract: Contract, logs: list[dict[str, Any]], last: int
) -> list[PublishedIn]:
    found = []
    proved: dict[int, tuple[Header, bytes, set[tuple[Any, ...]]]] = {}
    for log in logs:
        number, topics, data, transaction = _parts(log, contract, last)
        if topics[:1] not in ([PUBLISHED], [APPOINTED]):
            continue
        if number not in proved:
            proved[number] = _proved_events(tally, rpc, contract, number)
        header, header_rlp, events = proved[number]
        published = decode_published(topics, data)
        if (tuple(topics), data) not in events:
            name = "an appointment" if published is None else published.name
            tally.fail("board-event-unproved", f"block {number} has no such event: {name}", key=name)
        if published is not None:
            found.append(PublishedIn(published, header, header_rlp, transaction))
    return found


def _parts(log: dict[str, Any], contract: Contract, last: int) -> tuple[int, list[bytes], bytes, bytes]:
    try:
        number = quantity(log.get("blockNumber"))
        address = parse_hex(str(log.get("address")).lower(), name="address", length=20)
        topics = [parse_hex(topic, name="topic", length=32) for topic in log.get("topics") or []]
        data = parse_hex(log.get("data"), name="data")
        transaction = parse_hex(log.get("transactionHash"), name="transactionHash", length=32)
    except VerificationError as error:
        raise Unavailable("rpc-answer", f"an event without its form: {error.message}") from error
    if address != contract.address or number > last:
        raise Unavailable("rpc-answer", "the node gave an event of another contract or a later block")
    return number, topics, data, transaction


def _proved_events(
    tally: Tally, rpc: Rpc, contract: Contract, number: int
) -> tuple[Header, bytes, set[tuple[Any, ...]]]:
    """The contract's events of a block, none of them where its receipts are not those of its header."""
    header_rlp = rpc.block_header(number)
    header = parse_header(header_rlp)
    block = rpc.call("eth_getBlockByNumber", hex(number), False)
    names = block.get("transactions") if isinstance(block, dict) else None
    if not isinstance(names, list):
        raise Unavailable("rpc-answer", f"block {number} came without its transactions")
    receipts = rpc.batch([("eth_getTransactionReceipt", (name,)) for name in names])
    if receipts_root(receipts) != header.receipts_root:
        tally.fail("board-receipts", f"the node's receipts of block {number} are not those of its header")
        return header, header_rlp, set()
    return (
        header,
        header_rlp,
        {
            (
                tuple(parse_hex(topic, name="topic") for topic in log["topics"]),
                parse_hex(log["data"], name="data"),
            )
            for receipt in receipts
            for log in receipt["logs"]
            if log["address"].lower() == f"0x{contract.address.hex()}"
        },
    )


def _word(agency: str) -> bytes:
    return agency.encode("ascii").ljust(32, b"\0")


def _result_slot(agency: str, number: int) -> int:
    inner = mapping_slot(_word(agency), RESULTS)
    return mapping_slot(number.to_bytes(32, "big"), inner)
