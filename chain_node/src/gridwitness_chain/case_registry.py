"""Typed binding of `CaseRegistry`: how far each case has come, by approved procedures (format.md §17)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from .agency import agency_code, agency_word
from .contract import Call, Contract, Event

MILESTONE_REACHED = "MilestoneReached"
MILESTONES = ("start", "inquiry", "review", "decision", "service", "execution", "closure")
"""Names of the milestones; the contract counts them from 1."""

_NOBODY = "0x" + 40 * "0"


@dataclass(frozen=True)
class CaseState:
    """How far a case has come: `procedure` is a version (32 bytes), `head` the leaf hash of the entry at
    `seq`, `index` the milestones before this one, `number` counts the agency's cases of `year`.
    """

    procedure: bytes
    head: bytes
    seq: int
    index: int
    number: int
    year: int
    milestone: str


@dataclass(frozen=True)
class CaseOpened:
    """A case that was opened; `transaction` is `0x…`."""

    case_id: bytes
    agency: str
    procedure: bytes
    year: int
    number: int
    block_number: int
    transaction: str


@dataclass(frozen=True)
class MilestoneReached:
    """A milestone the contract accepted; `transaction` and `block_hash` are `0x…`."""

    case_id: bytes
    agency: str
    index: int
    milestone: str
    seq: int
    head: bytes
    block_number: int
    block_hash: str
    transaction: str


@dataclass(frozen=True)
class ProcedureApproved:
    """A procedure version cases may be opened under, with its graph."""

    procedure: bytes
    edges: int
    block_number: int


@dataclass(frozen=True)
class RecorderAppointed:
    """Who reports an agency's milestones from that block on; None: nobody."""

    agency: str
    recorder: str | None
    block_number: int


class CaseRegistry(Contract):
    """Builders return a `Call`: `open` and `advance` are the recorder's, the others go through governance."""

    def approve_procedure(self, procedure: bytes, edges: int) -> Call:
        return self.call("approveProcedure", procedure, edges)

    def appoint_recorder(self, agency: str, recorder: str | None) -> Call:
        """None stops the agency's milestones."""
        return self.call("appointRecorder", agency_word(agency), recorder or _NOBODY)

    def open(
        self, agency: str, case_id: bytes, procedure: bytes, year: int, number: int, seq: int, head: bytes
    ) -> Call:
        return self.call("open", agency_word(agency), case_id, procedure, year, number, seq, head)

    def advance(self, agency: str, case_id: bytes, index: int, milestone: str, seq: int, head: bytes) -> Call:
        """Raises ValueError for a milestone of another name."""
        code = MILESTONES.index(milestone) + 1
        return self.call("advance", agency_word(agency), case_id, index, code, seq, head)

    def case_of(self, agency: str, case_id: bytes, block: int | str = "latest") -> CaseState | None:
        """The case's state, or None when it was never opened."""
        procedure, head, seq, index, number, year, milestone = self.view(
            "caseOf", agency_word(agency), case_id, block=block
        )
        if milestone == 0:
            return None
        return CaseState(procedure, head, seq, index, number, year, MILESTONES[milestone - 1])

    def count_of(self, agency: str, year: int, block: int | str = "latest") -> int:
        """Cases the agency opened in that year: the last number given."""
        return int(self.view("countOf", agency_word(agency), year, block=block))

    def edges_of(self, procedure: bytes, block: int | str = "latest") -> int:
        """The graph of a procedure version, 0 where it is not approved."""
        return int(self.view("edgesOf", procedure, block=block))

    def recorder_of(self, agency: str, block: int | str = "latest") -> str | None:
        """The account that reports the agency's milestones."""
        found = str(self.view("recorderOf", agency_word(agency), block=block))
        return None if found == _NOBODY else found

    def is_seen(self, agency: str, head: bytes, block: int | str = "latest") -> bool:
        """Whether the entry was used for a milestone of the agency."""
        return bool(self.view("isSeen", agency_word(agency), head, block=block))

    def milestones(
        self, from_block: int, to_block: int | None = None, *, case_id: bytes | None = None
    ) -> Iterator[MilestoneReached]:
        """Accepted milestones in chain order, of one case id or of all."""
        for event in self.events(from_block, to_block, name=MILESTONE_REACHED, topic=case_id):
            yield _milestone(event)

    def cases(self, from_block: int, to_block: int | None = None) -> Iterator[CaseOpened]:
        """Cases in the order they were opened."""
        for event in self.events(from_block, to_block, name="CaseOpened"):
            values = event.values
            yield CaseOpened(
                values["caseId"],
                agency_code(values["agency"]) or "",
                values["procedure"],
                values["year"],
                values["number"],
                event.block_number,
                event.transaction,
            )

    def procedures(self, from_block: int, to_block: int | None = None) -> Iterator[ProcedureApproved]:
        """Procedure versions in the order they were approved."""
        for event in self.events(from_block, to_block, name="ProcedureApproved"):
            yield ProcedureApproved(event.values["procedure"], event.values["edges"], event.block_number)

    def recorders(self, from_block: int, to_block: int | None = None) -> Iterator[RecorderAppointed]:
        """Appointments in the order they were made."""
        for event in self.events(from_block, to_block, name="RecorderAppointed"):
            recorder = str(event.values["recorder"])
            yield RecorderAppointed(
                agency_code(event.values["agency"]) or "",
                None if recorder == _NOBODY else recorder,
                event.block_number,
            )


def case_id(sub: str) -> bytes:
    """SHA-256 of the subject (format.md §17)."""
    return hashlib.sha256(sub.encode("ascii")).digest()


def _milestone(event: Event) -> MilestoneReached:
    values = event.values
    return MilestoneReached(
        values["caseId"],
        agency_code(values["agency"]) or "",
        values["index"],
        MILESTONES[values["milestone"] - 1],
        values["seq"],
        values["head"],
        event.block_number,
        event.block_hash,
        event.transaction,
    )
