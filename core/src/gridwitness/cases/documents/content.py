"""What a case document says, as plain values: all that `render` knows.

A personal value is None where it was never given, and named in `erased` where it was given and erased later
(`docs/format.md` section 13): the paper then says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Party:
    """The party (当事人): personal data, each None where not given."""

    name: str | None = None
    document_type: str | None = None
    document_number: str | None = None
    address: str | None = None
    phone: str | None = None
    representative: str | None = None


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer as the paper names them; `name` None = the account's name was erased."""

    name: str | None
    certificate: str | None = None
    """Number of the enforcement certificate (执法证)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Days that the case's procedure gives, by its clocks; None where it has no such clock.

    `reconsideration_first`: a suit is open only after reconsideration (行政复议法 Art. 23).
    """

    payment: int | None = None
    reconsideration: int | None = None
    litigation: int | None = None
    hearing_request: int | None = None
    dunning: int | None = None
    supervision_reply: int | None = None
    reconsideration_first: bool = False


@dataclass(frozen=True, slots=True)
class PastStep:
    """A step of the case, for papers that tell its course."""

    step: str
    title: str
    occurred_at: datetime
    outcome: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """The record that the paper documents: printed on every page.

    `entry`: SHA-256 of the entry, base64url. `url`: what the QR code leads to. `log`: the log's origin.
    """

    jti: str
    entry: str
    url: str
    log: str


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """Everything a paper says. Times are aware; the paper prints them in `Asia/Shanghai`."""

    agency: str
    """Whose case it is."""
    case_number: str | None
    procedure: str
    """`general` or `summary`."""
    step: str
    """Chinese title of the step."""
    occurred_at: datetime
    origin: Origin
    matter: str | None = None
    source: str | None = None
    """Where the clue came from: a value of the step `clue`."""
    party_kind: str | None = None
    """`citizen` or `organisation`."""
    party: Party | None = None
    officers: tuple[Officer, ...] = ()
    """Who handles the case, in the record's order."""
    signer: Officer | None = None
    """Who signed the step: the head who approves, for example."""
    signer_agency: str | None = None
    """The signer's agency, where it is another one: the supervising organ's."""
    place: str | None = None
    facts: str | None = None
    basis: tuple[str, ...] = ()
    outcome: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    terms: Terms = Terms()
    history: tuple[PastStep, ...] = ()
    """The case's steps before this one, in order."""
    erased: frozenset[str] = frozenset()
    """Of `party`, `place`, `facts`."""

    def last(self, *steps: str) -> PastStep | None:
        """The last of the case's earlier steps with one of these ids."""
        return next((past for past in reversed(self.history) if past.step in steps), None)
