"""Whether a step may be taken: the procedure's own judgement, and what only the platform can know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from gridwitness.calendars import Calendars
from gridwitness.cases.anomalies import KnownAnomaly, check_anomaly
from gridwitness.cases.dossier import Dossier
from gridwitness.cases.kinds import PARTY_MEMBERS
from gridwitness.cases.refused import own_refusal, refuse
from gridwitness.devices import ReviewedDevice
from gridwitness.errors import Conflict, InvalidInput
from gridwitness.members import Person, Qualified
from gridwitness.records import rfc3339
from gridwitness.rules import LOCAL, Attempt, DeviceReview, Judgement, Procedure, Refusal, StepFact

AHEAD = timedelta(seconds=120)
"""How much later than its signing a step may claim to have occurred: clocks differ."""
_LONGEST = 512


@dataclass(frozen=True, slots=True)
class Standings:
    """Whom and what a batch's steps name."""

    persons: Mapping[UUID, Person]
    qualified: Qualified
    devices: Mapping[str, ReviewedDevice]
    calendars: Calendars
    anomalies: Mapping[str, KnownAnomaly] = field(default_factory=dict)


def local_day(when: datetime) -> date:
    """The day in the law's zone (`docs/format.md` section 15), at most the last day there is."""
    try:
        return when.astimezone(LOCAL).date()
    except OverflowError:
        return date.max


def read_fact(fields: Mapping[str, Any], signer: UUID, seq: int, jti: str) -> StepFact:
    """The step as the procedure sees it. The kind's fields have been checked."""
    return StepFact(
        step=fields["step"],
        occurred_at=datetime.fromisoformat(fields["occurred_at"]).astimezone(UTC),
        outcome=fields["outcome"],
        details=fields["details"],
        officers=tuple(fields["officers"]),
        signer=str(signer),
        seq=seq,
        jti=jti,
    )


def check_form(fields: Mapping[str, Any], iat: int, standings: Standings) -> None:
    """What the kind's types do not say of a step. Raises InvalidInput `fields`, …; see `check_anomaly`."""
    _check_party(fields["party"])
    known = {str(account) for account, person in standings.persons.items() if person.active}
    unknown = [officer for officer in fields["officers"] if officer not in known]
    if unknown:
        raise InvalidInput(
            "officer-unknown", f"{unknown[0]!r} is no account here.", "name officers by account id"
        )
    if len(set(fields["officers"])) != len(fields["officers"]):
        raise InvalidInput("officer-twice", "An officer is named twice.", "name each once")
    occurred = datetime.fromisoformat(fields["occurred_at"])
    if occurred.timestamp() > iat + AHEAD.total_seconds():
        raise InvalidInput("step-in-future", "The step is dated after its own signature.", "set the clock")
    check_anomaly(fields["details"], standings.anomalies)


def judge(
    dossier: Dossier,
    procedure: Procedure,
    fact: StepFact,
    fields: Mapping[str, Any],
    agency: str,
    standings: Standings,
) -> Judgement:
    """The procedure's judgement of the step, joined by the platform's own reasons."""
    signer = standings.persons[UUID(fact.signer or "")]
    facts = dossier.facts(
        qualified=qualified_at(fact.officers, fact.occurred_at, standings),
        reviews=device_reviews(dossier, fact, standings.devices),
    )
    attempt = Attempt(
        fact=fact,
        roles=signer.roles_in(agency),
        files=len(fields["files"]),
        has_party=fields["party"] is not None,
        has_place=fields["place"] is not None,
        has_facts=fields["facts"] is not None,
    )
    judgement = procedure.judge(facts, attempt, standings.calendars.term_end)
    own = tuple(_own_refusals(dossier, procedure, fact, standings))
    if not own:
        return judgement
    return Judgement(False, judgement.state_after, (*judgement.refusals, *own))


def require_allowed(dossier: Dossier, fact: StepFact, judgement: Judgement) -> None:
    """Raise ProcedureRefused, Forbidden or InvalidInput where the step was not allowed."""
    if not judgement.allowed:
        raise refuse(fact.step, dossier.header.get("state"), judgement.refusals)


