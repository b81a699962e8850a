"""`documents`: what was issued is of a record of the case; and, where asked, is this the very file."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes

from .. import base64url
from ..errors import Unusable
from ..kinds import ISSUED
from ..procedure import Hidden, Procedure
from ..report import Phrase
from .dossier import Dossier, Sheet

MAXIMUM_DOCUMENT = 256 * 2**20
_CHUNK = 2**20


@dataclass(frozen=True)
class Paper:
    """A document somebody holds: its name and what a record has to say of it."""

    name: str
    sha256: str
    sm3: str
    size: int


def read_paper(path: Path) -> Paper:
    """Hash a file (bounded); raises Unusable `document-unreadable`."""
    first, second, size = sha256(), hashes.Hash(hashes.SM3()), 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                if size > MAXIMUM_DOCUMENT:
                    detail = f"{path} has more than {MAXIMUM_DOCUMENT} bytes"
                    raise Unusable("document-unreadable", detail)
                first.update(chunk)
                second.update(chunk)
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or "not a file name"
        raise Unusable("document-unreadable", f"cannot read {path}: {detail}") from error
    return Paper(path.name, first.hexdigest(), second.finalize().hex(), size)


def check_documents(dossier: Dossier, procedure: Procedure | None, papers: list[Paper]) -> None:
    """Every `document.issued.v1` names a record of the case and its entry digest."""
    tally = dossier.tallies["documents"]
    issued = list(dossier.of_kind(ISSUED))
    for sheet in issued:
        tally.checked += 1
        _check_issued(dossier, sheet, procedure)
    for paper in papers:
        tally.checked += 1
        _check_paper(dossier, paper, issued)
    if not issued:
        tally.notes.append(Phrase("none was issued", "尚未制发文书"))
    lacking = 0 if procedure is None else _lacking(dossier, procedure, issued)
    if lacking:
        text = f"{lacking} steps call for a document that is not issued, or not yet"
        tally.notes.append(Phrase(text, f"{lacking} 个步骤应制发的文书（尚）未制发"))


def _lacking(dossier: Dossier, procedure: Procedure, issued: list[Sheet]) -> int:
    """How many steps call for a document that no record issued."""
    named = {sheet.text("statement") for sheet in issued}
    known = (procedure.steps.get(fact.step) for _, fact in dossier.steps if isinstance(fact.step, str))
    calling = [step for step in known if step is not None and step.document is not None]
    with_one = [
        sheet
        for sheet, fact in dossier.steps
        if isinstance(fact.step, str)
        and sheet.entry.jti in named
        and (step := procedure.steps.get(fact.step)) is not None
        and step.document is not None
    ]
    return len(calling) - len(with_one)


def _check_issued(dossier: Dossier, sheet: Sheet, procedure: Procedure | None) -> None:
    tally = dossier.tallies["documents"]
    statement, entry, document = (sheet.text(name) for name in ("statement", "entry", "document"))
    if not isinstance(statement, str) or not isinstance(entry, str):
        tally.not_evaluated.append(Phrase("a document does not show what it is of", "文书未披露所依据的记录"))
        return
    found = dossier.by_jti.get(statement)
    if found is None:
        detail = f"names {statement:.64}, which is no record of the case"
        tally.fail("document-statement", detail, **sheet.where)
        return
    if entry != base64url.encode(found.entry.digest):
        tally.fail("document-entry", "names other bytes than those of its record", **sheet.where)
    step = found.text("step")
    rule = procedure.steps.get(step) if procedure is not None and isinstance(step, str) else None
    if rule is not None and isinstance(document, str) and rule.document != document:
        detail = f"{document:.60} is not the document of {rule.step}"
        tally.fail("document-differs", detail, **sheet.where)


def _check_paper(dossier: Dossier, paper: Paper, issued: list[Sheet]) -> None:
    tally = dossier.tallies["documents"]
    hidden = False
    for sheet in issued:
        files: Any = sheet.field("files")
        if isinstance(files, Hidden):
            hidden = True
            continue
        for file in files:
            if file["sha256"] != paper.sha256:
                continue
            if (file["sm3"], file["size"]) != (paper.sm3, paper.size):
                detail = "SHA-256 as recorded, SM3 or size not"
                tally.fail("document-forged", detail, file=paper.name, **sheet.where)
                return
            tally.notes.append(_joined(paper, sheet))
            return
    if hidden:
        text = f"{paper.name} can not be joined: files of a document are not shown"
        tally.not_evaluated.append(Phrase(text, f"{paper.name} 无法比对：文书的文件字段未披露"))
    else:
        tally.fail("document-unknown", "no record of the case issued this file", file=paper.name)


def _joined(paper: Paper, sheet: Sheet) -> Phrase:
    return Phrase(
        f"{paper.name} is the {sheet.field('document')} issued at seq {sheet.entry.seq} (SHA-256 and SM3)",
        f"{paper.name} 即 seq {sheet.entry.seq} 制发的文书（SHA-256、SM3 均相符）",
    )
