"""`gridwitness-verify log URL`: what a platform serves as its logs, against key, entries, contract
and receipts.
"""

from __future__ import annotations

import argparse
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..errors import Unavailable, Unusable, VerifierError
from ..progress import progress_bar
from ..report import Phrase, Report, Result
from ..report.wording import THIS_MACHINE
from ..rpc import Rpc
from ..trust import LogTrust, Trust
from .audited_log import AuditedLog
from .case_check import CaseCheck
from .contract_history import ContractHistory
from .contract_reader import check_chain, check_log_pins, open_rpc, read_history
from .independence import IndependenceCheck
from .receipt_folder import ReceiptFolder
from .scratch import Scratch
from .served_log import ServedLog
from .subject_check import check_subjects, check_unique
from .tally import Tally
from .tile_source import TileSource, open_client
from .time_check import TimeCheck, earlier_note

_PROVED = {
    "checkpoint": Phrase("signed by the pinned key", "由信任文件所列密钥签名"),
    "tree": Phrase("entries, hash tiles and roots agree", "条目、哈希块与树根一致"),
    "entries": Phrase("every entry obeys the format, no gap or fork", "条目格式正确，无缺号或分叉"),
    "chain": Phrase("the pinned chain, with the pinned contracts", "链与合约均与信任文件相符"),
    "anchors": Phrase("every anchored head is a root of this log", "每个锚定树头均为本日志的树根"),
    "cases": Phrase("every registered milestone is a case step of its log", "各登记节点均为日志中的办案步骤"),
    "receipts": Phrase("every promise was kept or is not due", "各项承诺已兑现或尚未到期"),
    "time": Phrase("every signing time lies in its interval", "签名时间均在区间内"),
    "independence": Phrase(
        "every anchor's block is sealed by a quorum of pinned validators", "锚定区块均有足额验证者签封"
    ),
}
_NOT_SHOWN = (
    Phrase(
        "fields of records and rows of the platform (audit shows them)", "记录字段与平台数据行（须用 audit）"
    ),
    Phrase("signatures and keys of single records (bundle and audit show them)", "单条记录的签名与密钥"),
    Phrase(
        "records accepted and dropped, where nobody gives their receipt (`--receipts`)",
        "已受理而被丢弃、且无人出示回执的记录",
    ),
    Phrase(
        "the order in which records of one batch came (the log's order is what counts)",
        "同一批次内记录到达的先后（以日志次序为准）",
    ),
    Phrase("that others are served the same log (compare `--memory` files)", "他人所见日志与此相同"),
    THIS_MACHINE,
)


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Register the command; options common to all commands are added by `main`."""
    parser: argparse.ArgumentParser = subparsers.add_parser("log", help="check served logs / 核查公开日志")
    parser.add_argument("url", metavar="URL", help="the platform's address, or …/log/<name> for one log")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="reader's token for entry tiles")
    parser.add_argument("--receipts", type=Path, metavar="DIR", help="receipts to hold the log to")
    parser.add_argument("--mirror", type=Path, metavar="DIR", help="folder that keeps full tiles")
    parser.add_argument("--rpc", metavar="URL", help="node to ask (else that of the trust file)")
    return parser


def run(args: argparse.Namespace, trust: Trust) -> Report:
    """Check every pinned log below the address. Raises Unusable for an address that names none."""
    prefixes = _prefixes(args.url, trust)
    tallies = {name: Tally(name) for name in _PROVED}
    with ExitStack() as stack:
        scratch = stack.enter_context(Scratch())
        scratch.add_lines(trust.line_of)
        client = stack.enter_context(open_client(read_token(args.token_file)))
        sources = [
            TileSource(client, prefix, args.mirror / pin.name if args.mirror else None)
            for pin, prefix in prefixes
        ]
        rpc, history, settled = _ask_chain(args.rpc, trust, tallies, stack, sources)
        now = _now(trust, history)
        receipts = _receipts(args.receipts, tallies, trust, prefixes)
        clock = TimeCheck(tallies["time"], trust.tolerance) if history else None
        advance = stack.enter_context(progress_bar("entries", None, shown=args.progress))
        served = []
        for (pin, _), source in zip(prefixes, sources, strict=True):
            log = AuditedLog(pin, history.log(pin.log_id) if history else None)
            one = ServedLog(log, source, tallies, scratch, receipts, clock, settled, advance)
            served.append(one)
            _run_one(one)
            if receipts is not None:
                receipts.judge(pin, log.history, now)
        _independence(rpc, trust, history, served, tallies)
        _finish(tallies, scratch, clock, history)
        cases = _cases(trust, history, served, tallies, scratch, settled)
        _remember(args.memory, served)
    if receipts is None:
        del tallies["receipts"]
    checks = [tally.check(_PROVED[name]) for name, tally in tallies.items()]
    sizes = {one.log.name: one.head.size for one in served if one.head}
    subject = {"url": args.url, "logs": len(served), "entries": sum(sizes.values()), **cases}
    return Report("log", trust, subject, checks, list(_NOT_SHOWN))


def _prefixes(url: str, trust: Trust) -> list[tuple[LogTrust, str]]:
    base = url.rstrip("/")
    if urlsplit(base).scheme not in ("http", "https"):
        raise Unusable("url", f"{url!r} is not an http address")
    for log in trust.logs:
        if base.endswith(f"/log/{log.name}"):
            return [(log, f"{base}/")]
    if not trust.logs:
        raise Unusable("trust-form", "the trust file names no log")
    return [(log, f"{base}/log/{log.name}/") for log in trust.logs]


def read_token(path: Path | None) -> str | None:
    """The token in a file; raises Unusable `token-unreadable`."""
    if path is None:
        return None
    try:
        with path.open(encoding="ascii") as file:
            token = file.read(8192).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable("token-unreadable", f"cannot read a token from {path}") from error
    if not token.isprintable() or not token:
        raise Unusable("token-unreadable", f"{path} holds no token")
    return token


def _ask_chain(
    url: str | None, trust: Trust, tallies: dict[str, Tally], stack: ExitStack, sources: list[TileSource]
) -> tuple[Rpc | None, ContractHistory | None, int]:
    """The node, what the contracts say, and the last block from before the checkpoints were fetched.

    The history is read after them, so that it knows every head their entries can name; a log that grows
    meanwhile has nothing wrong with it.
    """
    tally = tallies["chain"]
    try:
        rpc = stack.enter_context(open_rpc(url, trust))
        check_chain(tally, rpc, trust)
        settled = rpc.block_number()
        if not tally.failures:
            for source in sources:
                source.take_checkpoint()
            history = read_history(rpc, trust, rpc.block_number())
            check_log_pins(tally, trust, history)
            return rpc, history, settled
    except Unavailable as error:
        tally.not_evaluated.append(str(error))
    except VerifierError as error:
        tally.fail(error.code, error.message)
    for name in ("anchors", "time", "cases"):
        tallies[name].not_evaluated.append(
            Phrase("without the chain there is nothing to compare with", "没有链上数据可供比对")
        )
    return None, None, 0


def _now(trust: Trust, history: ContractHistory | None) -> int | None:
    if history is None or trust.clock == "simulated":
        return history.time if history else None
    return max(history.time, int(time.time()))


def _receipts(
    folder: Path | None, tallies: dict[str, Tally], trust: Trust, prefixes: list[tuple[LogTrust, str]]
) -> ReceiptFolder | None:
    if folder is None:
        return None
    receipts = ReceiptFolder(tallies["receipts"])
    receipts.read(folder, [log for log, _ in prefixes] or trust.logs)
    return receipts


def _run_one(one: ServedLog) -> None:
    try:
        one.run()
    except Unavailable as error:
        for name in ("checkpoint", "tree", "entries"):
            one.tallies[name].not_evaluated.append(str(error))


def _independence(
    rpc: Rpc | None,
    trust: Trust,
    history: ContractHistory | None,
    served: list[ServedLog],
    tallies: dict[str, Tally],
) -> None:
    check = IndependenceCheck(tallies["independence"], trust)
    if rpc is not None and history is not None and trust.validators:
        blocks = sorted({head.event.at.block for one in served for head in one.log.heads})
        try:
            check.check(rpc.block_headers(blocks) if blocks else [])
        except Unavailable as error:
            tallies["independence"].not_evaluated.append(str(error))
    check.finish()


def _cases(
    trust: Trust,
    history: ContractHistory | None,
    served: list[ServedLog],
    tallies: dict[str, Tally],
    scratch: Scratch,
    settled: int,
) -> dict[str, Any]:
    """Registered cases against the steps of the logs; what kind of step each is, only an audit sees."""
    if trust.case_registry is None:
        del tallies["cases"]
        return {}
    if history is None:
        return {}
    logs = {one.log.name: one.log for one in served if one.whole}
    check = CaseCheck(tallies["cases"], trust, history, scratch, logs, settled)
    check.check_registry()
    check.check_records({})
    return check.subject()


def _finish(
    tallies: dict[str, Tally], scratch: Scratch, clock: TimeCheck | None, history: ContractHistory | None
) -> None:
    checked = tallies["entries"].checked
    check_subjects(tallies["entries"], scratch, clock)
    check_unique(tallies["entries"], scratch)
    tallies["entries"].checked = checked
    if clock is None or history is None:
        return
    if clock.wide:
        text = f"{clock.wide} late: the interval is wider than the merge delay"
        tallies["time"].notes.append(Phrase(text, f"{clock.wide} 条迟报：时间区间宽于最大合并时限"))
    if clock.earlier:
        tallies["time"].notes.append(earlier_note(clock.earlier))
    if tallies["entries"].not_evaluated and not checked:
        tallies["time"].not_evaluated.append(Phrase("no entries to look at", "没有可查的条目"))
    if tallies["independence"].check(Phrase("", "")).result is not Result.PROVED:
        tallies["time"].claimed.append(Phrase("chain time is that of one operator", "链上时间出自单一运营方"))


def _remember(memory: Any, served: list[ServedLog]) -> None:
    """Every head seen, signed or accepted, so that a later view that contradicts it is a failure."""
    if memory is None:
        return
    for one in served:
        if one.head is not None:
            memory.see_head(one.log.pin.origin, one.head.size, one.head.root)
        for head in one.log.history.heads if one.log.history else ():
            memory.see_head(one.log.pin.origin, head.size, head.event.root)
            memory.see_block(head.event.at.block, head.event.at.block_hash)
