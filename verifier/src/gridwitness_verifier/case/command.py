"""`gridwitness-verify bundle FILE` where FILE is a case file."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

from ..progress import progress_bar
from ..report import Phrase, Report
from ..report.wording import THIS_MACHINE
from ..trust import Trust
from .document_check import read_paper
from .dossier import Dossier
from .file import parse_case
from .verification import verify_case

_NOT_SHOWN = [
    Phrase("steps that nobody recorded", "无人记录的环节"),
    Phrase("that what the signers stated is true", "签名人所述内容属实"),
    Phrase(
        "that officers were qualified and held their roles: the platform's lists say it (audit shows rows)",
        "执法人员具备资格与职责：以平台名册为准（数据行须用 audit 核查）",
    ),
    Phrase(
        "that the platform serves its pages from the records (audit shows the rows)",
        "平台所示页面确实出自这些记录（数据行须用 audit 核查）",
    ),
    THIS_MACHINE,
]
_OPEN = Phrase(
    "records after the last milestone that were withheld: the case is open",
    "最后一个关键节点之后被扣留的记录：案件尚未结案",
)
_SLEEPING = Phrase(
    "terms that ran out after the last record of the case was anchored (give a node with `--rpc`)",
    "案件最后一条记录上链之后届满的期限（须用 --rpc 查询节点）",
)
_OFFLINE = Phrase(
    "milestones registered after this file was made, later revocations of keys, and whether the blocks are on"
    " the chain (give a node with `--rpc`)",
    "案卷制作之后登记的节点、密钥的事后吊销，以及区块是否在链上（须用 --rpc 查询节点）",
)
_HIDDEN = Phrase(
    "what the fields say that this file does not show (they are counted)", "本案卷未披露的字段内容（仅计数）"
)


def run_case(args: argparse.Namespace, trust: Trust, value: dict[str, Any], name: str) -> Report:
    """Check one case file; raises Unusable or, with a node, Unavailable."""
    file = parse_case(value, name)
    papers = [read_paper(path) for path in args.document]
    count = len(file.records) + len(file.rules) + len(file.related)
    with _open_node(args.rpc) as rpc, progress_bar("records", count, shown=args.progress) as advance:
        verified = verify_case(file, trust, rpc=rpc, memory=args.memory, papers=papers, advance=advance)
    not_shown = _not_shown(verified.dossier, online=bool(args.rpc))
    return Report("bundle", trust, verified.subject, verified.checks, not_shown)


def _open_node(url: str | None) -> AbstractContextManager[Any]:
    if not url:
        return nullcontext()
    node: AbstractContextManager[Any] = import_module("gridwitness_verifier.case.steady_rpc").SteadyRpc(url)
    return node


def _not_shown(dossier: Dossier, *, online: bool) -> list[str]:
    notes: list[str] = list(_NOT_SHOWN)
    last = dossier.registered[-1].event if dossier.registered else None
    if last is None or last.milestone != "closure":
        notes.append(_OPEN)
        if not online:
            notes.append(_SLEEPING)
    if not online:
        notes.append(_OFFLINE)
    if any(len(sheet.fields) < len(sheet.entry.sd_digests) for sheet in dossier.records):
        notes.append(_HIDDEN)
    return notes
