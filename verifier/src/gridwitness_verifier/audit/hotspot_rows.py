"""The check `hotspots` in an audit, and the rows of `hotspots.publication` against the contract's events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from gridwitness_verifier import strict_json
from gridwitness_verifier.audit.catalog import Relation
from gridwitness_verifier.audit.entry_pass import LogWalk
from gridwitness_verifier.audit.hotspot_check import EXPOSURE, HotspotCheck
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.hotspots.board_check import check_board, check_snapshots
from gridwitness_verifier.hotspots.board_event import decode_published
from gridwitness_verifier.hotspots.board_reader import Board, PublishedIn
from gridwitness_verifier.receipt_proof import prove_event
from gridwitness_verifier.report import Phrase

if TYPE_CHECKING:
    from gridwitness_verifier.audit.audit import Audit

PUBLICATION = "hotspots.publication"
_PUBLICATIONS = """
SELECT left(agency, 64), number, substr(transaction, 1, 64), block_number, substr(block_hash, 1, 64),
       extract(epoch FROM block_time)::bigint, left(proof::text, 4000000)
FROM hotspots.publication
"""
_NAMES = ("transaction", "block_number", "block_hash", "block_time")


def check_hotspots(audit: Audit, walks: dict[str, LogWalk], catalog: dict[str, Relation]) -> None:
    """The check, or none where there is neither a snapshot nor a board with one."""
    tally, board = audit.tallies["hotspots"], audit.board
    check = HotspotCheck(
        tally, audit.snapshot, audit.scratch, {name: walk.log for name, walk in walks.items()}
    )
    if not check.stated and (board is None or not board.snapshots) and not tally.failures:
        del audit.tallies["hotspots"]
        return
    for name in (EXPOSURE, PUBLICATION):
        relation = catalog.get(name)
        if relation is None or not relation.usable:
            tally.not_evaluated.append(f"{name} can not be read as a table")
            return
    try:
        with audit.snapshot.attempt():
            check.check_records()
            if board is not None:
                check_board(tally, audit.trust, board)
                check_snapshots(tally, board)
                check.check_board(board, audit.settled, audit.now(), audit.trust.tolerance)
                _check_publications(audit, board)
    except psycopg.Error as error:
        tally.not_evaluated.append(f"rows of hotspots could not be read: {error}"[:300])
    if audit.trust.hotspot_board is None:
        text = "the trust file names no board, so what was published is not known"
        tally.not_evaluated.append(Phrase(text, "信任文件未列明公告板合约，无从核对所发布的内容"))
    audit.subject["snapshots"] = len(check.stated)


def _check_publications(audit: Audit, board: Board) -> None:
    events = {(one.published.agency, one.published.number): one for one in board.snapshots}
    for row in audit.snapshot.stream(_PUBLICATIONS):
        audit.tallies["hotspots"].checked += 1
        _check_publication(audit, row, events.get((row[0], row[1])))


def _check_publication(audit: Audit, row: tuple[Any, ...], found: PublishedIn | None) -> None:
    agency, number, *stored, proof = row
    tally, contract = audit.tallies["hotspots"], audit.trust.hotspot_board
    where = {"table": PUBLICATION, "key": f"{agency}/{number}"}
    if found is None or contract is None:
        tally.fail("extra-row", "the contract accepted no such snapshot", **where)
        return
    expected = (found.transaction, found.header.number, found.header.block_hash, found.time)
    for name, one, other in zip(_NAMES, stored, expected, strict=True):
        if one != other:
            tally.fail("altered", f"{name} is not what the event says", column=name, **where)
    try:
        shown = prove_event(
            strict_json.loads(proof or ""),
            address=contract.address,
            name="HotspotBoard",
            chain_id=audit.trust.chain_id,
        )
        event = decode_published(shown.topics, shown.data)
    except VerificationError as error:
        tally.fail(error.code, f"proof: {error.message}", column="proof", **where)
        return
    if event != found.published or shown.header.block_hash != found.header.block_hash:
        tally.fail("altered", "the proof shows another event", column="proof", **where)
