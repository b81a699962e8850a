"""What comes to the door, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from gridwitness_evidence import EvidenceError, Record, parse_presentation
from sqlalchemy.orm import Session

from gridwitness.errors import Forbidden, GridWitnessError, InvalidInput
from gridwitness.records.effects import EFFECT_KIND, RowChange
from gridwitness.records.kinds import Kind, check_fields, kind_named
from gridwitness.records.logs import Log


class StepHandler(Protocol):
    """Decides what a kind's records change. `load` asks the database once a batch; `decide` is pure."""

    def load(self, session: Session, records: Sequence[Record]) -> Any:
        """What `decide` needs for these records; their fields have been checked."""
        ...

    def decide(self, record: Record, log: Log, loaded: Any) -> list[RowChange]:
        """Rows that change. Raises GridWitnessError where the record's step is not allowed."""
        ...


@dataclass(frozen=True, slots=True)
class Submission:
    """One presentation, as received, and what the device claims about its making (never proof).

    `by`: the account that hands it in, for the effects; None for the platform itself.
    """

    presentation: str
    provenance: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None


@dataclass(slots=True)
class Outcome:
    """What became of one submission: a receipt or an error."""

    record: Record | None = None
    receipt: str | None = None
    replayed: bool = False
    error: GridWitnessError | None = None


@dataclass(slots=True)
class Candidate:
    """A submission that could be read, on its way through the checks."""

    outcome: Outcome
    record: Record
    kind: Kind
    submission: Submission
    log: Log

    @property
    def place(self) -> tuple[str, str]:
        """Log and subject."""
        return self.log.name, self.record.claims.sub

    @property
    def signer(self) -> tuple[str, str]:
        """Agency and thumbprint."""
        return self.record.claims.iss, self.record.kid

    @property
    def open(self) -> bool:
        """Neither refused nor answered yet."""
        return self.outcome.error is None and self.outcome.receipt is None

    @contextmanager
    def keep_error(self) -> Iterator[None]:
        """Keep a GridWitnessError as the outcome (the first one stays) and go on with the others."""
        try:
            yield
        except GridWitnessError as error:
            self.outcome.error = self.outcome.error or error

    def begin_again(self) -> None:
        """Forget what an attempt that was rolled back found."""
        self.outcome.receipt, self.outcome.replayed, self.outcome.error = None, False, None


def read_submission(
    submission: Submission, outcome: Outcome, logs: Mapping[str, Log], *, internal: bool
) -> Candidate | None:
    """Grammar, kind, fields and log of one submission; None with the outcome's error where it is refused."""
    try:
        record = parse_presentation(submission.presentation, complete=True)
        outcome.record = record
        kind = kind_named(record.claims.kind)
        if kind.internal and not internal:
            raise Forbidden("kind-internal", f"Only the platform writes {kind.name}.", None)
        if kind.name != EFFECT_KIND:
            check_fields(kind, record.fields)
        _check_provenance(submission.provenance)
        if record.claims.src not in kind.sources:
            raise InvalidInput(
                "source", f"{kind.name} has src {sorted(kind.sources)}, not {record.claims.src!r}."
            )
        log = logs.get(record.claims.aud)
        if log is None:
            raise InvalidInput(
                "foreign-log",
                f"{record.claims.aud} is no log of this deployment.",
                "sign for the log you submit to",
            )
        return Candidate(outcome, record, kind, submission, log)
    except EvidenceError as error:
        outcome.error = InvalidInput(error.code, error.message, "see docs/format.md sections 1 and 2")
    except GridWitnessError as error:
        outcome.error = error
    return None


def _check_provenance(value: Any) -> None:
    """The database holds it as `jsonb`, which has no U+0000."""
    if isinstance(value, str) and "\0" in value:
        raise InvalidInput("provenance", "What a device says beside a record holds no U+0000.", None)
    if isinstance(value, Mapping):
        for name, item in value.items():
            _check_provenance(name)
            _check_provenance(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_provenance(item)
