"""Enforcement cases played on a running platform, from clue to archive.

    with running_platform(begin=BEGIN) as running:
        cast = hire(running)
        story = play_general(running, cast)  # support.case_plays
        view = story.view()

Every step is signed by its officer's own key at the subject's head and handed in as the door does it: a
refusal is recorded in a transaction of its own. What is accepted is anchored before the clock moves on.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gridwitness.errors import GridWitnessError
from gridwitness.records import Submission, add_file, heads_of, rfc3339
from gridwitness_evidence import Record, base64url
from support.platform import CITY, Officer, RunningPlatform

BEGIN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday morning, 09:00 in Shanghai, in a year whose calendar is published."""


@dataclass(frozen=True)
class Cast:
    """Who takes part: two investigators, the head, reviewer, chair, a third officer and an auditor."""

    first: Officer
    second: Officer
    head: Officer
    reviewer: Officer
    chair: Officer
    third: Officer
    auditor: Officer


def hire(running: RunningPlatform) -> Cast:
    """Accounts with keys, roles and qualifications."""
    qualified = ("enforcement",)
    return Cast(
        first=running.officer(qualified=qualified),
        second=running.officer(qualified=qualified),
        head=running.officer(roles=["agency_head"], qualified=qualified),
        reviewer=running.officer(roles=["legal_reviewer"], qualified=("enforcement", "legal")),
        chair=running.officer(roles=["hearing_chair"], qualified=qualified),
        third=running.officer(qualified=qualified),
        auditor=running.officer(roles=["auditor"]),
    )


@dataclass
class Story:
    """One case on its way. `records` are its accepted steps, `errors` the refused ones."""

    running: RunningPlatform
    procedure: str
    rules: str = ""
    sub: str = field(default_factory=lambda: secrets.token_hex(16))
    records: list[Record] = field(default_factory=list)
    errors: list[GridWitnessError] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.rules:
            with self.running.platform.transaction() as session:
                day = (self.running.clock.now() + timedelta(hours=8)).date()
                self.rules = self.running.platform.rules.current(session, self.procedure, day).version

    def fields(self, step: str, named: Sequence[Officer], **given: Any) -> dict[str, Any]:
        """Fields of a `case.step.v2` that occurs now."""
        return {
            "procedure": self.procedure,
            "rules": self.rules,
            "step": step,
            "occurred_at": rfc3339(self.running.clock.now()),
            "officers": [officer.account for officer in named],
            "place": None,
            "facts": None,
            "basis": None,
            "outcome": None,
            "details": {},
            "party": None,
            "files": [],
            **given,
        }

    def sign(self, kind: str, signer: Officer, fields: dict[str, Any]) -> Record:
        """A record at the case's head."""
        log = self.running.log(CITY)
        with self.running.platform.transaction() as session:
            head = heads_of(session, [(log.name, self.sub)]).get((log.name, self.sub))
        place: dict[str, Any] = {"sub": self.sub, "aud": log.origin, "seen": self.running.seen(CITY)}
        if head is not None:
            place |= {"seq": head.seq + 1, "prev": head.digest}
        return signer.sign(kind, fields, **place)

    def hand_in(self, record: Record, by: Officer) -> Record:
        """As the door does: accept in one transaction; a refusal is noted in another. Raises its error."""
        platform = self.running.platform
        with platform.transaction() as session:
            outcome = platform.acceptance.accept(session, [Submission(record.presentation, by=by.account)])[0]
        if outcome.error is None:
            self.records.append(record)
            return record
        with platform.transaction() as session:
            platform.cases.notebook.note_refusal(session, outcome.error, outcome.record, UUID(by.account))
        self.errors.append(outcome.error)
        raise outcome.error

    def step(
        self,
        signer: Officer,
        step: str,
        *officers: Officer,
        cosigner: Officer | None = None,
        **given: Any,
    ) -> Record:
        """One step, signed and handed in, and cosigned where a cosigner is given."""
        fields = self.fields(step, officers or [signer], **given)
        record = self.hand_in(self.sign("case.step.v2", signer, fields), signer)
        if cosigner is not None:
            self.cosign(cosigner, record)
        return record

    def cosign(self, officer: Officer, statement: Record) -> Record:
        """Another officer's signature under a step."""
        return self.hand_in(self.sign("case.cosign.v1", officer, self.cosignature(statement)), officer)

    def cosignature(self, statement: Record) -> dict[str, Any]:
        """Fields of a `case.cosign.v1`."""
        return {"statement": statement.claims.jti, "entry": base64url.encode(statement.digest)}

    def uncosigned(self, officer: Officer, statement: Record) -> GridWitnessError:
        """A signature under a step that must be refused; gives its error."""
        try:
            self.cosign(officer, statement)
        except GridWitnessError as error:
            return error
        raise AssertionError("the signature was accepted")

    def refused(self, signer: Officer, step: str, *officers: Officer, **given: Any) -> GridWitnessError:
        """A step that must be refused; gives its error."""
        try:
            self.step(signer, step, *officers, **given)
        except GridWitnessError as error:
            return error
        raise AssertionError(f"{step} was accepted")

    def file(self, name: str) -> dict[str, Any]:
        """A little file on the platform, as records name it."""
        content = f"{name} {self.sub}".encode()
        sha256, platform = hashlib.sha256(content).hexdigest(), self.running.platform
        with platform.transaction() as session:
            found = add_file(session, platform.files, sha256, [content], self.running.clock.now())
        return {"name": name, "sha256": sha256, "sm3": found.sm3, "size": found.size, "type": "text/plain"}

    def wait(self, *, days: int = 0, hours: int = 0) -> None:
        """Anchor everything, then let time pass."""
        self.running.drain()
        self.running.advance(timedelta(days=days, hours=hours).total_seconds())

    def view(self, *, personal: bool = False) -> dict[str, Any]:
        """The whole case as the platform shows it today."""
        with self.running.platform.transaction() as session:
            return self.running.platform.cases.find(session, self.sub, personal=personal)
