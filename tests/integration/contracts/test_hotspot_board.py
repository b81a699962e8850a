"""Snapshots: numbers without gap, periods that only go forward, and only from the agency's publisher."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from support.contract_board import (
    FIRST_CELL,
    MAXIMUM_CELLS,
    MONDAY,
    OTHER_PUBLISHER,
    PUBLISHER,
    WEEK,
    Board,
    board_on,
    packed,
    some_cells,
    word,
)
from support.contract_chain import ContractChain, RevertedError, account
from support.contract_consortium import DEPLOYER, admin, agency, found

STRANGER = account(72)
NOBODY = "0x" + 40 * "0"


@pytest.fixture
def board(chain: ContractChain) -> Board:
    return board_on(chain)


def refusal(board: Board, *arguments: Any, **named: Any) -> str:
    with pytest.raises(RevertedError) as refused:
        board.publish(*arguments, **named)
    return refused.value.error


def test_what_is_published_stands_in_event_and_storage(board: Board) -> None:
    cells, contract = some_cells(5), board.contract
    sent = board.publish(1, cells, head=word("first"))
    (name, event), *more = contract.events(sent)
    assert (name, more) == ("HotspotPublished", [])
    assert (event["agency"], event["number"], event["cells"]) == (agency(1), 1, cells)
    assert event["result"] == hashlib.sha256(cells).digest() == contract.call("resultOf", agency(1), 1)
    assert dict(event["snapshot"]) == {
        "family": 0,
        "periodFrom": MONDAY,
        "periodTo": MONDAY + WEEK,
        "resolution": 8,
        "rules": word("rules"),
        "method": word("method"),
        "inputs": word("inputs", 1),
        "head": word("first"),
    }
    assert contract.call("countOf", agency(1)) == 1
    assert contract.call("endOf", agency(1), 0) == MONDAY + WEEK
    assert contract.call("isSeen", agency(1), word("first"))
    # Nothing may be shown: also that is told.
    empty = contract.events(board.publish(2, b""))[0][1]
    assert (empty["cells"], empty["result"]) == (b"", hashlib.sha256(b"").digest())
    assert contract.call("resultOf", agency(1), 3) == bytes(32)


def test_numbers_have_no_gap(board: Board) -> None:
    for number in (0, 2, 2**32 - 1):
        assert refusal(board, number, week=1) == "HotspotBoardNumberMismatch"
    board.publish(1)
    for number in (1, 3):
        assert refusal(board, number, week=9) == "HotspotBoardNumberMismatch"
    board.publish(2)
    # Each agency counts its own.
    board.publish(1, agency=agency(2), by=OTHER_PUBLISHER)
    assert [board.contract.call("countOf", agency(n)) for n in (1, 2, 3)] == [2, 1, 0]


def test_periods_of_a_family_only_go_forward(board: Board) -> None:
    board.publish(1, week=3)
    for changed in (
        {"week": 3},
        {"week": 2},
        {"start": MONDAY + 3 * WEEK - 1},
        {"start": 0, "end": 2**64 - 1},
    ):
        assert refusal(board, 2, **changed) == "HotspotBoardPeriodOverlaps"
    for start, end in ((MONDAY + 4 * WEEK, MONDAY + 4 * WEEK), (MONDAY + 4 * WEEK, MONDAY), (1, 0)):
        assert refusal(board, 2, start=start, end=end) == "HotspotBoardPeriodEmpty"
    board.publish(2, family=1, week=1)  # the other family has periods of its own
    board.publish(3, week=4)
    board.publish(4, week=9)  # a week may be left out
    assert [board.contract.call("endOf", agency(1), family) for family in (0, 1)] == [
        MONDAY + 9 * WEEK,
        MONDAY + WEEK,
    ]
    assert refusal(board, 5, family=2) == "HotspotBoardFamilyUnknown"
    assert refusal(board, 5, resolution=16) == "HotspotBoardResolutionUnknown"


@pytest.mark.parametrize(
    ("cells", "error"),
    [
        (some_cells(2)[:-1], "HotspotBoardCellsMalformed"),
        (b"\0", "HotspotBoardCellsMalformed"),
        (some_cells(MAXIMUM_CELLS + 1), "HotspotBoardTooManyCells"),
        (packed([FIRST_CELL + 1, FIRST_CELL]), "HotspotBoardCellsUnsorted"),
        (packed([FIRST_CELL, FIRST_CELL]), "HotspotBoardCellsUnsorted"),
        (packed([0]), "HotspotBoardCellsUnsorted"),
        (packed([FIRST_CELL, FIRST_CELL + 2, FIRST_CELL + 1]), "HotspotBoardCellsUnsorted"),
    ],
)
def test_cells_that_are_refused(board: Board, cells: bytes, error: str) -> None:
    assert refusal(board, 1, cells) == error
    assert board.contract.call("countOf", agency(1)) == 0


def test_as_many_cells_as_may_be(board: Board) -> None:
    cells = some_cells(MAXIMUM_CELLS)
    event = board.contract.events(board.publish(1, cells))[0][1]
    assert event["cells"] == cells


def test_a_record_is_published_once(board: Board) -> None:
    board.publish(1, head=word("once"))
    assert refusal(board, 2, head=word("once")) == "HotspotBoardHeadSeen"
    assert refusal(board, 2, head=word("once"), family=1) == "HotspotBoardHeadSeen"
    board.publish(1, head=word("once"), agency=agency(2), by=OTHER_PUBLISHER)


def test_who_publishes(board: Board) -> None:
    """Everybody but the agency's own publisher: also an admin, the deployer, the publisher of another."""
    wrong = "HotspotBoardNotThePublisher"
    for who in (STRANGER, DEPLOYER, admin(1), OTHER_PUBLISHER):
        assert refusal(board, 1, by=who) == wrong
    assert refusal(board, 1, agency=agency(3), by=STRANGER) == wrong
    contract, consortium = board.contract, board.consortium
    assert contract.call("publisherOf", agency(1)) == PUBLISHER.address.lower()
    asked = contract.send(admin(1), "appointPublisher", agency(1), STRANGER.address)
    assert contract.events(asked) == [], "one approval of three is too few"
    board.publish(1)
    appointed = contract.send(admin(2), "appointPublisher", agency(1), STRANGER.address)
    assert contract.events(appointed) == [
        ("HotspotPublisherAppointed", {"agency": agency(1), "publisher": STRANGER.address})
    ]
    assert refusal(board, 2) == wrong
    board.publish(2, by=STRANGER)
    consortium.decide(contract, "appointPublisher", agency(1), NOBODY)
    assert refusal(board, 3, by=STRANGER) == wrong
    unknown = contract.error(admin(1), "appointPublisher", agency(4), STRANGER.address)
    assert unknown == "HotspotBoardAgencyUnknown"
    with pytest.raises(RevertedError):
        contract.send(STRANGER, "appointPublisher", agency(1), STRANGER.address)


def test_a_removed_agency_can_be_stopped_and_only_that(board: Board) -> None:
    contract, consortium = board.contract, board.consortium
    consortium.decide(consortium.members, "removeAgency", agency(2))
    again = contract.error(admin(1), "appointPublisher", agency(2), STRANGER.address)
    assert again == "HotspotBoardAgencyUnknown"
    for voter in (1, 3):
        contract.send(admin(voter), "appointPublisher", agency(2), NOBODY)
    assert contract.call("publisherOf", agency(2)) == NOBODY


def test_a_board_needs_members(chain: ContractChain) -> None:
    consortium = found(chain, 1)
    contract = chain.deploy(DEPLOYER, "HotspotBoard", consortium.members.address)
    assert contract.call("members") == consortium.members.address.lower()
    with pytest.raises(RevertedError, match="HotspotBoardMembersMissing"):
        chain.deploy(DEPLOYER, "HotspotBoard", STRANGER.address)
