"""`gridwitness-verify bundle FILE` where FILE is an event file."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

from ..case.file import parse_case
from ..progress import progress_bar
from ..report import Phrase, Report
from ..report.wording import THIS_MACHINE
from ..trust import Trust
from .dossier import EventDossier
from .verification import verify_event

_NOT_SHOWN = [
    Phrase("steps that nobody recorded", "无人记录的环节"),
    Phrase("that what the signers stated is true", "签名人所述内容属实"),
    Phrase(
        "that who acted held the role and worked for the unit: the lists say it (audit shows rows)",
        "办理人具备角色与所属单位：以平台名册为准（数据行须用 audit 核查）",
    ),
    Phrase(
        "that accounts took the steps which the agency's key signed on their word",
        "由机关密钥代签的环节确由所载账号办理",
    ),
    Phrase(
        "whether each clock counts by the right unit's hours (audit compares them with the registers)",
        "各计时所用单位工作时段是否正确（须用 audit 与登记核对）",
    ),
    Phrase(
        "records later than the last in this file, or withheld from you",
        "本档案最后一条之后的记录，或未提供给您的记录",
    ),
    THIS_MACHINE,
]
_OFFLINE = Phrase(
    "later revocations of keys, and whether the blocks are on the chain (give a node with `--rpc`)",
    "密钥的事后吊销，以及区块是否在链上（须用 --rpc 查询节点）",
)
_HIDDEN = Phrase(
    "what the fields say that this file does not show (they are counted)", "本档案未披露的字段内容（仅计数）"
)


def run_event(args: argparse.Namespace, trust: Trust, value: dict[str, Any], name: str) -> Report:
    """Check one event file; raises Unusable or, with a node, Unavailable."""
    file = parse_case(value, name)
    count = len(file.records) + len(file.rules) + len(file.related)
    with _open_node(args.rpc) as rpc, progress_bar("records", count, shown=args.progress) as advance:
        verified = verify_event(file, trust, rpc=rpc, memory=args.memory, advance=advance)
    not_shown = _not_shown(verified.dossier, online=bool(args.rpc))
    return Report("bundle", trust, verified.subject, verified.checks, not_shown)


def _open_node(url: str | None) -> AbstractContextManager[Any]:
    if not url:
        return nullcontext()
    node: AbstractContextManager[Any] = import_module("gridwitness_verifier.case.steady_rpc").SteadyRpc(url)
    return node


def _not_shown(dossier: EventDossier, *, online: bool) -> list[str]:
    notes: list[str] = list(_NOT_SHOWN)
    if not online:
        notes.append(_OFFLINE)
    if any(len(sheet.fields) < len(sheet.entry.sd_digests) for sheet in dossier.records):
        notes.append(_HIDDEN)
    return notes
