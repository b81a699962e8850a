"""`officers`: each milestone's statement is signed by a second officer's key in time."""

from __future__ import annotations

from collections import defaultdict

from .. import base64url
from ..kinds import COSIGN
from ..procedure import Hidden, Procedure
from ..report import Phrase
from .dossier import Dossier, Sheet


def check_officers(dossier: Dossier, procedure: Procedure | None) -> None:
    """A missing, late or own cosignature leaves the second officer a claim; it is no failure."""
    tally = dossier.tallies["officers"]
    if procedure is None:
        return
    cosignatures: dict[str, list[Sheet]] = defaultdict(list)
    hidden = 0
    for sheet in dossier.of_kind(COSIGN):
        statement = sheet.text("statement")
        if isinstance(statement, str):
            cosignatures[statement].append(sheet)
        else:
            hidden += 1
    lacking = 0
    for sheet, fact in dossier.steps:
        if isinstance(fact.step, Hidden):
            hidden += 1
        elif procedure.milestone_of(fact.step) is not None:
            tally.checked += 1
            lacking += not _is_cosigned(dossier, sheet, cosignatures[sheet.entry.jti])
    if not tally.checked and not hidden:
        tally.not_evaluated.append(Phrase("no step is a milestone yet", "尚无关键节点"))
    if hidden:
        text = f"{hidden} records do not show whom they name"
        tally.not_evaluated.append(Phrase(text, f"{hidden} 条记录未披露所指"))
    elif lacking:
        text = f"two officers: claimed only, for {lacking} of {tally.checked} milestones"
        zh = f"两名以上执法人员仅为自称：{tally.checked} 个节点中 {lacking} 个"
        tally.claimed.append(Phrase(text, zh))


def _is_cosigned(dossier: Dossier, sheet: Sheet, cosignatures: list[Sheet]) -> bool:
    tally = dossier.tallies["officers"]
    problems = [_problem(dossier, sheet, cosignature) for cosignature in cosignatures]
    if None in problems:
        return True
    if not problems:
        tally.name_place("cosign-missing", "no second officer signed this milestone", **sheet.where)
    for cosignature, problem in zip(cosignatures, problems, strict=True):
        if problem is not None:
            tally.name_place(*problem, **cosignature.where)
    return False


def _problem(dossier: Dossier, sheet: Sheet, cosignature: Sheet) -> tuple[str, str] | None:
    """Why a cosignature does not count, or None when it does."""
    entry = cosignature.text("entry")
    if entry != base64url.encode(sheet.entry.digest):
        return "cosign-differs", "it names other bytes than those of the statement"
    own, other = sheet.entry.kid, cosignature.entry.kid
    holders = dossier.holders
    if own == other or (own in holders and holders[own] == holders.get(other)):
        return "cosign-own", "signed by the officer who signed the statement"
    if not cosignature.case.signed or cosignature.case.key is None:
        return "cosign-unsigned", "its key is not proved"
    received, cosigned = sheet.received, cosignature.received
    if received is None or cosigned is None or cosignature.case.log is None:
        return "cosign-undated", "no receipt shows when it was received"
    delay = cosignature.case.log.maximum_merge_delay
    if cosigned - received > delay:
        return "cosign-late", f"received {cosigned - received} s after the statement; {delay} s are allowed"
    return None
