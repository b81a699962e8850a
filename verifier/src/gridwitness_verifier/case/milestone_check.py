"""`milestones` and `completeness`: what `CaseRegistry` holds of the case, against the records."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ..errors import VerificationError
from ..procedure import Hidden, Procedure, milestone_edges
from ..qbft import verify_seals
from ..receipt_proof import ProvedEvent, prove_event, read_log
from ..registry_event import CaseOpened, MilestoneReached, case_id, decode_registry_event
from ..report import Phrase
from ..trust import Contract
from .dossier import Dossier, Registered, Sheet
from .rulebook import Rulebook


def check_milestones(dossier: Dossier, rules: Rulebook) -> None:
    """Receipt proofs, then indexes and order, then every event against its record and the procedure."""
    tally, registry = dossier.tallies["milestones"], dossier.trust.case_registry
    if registry is None:
        tally.not_evaluated.append(Phrase("the trust file names no CaseRegistry", "信任文件未列案件登记合约"))
        return
    # 1. receipt proofs
    for at, proof in enumerate(dossier.file.milestones):
        tally.checked += 1
        try:
            dossier.registered.append(_prove(dossier, registry, proof, at))
        except VerificationError as error:
            tally.fail(error.code, f"milestone {at}: {error.message}", **_place(dossier, at))
    if not dossier.file.milestones:
        tally.not_evaluated.append(Phrase("the file holds no milestone", "案卷未附关键节点"))
    # 2. order
    _check_order(dossier)
    # 3. each against its record
    steps = {sheet.chain_seq: (sheet, fact.step) for sheet, fact in dossier.steps}
    for registered in dossier.registered:
        _check_record(dossier, registered.event, steps.get(registered.event.seq), rules.procedure)
    # 4. the other way: steps that are milestones, and have none
    if rules.procedure is not None:
        _check_procedure(dossier, rules.procedure)
        _check_registered(dossier, rules.procedure)
    dossier.registered_proved = not tally.failures and not tally.not_evaluated


def _place(dossier: Dossier, at: int) -> dict[str, Any]:
    return {"sub": dossier.file.sub, "file": f"{dossier.file.name}#milestones/{at}"}


def _prove(dossier: Dossier, registry: Contract, proof: Any, at: int) -> Registered:
    trust = dossier.trust
    proved = prove_event(proof, address=registry.address, name="CaseRegistry", chain_id=trust.chain_id)
    if proved.header.number < trust.contracts_block:
        raise VerificationError(
            "anchor-early", f"block {proved.header.number} is before the contracts were deployed"
        )
    validators = trust.validators_at(proved.header.number)
    if validators:
        verify_seals(proved.header_rlp, [validator.address for validator in validators])
    event = decode_registry_event(proved.topics, proved.data)
    if not isinstance(event, MilestoneReached):
        raise VerificationError("milestone-event", "not a MilestoneReached event")
    if event.case_id != case_id(dossier.file.sub) or event.agency != _agency(dossier):
        raise VerificationError("milestone-foreign", "the milestone is of another case or agency")
    if at == 0:
        _open(dossier, proved, registry)
    return Registered(event, proved.header.number, proved.header.time, proved.header.block_hash)


def _agency(dossier: Dossier) -> str:
    return dossier.file.origin.rpartition("/")[2].partition("-")[0]


def _open(dossier: Dossier, proved: ProvedEvent, registry: Contract) -> None:
    """Number, year and procedure: `open` made `CaseOpened` in the same transaction."""
    for log in proved.logs:
        address, topics, data = read_log(log)
        event = decode_registry_event(topics, data) if address == registry.address else None
        if isinstance(event, CaseOpened) and event.case_id == case_id(dossier.file.sub):
            dossier.opened = event
            return
    raise VerificationError("milestone-event", "its transaction did not open the case")


def _check_order(dossier: Dossier) -> None:
    tally, before = dossier.tallies["milestones"], None
    for at, registered in enumerate(dossier.registered):
        event, where = registered.event, _place(dossier, at)
        if event.index != at:
            tally.fail("milestone-index", f"index {event.index} where {at} has to be", **where)
        if at == 0 and event.milestone != "start":
            tally.fail("milestone-order", f"the first milestone is {event.milestone}, not start", **where)
        if before is not None and (event.seq <= before.event.seq or registered.block < before.block):
            detail = (
                f"milestone {event.index} ({event.milestone}) is of an earlier record than its predecessor"
            )
            tally.fail("milestone-order", detail, seq=event.seq, **where)
        before = registered


def _check_record(
    dossier: Dossier,
    event: MilestoneReached,
    found: tuple[Sheet, str | Hidden] | None,
    procedure: Procedure | None,
) -> None:
    tally = dossier.tallies["milestones"]
    if found is None:
        detail = f"milestone {event.index} ({event.milestone}) names seq {event.seq}, which is no step here"
        tally.fail("milestone-without-record", detail, sub=dossier.file.sub, seq=event.seq)
        return
    sheet, step = found
    if sheet.entry.leaf_hash != event.head:
        detail = f"milestone {event.index} ({event.milestone}) names another record than the one at this seq"
        tally.fail("milestone-head", detail, **sheet.where)
    if procedure is None or isinstance(step, Hidden):
        if procedure is not None:
            tally.not_evaluated.append(Phrase("the step of a milestone is not shown", "未披露节点的步骤"))
        return
    stated = procedure.milestone_of(step)
    if stated != event.milestone:
        detail = f"registered as {event.milestone}; {step} is {stated or 'no milestone'}"
        tally.fail("milestone-differs", detail, **sheet.where)


def _check_procedure(dossier: Dossier, procedure: Procedure) -> None:
    tally, opened = dossier.tallies["milestones"], dossier.opened
    if opened is not None and opened.procedure.hex() != procedure.version:
        detail = f"the case was registered under version {opened.procedure.hex()}"
        tally.fail("milestone-procedure", detail, sub=dossier.file.sub)
    edges, events = milestone_edges(procedure), [registered.event for registered in dossier.registered]
    for before, event in pairwise(events):
        if (before.milestone, event.milestone) not in edges:
            detail = f"{event.milestone} after {before.milestone} is no edge of the procedure"
            tally.fail("milestone-edge", detail, sub=dossier.file.sub, seq=event.seq)


def _check_registered(dossier: Dossier, procedure: Procedure) -> None:
    """A milestone step without its event: named while it may be on its way, then a failure."""
    tally = dossier.tallies["milestones"]
    seen = {registered.event.seq for registered in dossier.registered}
    last, waiting = max(seen, default=-1), 0
    for sheet, fact in dossier.steps:
        if isinstance(fact.step, Hidden) or sheet.chain_seq in seen:
            continue
        milestone = procedure.milestone_of(fact.step)
        if milestone is None:
            continue
        if sheet.chain_seq > last and _on_its_way(dossier, sheet):
            waiting += 1
            continue
        detail = f"{fact.step} is the milestone {milestone}, and none is registered for it"
        tally.fail("milestone-missing", detail, **sheet.where)
    if waiting:
        text = f"{waiting} milestones on their way to the chain"
        tally.notes.append(Phrase(text, f"{waiting} 个关键节点尚在上链途中"))


def _on_its_way(dossier: Dossier, sheet: Sheet) -> bool:
    if sheet.anchored is None or dossier.last_anchor is None or sheet.case.log is None:
        return True
    delay = sheet.case.log.maximum_merge_delay + dossier.trust.tolerance
    return dossier.last_anchor - sheet.anchored <= delay


def check_completeness(dossier: Dossier) -> None:
    """The record of the last milestone is there, and with it, by `case`, every one before it."""
    tally = dossier.tallies["completeness"]
    tally.checked = len(dossier.records)
    if not dossier.registered:
        tally.not_evaluated.append(Phrase("rests on milestones, of which none is proved", "以关键节点为前提"))
        return
    last = dossier.registered[-1].event
    if not any(sheet.chain_seq == last.seq for sheet in dossier.records):
        detail = f"the milestone {last.milestone} is of seq {last.seq}, which is not in the file"
        tally.fail("case-incomplete", detail, sub=dossier.file.sub, seq=last.seq)
    elif not (dossier.whole and dossier.registered_proved):
        tally.not_evaluated.append(
            Phrase("rests on case and milestones, not proved", "以“案卷”“关键节点”为前提，而未能核实")
        )


def complete_up_to(dossier: Dossier) -> Phrase:
    """What a proved completeness comes to."""
    last = dossier.registered[-1].event if dossier.registered else None
    if last is None:
        return Phrase("", "")
    begin, zh = f"complete up to seq {last.seq}", f"至 seq {last.seq} 为止完整"
    if last.milestone == "closure":
        return Phrase(
            f"{begin}, where the case was closed; later records are additions",
            f"{zh}，案件已于该处结案，其后为补充记录",
        )
    return Phrase(
        f"{begin} (milestone {last.milestone}); after it not evaluated: the case is open",
        f"{zh}（节点 {last.milestone}）；其后未核查：案件尚未结案",
    )
