"""Kinds of the enforcement case (`docs/format.md` section 3)."""

from __future__ import annotations

from gridwitness.records import register

STEP = "case.step.v2"
COSIGN = "case.cosign.v1"
DOCUMENT = "document.issued.v1"
OLD_KINDS = ("case.step.v1", "case.milestone.v1")
"""Free records without a procedure; refused on a subject that is a case."""

PROCEDURES = {"summary": "简易程序", "general": "一般程序"}
PARTY_MEMBERS = ("name", "document_type", "document_number", "address", "phone", "representative")
"""Members of a step's `party`, and the erasable columns of `cases.party`."""

register(
    STEP,
    "办案步骤",
    purposes="officer",
    fields="procedure:text! rules:text! step:text! occurred_at:time! officers:texts! place:text facts:text "
    "basis:texts outcome:text details:object! party:object files:files!",
    erasable="place facts party files",
    enums={"procedure": frozenset(PROCEDURES)},
)
register(COSIGN, "共同签名", purposes="officer", fields="statement:text! entry:text!")
register(
    DOCUMENT,
    "制发文书",
    purposes="service",
    fields="statement:text! entry:text! document:text! files:files!",
    erasable="files",
    internal=True,
)
