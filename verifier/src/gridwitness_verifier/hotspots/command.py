"""`gridwitness-verify hotspots`: the hotspot map straight from the chain; the platform may be down."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..errors import Unavailable, Unusable, VerificationError, VerifierError
from ..log.command import read_token
from ..log.contract_reader import check_chain, open_rpc, read_history
from ..log.independence import IndependenceCheck
from ..log.tally import Tally
from ..log.tile_source import TileSource, open_client
from ..report import Phrase, Report, Result
from ..report.wording import THIS_MACHINE
from ..rpc import Rpc
from ..trust import Contract, Trust
from .board_check import check_board, check_snapshots
from .board_reader import Board, PublishedIn, read_board
from .cells import Cell
from .head_check import HeadCheck
from .map_view import snapshot_json, write_geojson

_PROVED = {
    "chain": Phrase("the pinned chain, with the pinned contracts", "链与合约均与信任文件相符"),
    "board": Phrase(
        "numbers without gap; events, receipts and storage agree", "编号连续，事件、收据与合约存储一致"
    ),
    "snapshots": Phrase(
        "cells are well formed and hash to their results; periods go forward", "网格数据完整，周期依次相接"
    ),
    "heads": Phrase(
        "each is a record of its log, anchored before it was published",
        "各快照均为日志记录，先锚定后发布",
    ),
    "time": Phrase("each was published after its period", "均在周期结束后发布"),
    "independence": Phrase(
        "every snapshot's block is sealed by a quorum of pinned validators", "快照所在区块均有足额验证者签封"
    ),
}
_NOT_SHOWN = (
    Phrase(
        "that the anomalies happened, or that none was left out (audit recomputes the map from the records)",
        "异常确实发生、且无一遗漏（须用 audit 由记录重算）",
    ),
    Phrase("how much traffic passed: exposure is the agency's claim", "车流量：由机关自报"),
    Phrase("cells with few trucks or carriers, which are hidden", "车辆或单位过少而不予显示的网格"),
    THIS_MACHINE,
)


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Register the command; options common to all commands are added by `main`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "hotspots", help="hotspot map from the chain alone / 由链上直读高发区域图"
    )
    parser.add_argument("--rpc", metavar="URL", help="node to ask (else that of the trust file)")
    parser.add_argument("--log", metavar="URL", help="the platform's address: also look for the records")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="reader's token for entry tiles")
    parser.add_argument("--agency", metavar="CODE", help="show this agency's snapshots only")
    parser.add_argument(
        "--number", type=int, metavar="N", help="show this one, not the newest of each family"
    )
    parser.add_argument("--geojson", type=Path, metavar="FILE", help="also write the cells as GeoJSON")
    return parser


def run(args: argparse.Namespace, trust: Trust) -> Report:
    """Read and check the board. Raises Unusable `trust-no-board`, `board-unknown`."""
    contract = trust.hotspot_board
    if contract is None:
        raise Unusable("trust-no-board", "the trust file names no hotspot_board")
    tallies = {name: Tally(name) for name in _PROVED if name != "heads" or args.log is not None}
    board = _read(args, trust, contract, tallies)
    cells: dict[str, list[Cell]] = {}
    shown: list[PublishedIn] = []
    if board is not None:
        check_board(tallies["board"], trust, board)
        cells = check_snapshots(tallies["snapshots"], board)
        _check_independence(tallies["independence"], trust, board)
        _check_time(tallies, board)
        shown = _shown(board, args.agency, args.number)
        _remember(args.memory, board)
    drawn = [(one, cells[one.published.name]) for one in shown if one.published.name in cells]
    if args.geojson is not None and board is not None:
        write_geojson(args.geojson, drawn)
    subject = {
        "snapshots": 0 if board is None else len(board.snapshots),
        "block": None if board is None else board.header.number,
        "map": [snapshot_json(one, found) for one, found in drawn],
    }
    checks = [tally.check(_PROVED[name]) for name, tally in tallies.items()]
    return Report("hotspots", trust, subject, checks, list(_NOT_SHOWN))


def _read(
    args: argparse.Namespace, trust: Trust, contract: Contract, tallies: dict[str, Tally]
) -> Board | None:
    """What the node has, once it is the pinned chain; None where it can not be asked."""
    tally = tallies["chain"]
    try:
        with open_rpc(args.rpc, trust) as rpc:
            check_chain(tally, rpc, trust)
            if not tally.failures:
                tally = tallies["board"]
                board = read_board(tally, rpc, trust, contract)
                if args.log is not None:
                    _look_for_heads(tallies["heads"], args, trust, rpc, board)
                return board
    except Unavailable as error:
        tally.not_evaluated.append(str(error))
    except VerifierError as error:
        tally.fail(error.code, error.message)
    for name in tallies.keys() - {"chain"}:
        tallies[name].not_evaluated.append(
            Phrase("without the board there is nothing to check", "没有链上快照可供核查")
        )
    return None


def _look_for_heads(tally: Tally, args: argparse.Namespace, trust: Trust, rpc: Rpc, board: Board) -> None:
    """The records of the snapshots in the logs that the platform at `--log` serves."""
    try:
        check = HeadCheck(tally, board, read_history(rpc, trust, board.header.number))
        with open_client(read_token(args.token_file)) as client:
            for pin in trust.logs:
                source = TileSource(client, f"{args.log.rstrip('/')}/log/{pin.name}/", None)
                check.look_in(pin, source)
        check.finish()
    except Unavailable as error:
        tally.not_evaluated.append(str(error))
    except VerificationError as error:
        tally.fail(error.code, error.message)


def _check_independence(tally: Tally, trust: Trust, board: Board) -> None:
    """Seals of the blocks with snapshots, and of the one whose state says how many there are."""
    check = IndependenceCheck(tally, trust)
    check.check([*(one.header_rlp for one in board.snapshots), board.header_rlp])
    check.finish()


def _check_time(tallies: dict[str, Tally], board: Board) -> None:
    tallies["time"].checked = len(board.snapshots)
    if tallies["independence"].check(Phrase("", "")).result is not Result.PROVED:
        tallies["time"].claimed.append(Phrase("chain time is that of one operator", "链上时间出自单一运营方"))


def _shown(board: Board, agency: str | None, number: int | None) -> list[PublishedIn]:
    """The newest of each agency and family, or those asked for. Raises Unusable `board-unknown`."""
    chosen = [one for one in board.snapshots if agency in (None, one.published.agency)]
    if number is not None:
        chosen = [one for one in chosen if one.published.number == number]
    else:
        newest = {(one.published.agency, one.published.family): one for one in chosen}
        chosen = sorted(newest.values(), key=lambda one: (one.published.agency, one.published.number))
    if not chosen and (agency is not None or number is not None):
        raise Unusable("board-unknown", "the board has no such snapshot")
    return chosen


def _remember(memory: Any, board: Board) -> None:
    if memory is None:
        return
    for one in board.snapshots:
        memory.see_block(one.header.number, one.header.block_hash)
    memory.see_block(board.header.number, board.header.block_hash)
