"""`gridwitness-verify audit --database URL`:
every stored value against the log, and the log against the contract.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from ..errors import Unavailable
from ..log.contract_reader import open_rpc
from ..log.scratch import Scratch
from ..progress import Advance, progress_bar
from ..report import Check, Phrase, Report
from ..report.wording import THIS_MACHINE
from ..rpc import Rpc
from ..trust import Trust
from .audit import Audit
from .examiners import default_processes
from .snapshot import open_snapshot

_PROVED = {
    "database": Phrase("ordinary tables, all readable", "均为普通表，全部可读"),
    "manifest": Phrase("every table and column is declared, with its class", "各表各列均已声明类别"),
    "entries": Phrase(
        "every entry obeys the format and its columns repeat it", "各条目格式正确，各列与条目一致"
    ),
    "disclosures": Phrase("every stored disclosure hashes to its place", "各披露值的哈希与条目一致"),
    "signatures": Phrase("every signature verifies", "签名全部有效"),
    "keys": Phrase("every key was valid for its purpose when anchored", "锚定时各密钥有效且用途相符"),
    "vouching": Phrase("a second agency stands for every key", "各密钥均有第二机关背书"),
    "subjects": Phrase("no gap, fork or wrong order", "无缺号、分叉或乱序"),
    "tree": Phrase("every root recomputes from the entries", "各树根均可由条目重算"),
    "anchors": Phrase("stored anchors and contract events agree", "所存锚定与合约事件一致"),
    "chain": Phrase("the pinned chain, with the pinned contracts", "链与合约均与信任文件相符"),
    "rows": Phrase("stated rows are just what the effects say", "数据行与状态变更一致"),
    "cases": Phrase(
        "every milestone is a step of its log, every milestone step registered", "节点与办案步骤一一对应"
    ),
    "hotspots": Phrase("snapshots follow from the records and are on the chain", "快照由记录得出并已上链"),
    "events": Phrase(
        "every step is lawful where it stands, every row follows from the steps",
        "各环节均合闭环规则，各数据行均由环节得出",
    ),
    "performance": Phrase(
        "the figures of every snapshot are those that the log gives", "各期考核数据均可由日志重算得出"
    ),
    "feeds": Phrase(
        "every message is in its feed's chain, up to the last batch", "各数据源报文链完整，与批次记录一致"
    ),
    "files": Phrase("every file is there, byte for byte", "文件齐全，逐字节一致"),
    "archives": Phrase(
        "every archived part is recorded and there, and the database holds its rows",
        "各归档均有记录、文件在位，数据行一致",
    ),
    "receipts": Phrase(
        "every receipt is of the log, for these bytes, and none is overdue", "回执有效，无逾期"
    ),
    "time": Phrase("every signing time lies in its interval", "签名时间均在区间内"),
    "independence": Phrase(
        "every anchor's block is sealed by a quorum of pinned validators", "锚定区块均有足额验证者签封"
    ),
}
_MOST_PROCESSES = 64
_NOT_SHOWN = (
    Phrase(
        "that the platform serves its pages from this database, and that this database is the only one",
        "平台页面确实出自此数据库，且仅此一库",
    ),
    Phrase("records nobody made, and what signers stated being true", "无人记录的事项，以及陈述内容是否属实"),
    Phrase(
        "a subject's newest records, if they were dropped before they were anchored"
        " (who holds a receipt can show it: `log --receipts`)",
        "锚定之前被丢弃的主体最新记录（持有回执者可用 log --receipts 证明）",
    ),
    Phrase(
        "the order in which records of one batch came (the log's order is what counts)",
        "同一批次内记录到达的先后（以日志次序为准）",
    ),
    Phrase(
        "what a door dropped, how it read what it kept, and what a feed sent after its last batch",
        "接入口丢弃的内容、对所存报文的解读，以及数据源最后一个批次之后发送的报文",
    ),
    Phrase("that the database server itself answers honestly about its tables", "数据库服务器如实应答"),
    THIS_MACHINE,
)


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Register the command; options common to all commands are added by `main`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "audit", help="check a whole database against log and chain / 全库核查"
    )
    parser.add_argument(
        "--database", required=True, metavar="URL", help="PostgreSQL URL of a role that reads all"
    )
    parser.add_argument(
        "--files", type=Path, metavar="DIR", help="folder of the files (else that of the trust file)"
    )
    parser.add_argument(
        "--archive", type=Path, metavar="DIR", help="folder of the archive (else beside that of the files)"
    )
    parser.add_argument("--rpc", metavar="URL", help="node to ask (else that of the trust file)")
    parser.add_argument(
        "--no-signatures",
        action="store_true",
        help="leave the signatures of records out (not evaluated); those of receipts and heads stay",
    )
    parser.add_argument(
        "--processes",
        type=_processes,
        default=default_processes(),
        metavar="N",
        help="processes that examine entries (%(default)s here; 1 = this one alone)",
    )
    return parser


def _processes(text: str) -> int:
    count = int(text)
    if not 1 <= count <= _MOST_PROCESSES:
        raise argparse.ArgumentTypeError(f"1 to {_MOST_PROCESSES} processes")
    return count


def run(args: argparse.Namespace, trust: Trust) -> Report:
    """One audit of one snapshot. Raises Unavailable when the database can not be reached or read."""
    with ExitStack() as stack:
        rpc = _open_rpc(args.rpc, trust, stack)
        scratch = stack.enter_context(Scratch())
        advance: Advance = stack.enter_context(progress_bar("entries", None, shown=args.progress))
        try:
            snapshot = stack.enter_context(open_snapshot(args.database))
            audit = Audit(
                trust=trust,
                snapshot=snapshot,
                scratch=scratch,
                files=args.files or trust.files,
                files_asked=args.files is not None,
                archive=args.archive or _beside(args.files or trust.files),
                signatures=not args.no_signatures,
                processes=args.processes,
                advance=advance,
            )
            audit.run(rpc)
        except psycopg.Error as error:
            raise Unavailable("database", str(error).strip()[:500] or type(error).__name__) from error
        _remember(args.memory, audit)
    checks = [tally.check(_PROVED[name]) for name, tally in audit.tallies.items()]
    return Report("audit", trust, audit.subject, checks, _not_shown(audit, checks))


def _beside(files: Path | None) -> Path | None:
    return None if files is None else files.parent / "archive"


def _open_rpc(url: str | None, trust: Trust, stack: ExitStack) -> Rpc | Unavailable:
    try:
        return stack.enter_context(open_rpc(url, trust))
    except Unavailable as error:
        return error


def _remember(memory: Any, audit: Audit) -> None:
    """Every accepted head and its block, so that a later view that contradicts them is a failure."""
    if memory is None or audit.history is None:
        return
    for log in audit.trust.logs:
        for head in audit.history.log(log.log_id).heads:
            memory.see_head(log.origin, head.size, head.event.root)
            memory.see_block(head.event.at.block, head.event.at.block_hash)


def _not_shown(audit: Audit, checks: list[Check]) -> list[str]:
    notes: list[str] = list(_NOT_SHOWN)
    if audit.declared_operational:
        columns = ", ".join(audit.declared_operational)
        notes.append(
            Phrase(
                f"that operational columns are right (never evidence): {columns}",
                f"运行类列（不作证据）是否属实：{columns}",
            )
        )
    if "files" not in {check.name for check in checks}:
        notes.append(Phrase("files: no record names one", "文件：没有记录引用文件"))
    return notes
