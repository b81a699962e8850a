"""The checks `board` and `snapshots`: what the contract promises, made sure of again from its events."""

from __future__ import annotations

from collections import defaultdict
from hashlib import sha256

from ..errors import VerificationError
from ..log.tally import Tally
from ..report import Phrase
from ..trust import Trust
from .board_reader import Board, PublishedIn
from .cells import Cell, parse_cells


def check_board(tally: Tally, trust: Trust, board: Board) -> None:
    """Numbers have no gap; count and results in the contract's storage are those of the events."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for one in board.snapshots:
        tally.checked += 1
        published = one.published
        numbers[published.agency].append(published.number)
        stored = board.results.get((published.agency, published.number))
        if stored != published.result:
            detail = "the contract's storage holds another result than the event"
            tally.fail("board-result", f"{published.name}: {detail}", key=published.name)
    pinned = {log.agency for log in trust.logs}
    for agency, count in board.counts.items():
        tally.checked += 1
        expected = [*range(1, count + 1)]
        for missing in sorted(set(expected) - set(numbers[agency])):
            detail = f"the contract counts {count} snapshots, the node gave none of number {missing}"
            tally.fail("board-missing", detail, key=f"{agency}/{missing}")
        if set(numbers[agency]) == set(expected) and numbers[agency] != expected:
            tally.fail("board-number", "numbers do not go up by one", key=agency)
        for extra in sorted(set(numbers[agency]) - set(expected)):
            tally.fail("board-number", f"number {extra} of {count}", key=f"{agency}/{extra}")
        if agency not in pinned:
            tally.name_place("board-agency", f"{agency} has no log in the trust file", key=agency)
    if not board.snapshots:
        tally.notes.append(Phrase("nothing is published", "尚无发布的快照"))


def check_snapshots(tally: Tally, board: Board) -> dict[str, list[Cell]]:
    """Cells are well formed and are the result; periods go forward. Gives the cells by snapshot."""
    cells: dict[str, list[Cell]] = {}
    ends: dict[tuple[str, str], int] = {}
    heads: set[tuple[str, bytes]] = set()
    for one in board.snapshots:
        tally.checked += 1
        published = one.published
        try:
            cells[published.name] = parse_cells(published.cells, published.resolution)
        except VerificationError as error:
            tally.fail(error.code, f"{published.name}: {error.message}", key=published.name)
        _check_snapshot(tally, one, ends, heads)
    return cells


def _check_snapshot(
    tally: Tally, one: PublishedIn, ends: dict[tuple[str, str], int], heads: set[tuple[str, bytes]]
) -> None:
    published, where = one.published, {"key": one.published.name}
    if sha256(published.cells).digest() != published.result:
        tally.fail("cells-altered", "the cells do not hash to the result", **where)
    series, head = (published.agency, published.family), (published.agency, published.head)
    if published.period_to <= published.period_from or published.period_from < ends.get(series, 0):
        tally.fail("snapshot-period", "its period is empty, or goes back", **where)
    ends[series] = published.period_to
    if head in heads:
        tally.fail("snapshot-head", "its record was published before", **where)
    heads.add(head)
    if one.time < published.period_to:
        detail = f"published at {one.time}, before its period ended at {published.period_to}"
        tally.fail("snapshot-early", detail, **where)
