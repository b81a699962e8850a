"""What a review of an anomaly changes: 疑似 → 人工复核 → 成立 / 排除 (docs/format.md section 20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from gridwitness_evidence import Record
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.cases.models import StepRow
from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound
from gridwitness.feeds.kinds import ASSURANCES
from gridwitness.members import Person, Signer, signers_of
from gridwitness.records import Log, RowChange, change, put_new
from gridwitness.trucks.kinds import REVIEW
from gridwitness.trucks.models_anomalies import AnomalyRow, ReviewRow

REVIEWERS = frozenset({"officer", "checker", "duty_chief", "legal_reviewer"})
"""Roles that may review; who only administers the platform may not."""
_CLAIMED = frozenset({"open", "network"})
_LONGEST = 2_000
assert set(ASSURANCES) > _CLAIMED


@dataclass(slots=True)
class _Standing:
    """An anomaly while a batch goes on."""

    state: str
    grounds: str
    entry: str
    assurance: str
    case: str | None = None


@dataclass(slots=True)
class _Loaded:
    signers: Mapping[tuple[str, str], Signer]
    anomalies: dict[str, _Standing]


class ReviewHandler:
    """`StepHandler` of `truck.review.v1`."""

    def load(self, session: Session, records: Sequence[Record]) -> _Loaded:
        """The anomalies under review, whether a case leans on them, and who signed."""
        subs = {record.claims.sub for record in records}
        rows = session.scalars(
            select(AnomalyRow).where(AnomalyRow.sub.in_(subs)).execution_options(populate_existing=True)
        )
        found = {row.sub: _Standing(row.state, row.grounds, row.entry, row.assurance) for row in rows}
        named = StepRow.details["anomaly"].astext
        for case, sub in session.execute(select(StepRow.sub, named).where(named.in_(found))):
            found[sub].case = case
        return _Loaded(signers_of(session, records), found)

    def decide(self, record: Record, log: Log, loaded: _Loaded) -> list[RowChange]:
        """The review's row, the anomaly's state. Raises Conflict, Forbidden, InvalidInput, NotFound."""
        reviewer = _reviewer(record, log, loaded)
        anomaly = loaded.anomalies.get(record.claims.sub)
        if anomaly is None:
            raise NotFound(
                "anomaly-unknown", f"Subject {record.claims.sub} is no anomaly.", "review an anomaly"
            )
        fields = record.fields
        _check_words(fields)
        _check_open(record, anomaly)
        _check_ground(fields, anomaly)
        anomaly.state = fields["outcome"]
        review = put_new(
            ReviewRow,
            jti=UUID(record.claims.jti),
            sub=record.claims.sub,
            entry=fields["entry"],
            outcome=fields["outcome"],
            reason=fields["reason"],
            second_source=fields["second_source"],
            files=len(fields["files"]),
            reviewer=reviewer.account,
            reviewed_at=datetime.fromtimestamp(record.claims.iat, UTC),
        )
        return [review, change(AnomalyRow, {"sub": record.claims.sub}, state=fields["outcome"])]


REVIEW_HANDLERS = {REVIEW: ReviewHandler()}


def _reviewer(record: Record, log: Log, loaded: _Loaded) -> Person:
    signer = loaded.signers.get((record.claims.iss, record.kid))
    person = None if signer is None else signer.person
    if person is None or not person.active:
        raise Forbidden("signer-unknown", "Nobody's account holds the signing key.", "name its holder")
    if not person.roles_in(log.agency) & REVIEWERS:
        raise Forbidden(
            "review-role",
            f"An anomaly of {log.agency} is reviewed by one of {sorted(REVIEWERS)}.",
            "have such a person review it",
        )
    return person


def _check_words(fields: Mapping[str, Any]) -> None:
    for name in ("reason", "second_source"):
        value = fields[name]
        if value is not None and (not value.strip() or len(value) > _LONGEST or "\0" in value):
            raise InvalidInput("fields", f"`{name}` says something, in at most {_LONGEST} characters.", None)


def _check_open(record: Record, anomaly: _Standing) -> None:
    """Whether the anomaly takes this review where it stands."""
    sub, outcome = record.claims.sub, record.fields["outcome"]
    if anomaly.state == "withdrawn" or (anomaly.grounds == "withdrawn" and outcome == "upheld"):
        raise Conflict("anomaly-withdrawn", f"The ground of anomaly {sub} has gone.", None)
    if record.fields["entry"] != anomaly.entry:
        raise Conflict(
            "anomaly-moved",
            f"Anomaly {sub} says something else by now.",
            "read it again, then review what it says",
            entry=anomaly.entry,
        )
    if anomaly.state == outcome:
        raise Conflict(
            "anomaly-reviewed",
            f"Anomaly {sub} is {outcome} already.",
            "a further review corrects the one before it",
        )
    if anomaly.case is not None:
        raise Conflict(
            "anomaly-in-case",
            f"Case {anomaly.case} was opened on anomaly {sub}.",
            "what changes from now on is decided in the case",
            case=anomaly.case,
        )


def _check_ground(fields: Mapping[str, Any], anomaly: _Standing) -> None:
    """A source that is only claimed upholds nothing alone."""
    if fields["outcome"] != "upheld" or anomaly.assurance not in _CLAIMED:
        return
    if fields["second_source"] is None and not fields["files"]:
        raise InvalidInput(
            "review-single-source",
            f"The source is {anomaly.assurance}: below mutual TLS one source is not enough.",
            "name a second source, or add the image that was reviewed",
        )