def check_order(dossier: Dossier, procedure: Procedure, fact: StepFact) -> None:
    """Raise Conflict `step-before-predecessor`: a case's steps stand in the order in which they occurred."""
    last = dossier.last
    if last is None or fact.occurred_at >= last.occurred_at:
        return
    why = own_refusal(
        procedure, "APL-47", "步骤时间早于前一步骤", "the step is dated before the one it follows"
    )
    raise Conflict(
        "step-before-predecessor",
        f"{why.article}：{why.zh} / {why.en}: {rfc3339(fact.occurred_at)} < {rfc3339(last.occurred_at)}",
        "date it when it occurred; what was forgotten is a step of today that says so",
        rule=why.rule,
        article=why.article,
        reasons=[{"kind": why.kind, "rule": why.rule, "article": why.article, "zh": why.zh, "en": why.en}],
        step=fact.step,
        state=dossier.header.get("state"),
    )


def qualified_at(officers: Iterable[str], at: datetime, standings: Standings) -> frozenset[str]:
    """Which of these officers held the qualification to enforce at that moment."""
    return frozenset(
        officer
        for officer in officers
        if (account := as_account(officer)) is not None
        and standings.qualified.holds(account, "enforcement", at)
    )


def device_reviews(
    dossier: Dossier, fact: StepFact, devices: Mapping[str, ReviewedDevice]
) -> tuple[DeviceReview, ...]:
    """Reviews of the devices the case leans on; none of one that was not announced and marked when it
    captured.
    """
    found = []
    for name, at in captures((*dossier.steps, fact)):
        device = devices.get(name)
        if device is None:
            continue
        standing = device.standing(at)
        if standing.announced and standing.marked:
            found += [
                DeviceReview(row.device, row.review, row.outcome, row.valid_from, row.valid_to)
                for row in device.reviews
            ]
    return tuple(dict.fromkeys(found))


def captures(steps: Iterable[StepFact]) -> list[tuple[str, datetime]]:
    """Devices the steps name, each with when it captured what the step speaks of."""
    return [
        (device, _moment(step.details.get("captured_at"), step.occurred_at))
        for step in steps
        if isinstance(device := step.details.get("device"), str)
    ]


def as_account(text: Any) -> UUID | None:
    """An account id, or None where it is none."""
    try:
        account = UUID(text)
    except (ValueError, AttributeError, TypeError):
        return None
    return account if str(account) == text else None


def _own_refusals(
    dossier: Dossier, procedure: Procedure, fact: StepFact, standings: Standings
) -> Iterable[Refusal]:
    recused = {str(account) for account, part in dossier.parts.items() if part.recused}
    if recused & {*fact.officers, fact.signer}:
        yield own_refusal(
            procedure, "APL-43", "已被决定回避的人员不得参与", "who was recused takes no further part"
        )
    step = procedure.steps.get(fact.step)
    reviewing = step is not None and step.roles == {"legal_reviewer"}
    if reviewing and fact.details.get("first_time") is True:
        account = as_account(fact.signer)
        if account is None or not standings.qualified.holds(account, "legal", fact.occurred_at):
            yield own_refusal(
                procedure,
                "APL-58",
                "初次从事法制审核的人员应当取得法律职业资格",
                "who reviews for the first time holds the legal qualification",
            )
    officer = fact.details.get("officer")
    if fact.step == "recusal-decision" and as_account(officer) not in dossier.parts:
        yield own_refusal(
            procedure, "APL-43", "被申请回避人员未参与本案", "the officer takes no part in this case"
        )


def _check_party(party: Any) -> None:
    if party is None:
        return
    named = party.keys() == set(PARTY_MEMBERS) and isinstance(party["name"], str) and party["name"].strip()
    if not named or not all(
        value is None or (isinstance(value, str) and len(value) <= _LONGEST and "\0" not in value)
        for value in party.values()
    ):
        raise InvalidInput(
            "fields",
            f"`party` is an object of exactly {', '.join(PARTY_MEMBERS)}, each text or null, with a name.",
            "see docs/format.md section 3",
        )


def _moment(value: Any, otherwise: datetime) -> datetime:
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return otherwise
