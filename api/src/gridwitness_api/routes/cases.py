"""Cases: listed by due date, seen whole, and what may be done next. Steps themselves are records."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from gridwitness.cases import STEP, CaseFilter
from gridwitness.errors import InvalidInput
from gridwitness.members.roles import READERS
from gridwitness.records import kind_named
from gridwitness.records.kinds import check_fields

from gridwitness_api.case_access import REFUSAL_READERS, readable_case, require_personal
from gridwitness_api.parameters import (
    DATE_FORM,
    TEXT_FORM,
    UUID_FORM,
    WORD_FORM,
    AgencyQuery,
    Cursor,
    Limit,
    Personal,
    Subject,
)
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.case_steps import (
    DraftStep,
    Judgement,
    RefusalList,
    RefusalView,
    StepOption,
    StepOptions,
    SummaryAnswer,
    SummaryQuestion,
)
from gridwitness_api.schemas.cases import CasePage, CaseSummary, CaseView
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/cases", tags=["cases"], route_class=StrictRoute)

Word = Annotated[str | None, Query(pattern=WORD_FORM, max_length=64)]


@router.get("", summary="案件列表 List cases")
def list_(
    caller: CallerHere,
    agency: AgencyQuery = None,
    state: Word = None,
    milestone: Word = None,
    procedure: Word = None,
    officer: Annotated[str | None, Query(pattern=UUID_FORM, description="办案人员 Account id")] = None,
    article: Annotated[
        str | None, Query(pattern=TEXT_FORM, max_length=256, description="违反条款 Article broken")
    ] = None,
    due_before: Annotated[
        str | None, Query(pattern=DATE_FORM, description="到期日早于 Due before this day")
    ] = None,
    overdue: Annotated[bool, Query(description="仅逾期 Only what is overdue today")] = False,
    year: Annotated[int | None, Query(ge=1949, le=9999, description="立案年度 Year of filing")] = None,
    number: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="案号序号 Number in the year")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> CasePage:
    """本机关案件，先到期者在前；不含个人信息。 One agency's cases, what is due first; no personal data."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        cases = caller.platform.cases
        limits = [_day(due_before)] if due_before is not None else []
        limits += [cases.today()] if overdue else []
        wanted = CaseFilter(
            agencies=[agency],
            state=state,
            milestone=milestone,
            procedure=procedure,
            officer=None if officer is None else UUID(officer),
            article=article,
            due_before=min(limits, default=None),
            year=year,
            number=number,
        )
        page = cases.page(session, wanted, cursor, limit)
        return CasePage(
            items=[CaseSummary.model_validate(line) for line in page["rows"]], next=page["cursor"]
        )


@router.post("/check", summary="试办 Try a step without signing it")
def check(body: DraftStep, caller: CallerHere) -> Judgement:
    """按案件的程序版本判断未签名的步骤，不留记录。

    Judges an unsigned step by the case's own version of the procedure, as if the asking account signed it.
    Nothing is recorded.
    """
    with caller.transaction() as (session, actor):
        actor.require(READERS)
        agency = actor.agency if body.sub is None else readable_case(session, actor, body.sub).agency
        check_fields(kind_named(STEP), body.fields)
        judged = caller.platform.cases.advice.judge_draft(
            session, body.fields, actor.account, agency, sub=body.sub
        )
        return Judgement.model_validate(judged)


@router.post("/summary-check", summary="可否适用简易程序 Is summary procedure lawful")
def summary_check(body: SummaryQuestion, caller: CallerHere) -> SummaryAnswer:
    """由事实计算，从不询问；逐项说明理由。 Computed from the facts, with every reason against it."""
    with caller.transaction() as (session, actor):
        actor.require(READERS)
        answer = caller.platform.cases.advice.summary_check(session, **body.model_dump())
        return SummaryAnswer.model_validate(answer)


@router.get("/{sub}", summary="案件全貌 Show a whole case")
def show(sub: Subject, caller: CallerHere, personal: Personal = False) -> CaseView:
    """时间线及条款、期限、人员、证据、决定、送达、款项；个人信息另行申请并留痕。

    Timeline with articles, clocks, officers, evidence, decisions, service, money. With `personal=true` also
    the party's personal data, and then the reading is recorded.
    """
    with caller.transaction() as (session, actor):
        row = readable_case(session, actor, sub)
        cases = caller.platform.cases
        if personal:
            require_personal(actor, row.agency)
            cases.record_reading(session, sub, actor.account, "case", personal=True)
        return CaseView.model_validate(cases.find(session, sub, personal=personal))


@router.get("/{sub}/options", summary="下一步 What may be done next")
def options(sub: Subject, caller: CallerHere) -> StepOptions:
    """本账号现在可办的步骤；不可办的说明条款。

    Every step of the procedure: allowed to the asking account now, or why not, by which article.
    """
    with caller.transaction() as (session, actor):
        row = readable_case(session, actor, sub)
        advice = caller.platform.cases.advice
        found = advice.options(session, actor.account, row.agency, sub=sub, procedure=None)
        return StepOptions(state=row.state, options=[StepOption.model_validate(option) for option in found])


@router.get("/{sub}/refusals", summary="被拒步骤 Refused steps")
def refusals(sub: Subject, caller: CallerHere) -> RefusalList:
    """供监督人员和负责人查阅。 For auditors and heads of the case's agency."""
    with caller.transaction() as (session, actor):
        row = readable_case(session, actor, sub)
        actor.require(REFUSAL_READERS, row.agency)
        found = caller.platform.cases.refusals(session, row.agency, sub)
        return RefusalList(items=[RefusalView.model_validate(item | {"sub": sub}) for item in found])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("request-invalid", f"{text} is no day.", "as 2026-03-31") from None
