"""`gridwitness-verify bundle FILE…`."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import Unusable
from ..progress import progress_bar
from ..report import Check, Phrase, Report
from ..report.wording import THIS_MACHINE
from ..strict_json import canonical
from ..trust import Trust
from .case import Case
from .file import EVENT_FORMAT, PASSAGE_FORMAT, Bundle, read_evidence
from .merging import merge_checks
from .verification import verify_bundle

if TYPE_CHECKING:
    from ..rpc import Rpc

_NOT_SHOWN = [
    Phrase(
        "records of the same subject later than this one, or withheld from you",
        "同一主体在此之后的记录，或未提供给您的记录",
    ),
    Phrase("steps that nobody recorded", "无人记录的环节"),
    Phrase(
        "that the platform serves its pages from the records (audit shows the rows)",
        "平台所示页面确实出自这些记录（数据行须用 audit 核查）",
    ),
    Phrase("that what the signer stated is true", "签名人所述内容属实"),
    Phrase(
        "anything the bundle's `provenance` says (receipt, times, device), or its `signer` of agency and"
        " purpose: it is not read (`log --receipts` checks a receipt)",
        "证据包 provenance 所载内容（回执、时间、设备）及 signer 所写机关与用途：本命令不读取"
        "（回执可用 log --receipts 核查）",
    ),
    THIS_MACHINE,
]
_ROW_NOT_SHOWN = [
    Phrase(
        "the other rows of the part, and rows that were never archived",
        "同一归档中的其他行，以及从未归档的行",
    ),
    Phrase(
        "that the row is what the device sent (audit compares what the feed sent with its batches)",
        "该行与设备所报一致（原始报文须用 audit 与批次核对）",
    ),
]
_REVOCATION = Phrase(
    "whether the key was revoked after the anchor, or its window cut (give a node with `--rpc`)",
    "锚定之后密钥是否被吊销或缩短有效期（须用 --rpc 查询节点）",
)
_CANONICAL = Phrase(
    "whether the anchor's block is on the chain: where no validators are pinned, who holds the log's key can"
    " make one up (give a node with `--rpc`)",
    "锚定所在区块是否在链上：未登记验证节点时，持日志密钥者即可捏造区块（须用 --rpc 查询节点）",
)
_ASSERTED = Phrase(
    "that an officer stated it: it is asserted by the agency (service, feed or imported record)",
    "执法人员本人的陈述：该记录由机关服务、数据源或导入产生，仅为机关主张",
)


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Register the command; options common to all commands are added by `main`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "bundle", help="check evidence bundles, offline / 离线核实证据包"
    )
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="evidence bundles, or one case or event file, or proofs of archived rows (JSON)",
    )
    parser.add_argument(
        "--document",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="with a case file: is this the document it issued / 核对文书原件",
    )
    parser.add_argument("--rpc", metavar="URL", help="also ask this node for what came after the anchor")
    return parser


def run(args: argparse.Namespace, trust: Trust) -> Report:
    """Check every file; one report, in which each check has its worst result."""
    evidence = [read_evidence(path) for path in args.files]
    bundles = [found for found in evidence if isinstance(found, Bundle)]
    if all(isinstance(found, dict) and found.get("format") == PASSAGE_FORMAT for found in evidence):
        return _run_passages(args, trust, evidence)
    if len(bundles) < len(evidence):
        return _run_case(args, trust, evidence)
    if args.document:
        raise Unusable("document-alone", "--document needs a case file, which holds what was issued")
    results: list[tuple[Case, list[Check]]] = []
    with (
        _open_node(args.rpc) as rpc,
        progress_bar("bundles", len(bundles), shown=args.progress) as advance,
    ):
        for bundle in bundles:
            results.append(verify_bundle(bundle, trust, rpc=rpc, memory=args.memory))
            advance()
    cases = [case for case, _ in results]
    checks = [merge_checks(group) for group in zip(*(checks for _, checks in results), strict=True)]
    return Report("bundle", trust, _subject(cases), checks, _not_shown(cases, online=bool(args.rpc)))


def _run_case(args: argparse.Namespace, trust: Trust, evidence: list[Bundle | dict[str, Any]]) -> Report:
    """A case or event file alone is one report. What checks it is loaded only then."""
    if len(evidence) > 1 or isinstance(evidence[0], Bundle):
        raise Unusable("case-alone", "a case or event file is checked by itself: give one file")
    if evidence[0].get("format") == EVENT_FORMAT:
        return _run_event(args, trust, evidence[0])
    command = import_module("gridwitness_verifier.case.command")
    report: Report = command.run_case(args, trust, evidence[0], args.files[0].name)
    return report


def _run_event(args: argparse.Namespace, trust: Trust, value: dict[str, Any]) -> Report:
    if args.document:
        raise Unusable("document-alone", "--document needs a case file, which holds what was issued")
    command = import_module("gridwitness_verifier.events.command")
    report: Report = command.run_event(args, trust, value, args.files[0].name)
    return report


def _run_passages(args: argparse.Namespace, trust: Trust, evidence: list[Bundle | dict[str, Any]]) -> Report:
    """Proofs of archived rows are one report. What checks them is loaded only then."""
    if args.document:
        raise Unusable("document-alone", "--document needs a case file, which holds what was issued")
    module = import_module("gridwitness_verifier.bundle.passage")
    names = [path.name for path in args.files]
    passages = [module.parse_passage(value, name) for value, name in zip(evidence, names, strict=True)]
    results: list[tuple[Case, list[Check]]] = []
    with _open_node(args.rpc) as rpc:
        for passage in passages:
            case, checks = verify_bundle(passage.bundle, trust, rpc=rpc, memory=args.memory)
            results.append((case, [*checks, module.check_row(case, passage)]))
    cases = [case for case, _ in results]
    subject = _subject(cases)
    if len(passages) == 1:
        subject["row"] = canonical(passages[0].row).decode()
    checks = [merge_checks(group) for group in zip(*(checks for _, checks in results), strict=True)]
    notes = [*_ROW_NOT_SHOWN, *_not_shown(cases, online=bool(args.rpc))]
    return Report("bundle", trust, subject, checks, notes)


def _open_node(url: str | None) -> AbstractContextManager[Rpc | None]:
    """The node to ask, if one is named; what speaks to it is loaded only then."""
    if not url:
        return nullcontext()
    node: AbstractContextManager[Rpc] = import_module("gridwitness_verifier.rpc").Rpc(url)
    return node


def _subject(cases: list[Case]) -> dict[str, Any]:
    if len(cases) > 1:
        return {"bundles": len(cases), "files": [case.bundle.name for case in cases]}
    case = cases[0]
    subject: dict[str, Any] = {"file": case.bundle.name}
    if case.entry is not None:
        entry = case.entry
        subject |= {"jti": entry.jti, "kind": entry.kind, "iss": entry.iss, "log": entry.aud}
        subject |= {"sub": entry.sub, "seq": entry.seq}
        if case.key is not None or entry.src == "import":
            subject["asserted_by"] = (
                f"agency {entry.iss}" if _is_asserted(case) else f"officer of {entry.iss}"
            )
    if case.included and case.proof is not None:
        subject["index"] = case.proof.index
    if case.disclosures is not None:
        subject["fields"] = [disclosure.name for disclosure in case.disclosures]
    return subject


def _not_shown(cases: list[Case], *, online: bool) -> list[str]:
    notes: list[str] = list(_NOT_SHOWN)
    if not online:
        notes += [_REVOCATION, _CANONICAL]
    if any(_is_asserted(case) for case in cases):
        notes.append(_ASSERTED)
    return notes


def _is_asserted(case: Case) -> bool:
    if case.entry is None:
        return False
    imported = case.entry.src == "import"
    return imported or (case.key is not None and case.key.purpose in ("service", "feed"))
