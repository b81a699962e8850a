"""What an officer may do next, and whether a draft would pass: the judge asked before anything is signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from gridwitness.cases.anomalies import AnomalyStanding, named_anomalies
from gridwitness.cases.dossier import Dossier
from gridwitness.cases.judging import (
    Standings,
    as_account,
    captures,
    check_form,
    check_order,
    judge,
    local_day,
    read_fact,
)
from gridwitness.cases.kinds import STEP
from gridwitness.cases.loading import load_dossiers
from gridwitness.cases.refused import reasons
from gridwitness.cases.rule_book import RuleBook
from gridwitness.clock import Clock
from gridwitness.devices import reviewed_devices
from gridwitness.errors import GridWitnessError, InvalidInput, NotFound
from gridwitness.members import persons, qualified
from gridwitness.records import check_fields, kind_named
from gridwitness.rules import Procedure, Step, StepFact, summary_lawful


class Adviser:
    """Dry runs: nothing is written, nothing is promised."""

    def __init__(self, rules: RuleBook, anomalies: AnomalyStanding, clock: Clock) -> None:
        self._rules = rules
        self._anomalies = anomalies
        self._clock = clock

    def options(
        self,
        session: Session,
        account: UUID,
        agency: str,
        *,
        sub: str | None = None,
        procedure: str | None = None,
    ) -> list[dict[str, Any]]:
        """The steps an account's roles allow where the case stands, and what is in each one's way.

        `sub` None: the steps that open a case of `procedure`. Raises NotFound `case-unknown`.
        """
        now = self._clock.now()
        dossier, rule_book = self._book(session, sub, procedure, local_day(now))
        person = persons(session, [account]).get(account)
        roles = frozenset() if person is None else person.roles_in(dossier.header.get("agency", agency))
        term_end = self._rules.calendars(session).term_end
        return [
            _option(rule_book, rule_book.steps[option.step], reasons(option.refusals))
            for option in rule_book.options(dossier.facts(), roles, term_end, now)
        ]

    def judge_draft(
        self,
        session: Session,
        fields: Mapping[str, Any],
        account: UUID,
        agency: str,
        *,
        sub: str | None = None,
    ) -> dict[str, Any]:
        """Whether a draft's fields (all of the kind's) would be accepted from this account now.

        Raises InvalidInput `fields`, NotFound `case-unknown`.
        """
        check_fields(kind_named(STEP), fields)
        now = self._clock.now()
        fact = read_fact(fields, account, 0, "")
        day = local_day(fact.occurred_at)
        dossier, procedure = self._book(session, sub, fields["procedure"], day)
        standings = self._standings(session, dossier, fact, account)
        agency = dossier.header.get("agency", agency)
        answer = {"procedure": procedure.procedure, "rules": procedure.version}
        try:
            check_form(fields, int(now.timestamp()), standings)
            check_order(dossier, procedure, fact)
        except GridWitnessError as error:
            why = error.context.get("reasons") or [_plain_reason(error)]
            return answer | {"allowed": False, "state_after": dossier.header.get("state"), "refusals": why}
        judgement = judge(dossier, procedure, fact, fields, agency, standings)
        return answer | {
            "allowed": judgement.allowed,
            "state_after": judgement.state_after,
            "refusals": reasons(judgement.refusals),
        }

    def summary_check(
        self,
        session: Session,
        *,
        party_kind: str,
        fine: str | None,
        penalty_kinds: Iterable[str],
        facts_sure: bool,
        basis: Iterable[str],
        on: date | None = None,
    ) -> dict[str, Any]:
        """Whether a penalty may be decided on the spot, with the reasons (行政处罚法 Art. 51)."""
        procedure = self._rules.current(session, "summary", on or local_day(self._clock.now()))
        amount = None if fine is None else _amount(fine)
        answer = summary_lawful(procedure, party_kind, amount, penalty_kinds, facts_sure, basis)
        return {
            "lawful": answer.lawful,
            "limit": None if answer.limit is None else format(answer.limit, "f"),
            "rules": procedure.version,
            "refusals": reasons(answer.reasons),
        }

    def _book(
        self, session: Session, sub: str | None, procedure: str | None, day: date
    ) -> tuple[Dossier, Procedure]:
        if sub is None:
            return Dossier(""), self._rules.current(session, procedure or "general", day)
        dossier = load_dossiers(session, [sub]).get(sub)
        if dossier is None:
            raise NotFound("case-unknown", f"There is no case {sub}.", None)
        return dossier, self._rules.procedure(session, dossier.header["rules"])

    def _standings(self, session: Session, dossier: Dossier, fact: StepFact, account: UUID) -> Standings:
        accounts = {account} | {
            found for officer in fact.officers if (found := as_account(officer)) is not None
        }
        devices = [name for name, _ in captures((*dossier.steps, fact))]
        return Standings(
            persons(session, accounts),
            qualified(session, accounts),
            reviewed_devices(session, devices),
            self._rules.calendars(session),
            self._anomalies.find(session, named_anomalies([fact.details])),
        )


def _option(procedure: Procedure, step: Step, refusals: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "step": step.step,
        "zh": step.zh,
        "en": step.en,
        "rule": step.rule,
        "article": procedure.law(step.rule).article,
        "allowed": not refusals,
        "refusals": refusals,
        "details": {
            name: {"type": d.type, "required": d.required, "values": list(d.values), "zh": d.zh}
            for name, d in step.details.items()
        },
        "outcomes": list(step.outcomes),
        "party": step.party,
        "place": step.place,
        "facts": step.facts,
        "files": step.files,
        "milestone": step.milestone,
        "document": step.document,
    }


def _plain_reason(error: GridWitnessError) -> dict[str, Any]:
    return {"kind": "fields", "rule": None, "article": None, "zh": error.message, "en": error.message}


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise InvalidInput("amount", f"{text!r} is no amount.", "give CNY as 200 or 200.50") from error
    if not amount.is_finite() or amount < 0:
        raise InvalidInput("amount", f"{text!r} is no amount.", "give CNY as 200 or 200.50")
    return amount
