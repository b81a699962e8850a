"""A case file under check: what its bundles established, and what the later checks find in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..bundle.case import Case
from ..errors import VerificationError
from ..kinds import OFFER, STEP
from ..log.tally import Tally
from ..procedure import HIDDEN, Hidden, StepFact, parse_moment
from ..receipt import open_receipt
from ..record import Entry
from ..registry_event import CaseOpened, MilestoneReached
from ..trust import Trust
from .file import CaseFile, Item

CHECKS = ("case", "milestones", "completeness", "officers", "procedure", "clocks", "documents")


@dataclass(frozen=True)
class Sheet:
    """One bundle of the case file after its own checks."""

    item: Item
    case: Case
    entry: Entry
    fields: dict[str, Any]

    def field(self, name: str) -> Any:
        """A field's value, HIDDEN where it is not shown."""
        return self.fields.get(name, HIDDEN)

    def text(self, name: str) -> str | Hidden | None:
        """The same for a text, which `disclosures` has held to its type."""
        value = self.field(name)
        return value if value is None or isinstance(value, str | Hidden) else HIDDEN

    @property
    def anchored(self) -> int | None:
        """Time of the block that anchored it (Unix seconds), None where that is not proved."""
        return None if self.case.anchor is None or not self.case.included else self.case.anchor.time

    @cached_property
    def received(self) -> int | None:
        """When the log promised to take it in, by a receipt that holds; None without one."""
        if self.item.receipt is None or self.case.log is None:
            return None
        try:
            receipt = open_receipt(self.item.receipt, self.case.log.vkey)
        except VerificationError:
            return None
        return receipt.received if receipt.leaf_hash == self.entry.leaf_hash else None

    @property
    def line_place(self) -> int:
        """Logs before its own in the line of logs; 0 for a log the trust file does not name."""
        log = self.case.log
        lines = self.case.trust.lines
        return next((line.index(log) for line in lines if log is not None and log in line), 0)

    @property
    def chain_seq(self) -> int:
        """`seq` as `CaseRegistry` counts it: a subject begins again at 0 in a successor (section 17)."""
        return self.entry.seq + (self.line_place << 32)

    @property
    def where(self) -> dict[str, Any]:
        """Where a finding about it is."""
        entry = self.entry
        return {"log": entry.aud, "jti": entry.jti, "sub": entry.sub, "seq": entry.seq}


@dataclass(frozen=True)
class Registered:
    """One `MilestoneReached` whose receipt proof holds: the event and its block."""

    event: MilestoneReached
    block: int
    time: int
    block_hash: bytes


@dataclass
class Dossier:
    """The case file, its sheets, and what the checks before established."""

    file: CaseFile
    trust: Trust
    records: Sequence[Sheet]
    rules: Sequence[Sheet]
    related: Sequence[Sheet]
    unread: int
    times_proved: bool = False
    whole: bool = False
    newest_block: int | None = None
    """Time of the newest block (Unix seconds), where a node was asked."""
    opened: CaseOpened | None = None
    registered: list[Registered] = field(default_factory=list)
    registered_proved: bool = False
    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally(name) for name in CHECKS})

    @cached_property
    def by_jti(self) -> dict[str, Sheet]:
        """The records by identifier."""
        return {sheet.entry.jti: sheet for sheet in self.records}

    @cached_property
    def steps(self) -> list[tuple[Sheet, StepFact]]:
        """The steps in order of the file."""
        holders = self.holders
        return [
            (sheet, step_fact(sheet, holders.get(sheet.entry.kid)))
            for sheet in self.records
            if sheet.entry.kind == STEP
        ]

    @cached_property
    def holders(self) -> dict[str, str]:
        """Who holds a key, by its thumbprint, as its offer says."""
        found = {}
        for sheet in self.related:
            holder = sheet.field("holder")
            if sheet.entry.kind == OFFER and sheet.case.signed and isinstance(holder, str):
                found[sheet.entry.kid] = holder
        return found

    @cached_property
    def last_anchor(self) -> int | None:
        """Time of the newest block that anchored a record of the case (Unix seconds)."""
        return max((sheet.anchored for sheet in self.records if sheet.anchored is not None), default=None)

    @property
    def now(self) -> int | None:
        """Up to when anything is known of the case: its last anchor, or what a node's newest block says."""
        known = [moment for moment in (self.last_anchor, self.newest_block) if moment is not None]
        return None if self.last_anchor is None else max(known)

    def of_kind(self, kind: str) -> Iterator[Sheet]:
        """The records of a kind."""
        return (sheet for sheet in self.records if sheet.entry.kind == kind)


def step_fact(sheet: Sheet, signer: str | None) -> StepFact:
    """A `case.step.v2` as the procedure is judged by it."""
    occurred, officers, files = sheet.field("occurred_at"), sheet.field("officers"), sheet.field("files")
    step, outcome = sheet.text("step"), sheet.text("outcome")
    return StepFact(
        seq=sheet.entry.seq,
        jti=sheet.entry.jti,
        step=HIDDEN if step is None else step,
        occurred_at=parse_moment(occurred) if isinstance(occurred, str) else HIDDEN,
        outcome=outcome,
        details=sheet.field("details"),
        officers=tuple(officers) if isinstance(officers, list) else HIDDEN,
        key=sheet.entry.kid,
        signer=signer,
        files=len(files) if isinstance(files, list) else HIDDEN,
        has_party=_is_there(sheet.field("party")),
        has_place=_is_there(sheet.field("place")),
        has_facts=_is_there(sheet.field("facts")),
    )


def _is_there(value: Any) -> bool | Hidden:
    return HIDDEN if isinstance(value, Hidden) else value is not None
