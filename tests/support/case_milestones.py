"""Cases with milestones, written by machine steps: what the registrar needs, without procedure or officers.

Each milestone's record is an effect on the case's row, and its row names that record, as a step's would.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from gridwitness.case_registry import ensure_procedure_approved
from gridwitness.cases.models import CaseRow, MilestoneRow, RegistrationRow, SendingRow
from gridwitness.records import RowChange, change, put_new, record_row
from gridwitness_chain import CaseState, case_id
from sqlalchemy import select
from support.platform import CITY, RunningPlatform

VERSION = "5e" * 32
YEAR = 2026
EDGES = 0x007E7E7E7E7E7E7E
"""Every milestone may follow every other."""


@dataclass
class Milestones:
    """One agency's cases on a running platform; `numbers` counts them."""

    running: RunningPlatform
    agency: str = CITY
    numbers: int = 0
    reached: dict[str, int] = field(default_factory=dict)
    """Milestones by subject."""

    def approve(self, version: str = VERSION, edges: int = EDGES) -> None:
        ensure_procedure_approved(self.running.platform, version, edges)

    def open(self, *, version: str = VERSION, number: int | None = None) -> str:
        """A case with its first milestone; its subject."""
        self.numbers += 1
        sub = secrets.token_hex(16)
        row = put_new(CaseRow, **self._case(sub, version, number or self.numbers))
        self._milestone(sub, [row], "start")
        return sub

    def advance(self, sub: str, milestone: str = "inquiry") -> None:
        """The case's next milestone."""
        self._milestone(sub, [change(CaseRow, {"sub": sub}, milestone=milestone)], milestone)

    def registered(self) -> dict[tuple[str, int], RegistrationRow]:
        """Registrations of this agency's cases."""
        with self.running.platform.sessions() as session:
            rows = session.scalars(select(RegistrationRow))
            return {(row.sub, row.index): row for row in rows if row.sub in self.reached}

    def sending(self) -> dict[tuple[str, int], SendingRow]:
        """The outbox."""
        with self.running.platform.sessions() as session:
            rows = session.scalars(select(SendingRow).where(SendingRow.agency == self.agency))
            return {(row.sub, row.index): row for row in rows}

    def state(self, sub: str) -> CaseState | None:
        """The case as the contract has it."""
        registry = self.running.platform.chain.contracts.case_registry
        return registry.case_of(self.agency, case_id(sub))

    def events(self) -> list[tuple[bytes, int]]:
        """(case id, index) of every milestone of this agency the contract ever accepted."""
        contracts = self.running.platform.chain.contracts
        found = contracts.case_registry.milestones(contracts.deployment.block)
        return [(event.case_id, event.index) for event in found if event.agency == self.agency]

    def check_whole(self) -> None:
        """Every milestone is on the chain once, and registered with the transaction that brought it."""
        wanted = {(sub, index) for sub, count in self.reached.items() for index in range(count)}
        registered = self.registered()
        assert registered.keys() == wanted and self.sending() == {}
        events = self.events()
        assert len(events) == len(set(events))
        assert set(events) >= {(case_id(sub), index) for sub, index in wanted}
        for sub, count in self.reached.items():
            state = self.state(sub)
            assert state is not None and state.index == count - 1

    def _milestone(self, sub: str, changes: list[RowChange], milestone: str) -> None:
        platform = self.running.platform
        log = self.running.log(self.agency)
        index = self.reached.get(sub, 0)
        with platform.transaction() as session:
            jti = UUID(platform.acceptance.machine_step(session, log, sub, changes, by=None))
            record = record_row(session, jti)
            row = put_new(
                MilestoneRow,
                sub=sub,
                index=index,
                milestone=milestone,
                seq=record.seq,
                head=hashlib.sha256(b"\0" + record.entry.encode()).digest(),
                jti=jti,
            )
            platform.acceptance.machine_step(session, log, sub, [row], by=None)
        self.reached[sub] = index + 1

    def _case(self, sub: str, version: str, number: int) -> dict[str, Any]:
        log, now = self.running.log(self.agency), self.running.clock.now()
        given = {
            "sub": sub,
            "log": log.name,
            "agency": self.agency,
            "procedure": "general",
            "rules": version,
            "year": YEAR,
            "number": number,
            "state": "inquiry",
            "milestone": "start",
            "opened_at": now,
            "filed_at": now,
        }
        rest = {column.name: None for column in CaseRow.__table__.columns if column.name != "effect"}
        return {**rest, **given}
