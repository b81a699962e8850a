"""Cases as `CaseRegistry` holds them, replayed from its events; nothing is judged here."""

from __future__ import annotations

from dataclasses import dataclass, field

from gridwitness_verifier.log.contract_events import CaseEvent, Position
from gridwitness_verifier.registry_event import CaseOpened, MilestoneReached, ProcedureApproved


@dataclass(frozen=True, slots=True)
class RegisteredMilestone:
    """One `MilestoneReached`; `time` is its block's, in Unix seconds."""

    event: MilestoneReached
    at: Position
    time: int


@dataclass
class RegisteredCase:
    """A case's events in the order of the chain. `opened` is None when the contract never opened it."""

    agency: str
    case_id: bytes
    opened: CaseOpened | None = None
    milestones: list[RegisteredMilestone] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The number as it is printed, or the id where there is none."""
        return self.opened.printed if self.opened else self.case_id.hex()

    @property
    def closed(self) -> bool:
        return any(milestone.event.milestone == "closure" for milestone in self.milestones)


@dataclass
class CaseHistory:
    """All cases, and for every opening which edges were approved by then (None: none)."""

    procedures: dict[bytes, int] = field(default_factory=dict)
    cases: dict[tuple[str, bytes], RegisteredCase] = field(default_factory=dict)
    openings: list[tuple[CaseOpened, int | None]] = field(default_factory=list)

    def apply(self, found: CaseEvent, time: int) -> None:
        """The next event, in the order of the chain."""
        event = found.event
        if isinstance(event, ProcedureApproved):
            self.procedures[event.procedure] = event.edges
        elif isinstance(event, CaseOpened):
            self._case(event.agency, event.case_id).opened = event
            self.openings.append((event, self.procedures.get(event.procedure)))
        elif isinstance(event, MilestoneReached):
            case = self._case(event.agency, event.case_id)
            case.milestones.append(RegisteredMilestone(event, found.at, time))

    def _case(self, agency: str, case_id: bytes) -> RegisteredCase:
        return self.cases.setdefault((agency, case_id), RegisteredCase(agency, case_id))
