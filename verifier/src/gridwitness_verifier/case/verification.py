"""The steps of a case file's verification, in the order in which one rests on the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..memory import Memory
from ..procedure import Hidden, Procedure
from ..report import Check, Phrase, Result
from ..trust import Trust
from .bundles import Bundles
from .document_check import Paper, check_documents
from .dossier import Dossier
from .file import CaseFile
from .milestone_check import check_completeness, check_milestones, complete_up_to
from .node_check import check_later
from .officer_check import check_officers
from .procedure_check import RuleCounts, check_clocks, check_procedure
from .rulebook import open_rulebook
from .sequence_check import check_case
from .timeline import timeline

if TYPE_CHECKING:
    from ..rpc import Rpc

_PROVED = {
    "case": Phrase("one subject, no gap, each names the one before", "同一主体，无缺号，前后相续"),
    "milestones": Phrase("every registered milestone is a record of the case", "各登记节点均为本案记录"),
    "officers": Phrase("every milestone is signed by a second officer in time", "各节点均有第二人按时签名"),
    "procedure": Phrase("every step is lawful where it stands", "各步骤均符合程序"),
    "clocks": Phrase("every term that ended was kept, none is overdue", "已届满期限均已遵守，无逾期"),
    "documents": Phrase("every document names its record, byte for byte", "各文书均与所依据的记录一致"),
}


@dataclass(frozen=True)
class Verified:
    """What a case file came to: the checks, what was checked, and the sheets behind them."""

    checks: list[Check]
    subject: dict[str, Any]
    dossier: Dossier


def verify_case(
    file: CaseFile,
    trust: Trust,
    *,
    rpc: Rpc | None = None,
    memory: Memory | None = None,
    papers: list[Paper] | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> Verified:
    """Check a whole case file; offline unless `rpc` is given (then Unavailable may be raised)."""
    # 1. every bundle by itself
    bundles = Bundles(trust, rpc, memory, advance)
    records = bundles.check(file.records)
    dossier = Dossier(
        file,
        trust,
        records,
        rules=bundles.check(file.rules),
        related=bundles.check(file.related),
        unread=len(file.records) - len(records),
    )
    merged = bundles.merged()
    dossier.times_proved = any(check.name == "time" and check.result is Result.PROVED for check in merged)
    # 2. the records are one case
    check_case(dossier)
    # 3. the rules they name, and the milestones on the chain
    rules = open_rulebook(dossier)
    check_milestones(dossier, rules)
    check_completeness(dossier)
    if rpc is not None:
        check_later(dossier, rpc)
    if memory is not None:
        for registered in dossier.registered:
            memory.see_block(registered.block, registered.block_hash)
    # 4. who signed, whether it was lawful and in time, what was issued
    check_officers(dossier, rules.procedure)
    judged, counts = check_procedure(dossier, rules)
    check_clocks(dossier, rules)
    check_documents(dossier, rules.procedure, papers or [])
    own = _own_checks(dossier)
    state = None if judged is None or isinstance(judged.state, Hidden) else judged.state
    return Verified([*merged, *own], _subject(dossier, rules.procedure, state, counts), dossier)


def _own_checks(dossier: Dossier) -> list[Check]:
    return [
        tally.check(complete_up_to(dossier) if name == "completeness" else _PROVED[name])
        for name, tally in dossier.tallies.items()
    ]


def _subject(
    dossier: Dossier, procedure: Procedure | None, state: str | None, counts: RuleCounts
) -> dict[str, Any]:
    opened = dossier.opened
    last = dossier.registered[-1].event if dossier.registered else None
    return {
        "file": dossier.file.name,
        "case": None if opened is None else opened.printed,
        "procedure": None if procedure is None else procedure.procedure,
        "state": state,
        "sub": dossier.file.sub,
        "log": dossier.file.origin,
        "records": len(dossier.file.records),
        "milestones": len(dossier.registered),
        "complete_up_to": None if last is None else last.seq,
        "closed": last is not None and last.milestone == "closure",
        "rules": None if procedure is None else procedure.version,
        "rules_held": counts.held,
        "rules_breached": counts.breached,
        "rules_not_evaluated": counts.unknown,
        "timeline": timeline(dossier, procedure),
    }
