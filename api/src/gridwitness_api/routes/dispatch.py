"""Dispatch: whose an event is and why, what is known about such matters, the models at work."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from gridwitness.dispatch import ModelRow, Suggestion, similar_events
from gridwitness.errors import Forbidden, NotFound
from gridwitness.events.models import EventRow
from gridwitness.members import Actor
from gridwitness.members.roles import READERS
from gridwitness.platform import Platform
from gridwitness.records import rfc3339
from sqlalchemy.orm import Session

from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import AgencyQuery, Subject
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.routes.accounts import ADMINISTRATOR
from gridwitness_api.schemas.dispatch import (
    ApplyingView,
    AttendedView,
    DispatchSuggestionView,
    KnownView,
    ModelList,
    ModelView,
    RankedUnitView,
    SimilarView,
)
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["dispatch"], route_class=StrictRoute)

DISPATCHERS = frozenset({"dispatcher", "duty_chief"})
"""Who dispatches, each in the grids the role is held for."""
ModelName = Annotated[
    str, Path(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64, description="模型名 Model")
]
Version = Annotated[int, Path(ge=1, le=2_147_483_647, description="版本 Version")]


@router.get("/events/{sub}/suggestion", summary="分拨建议 Whose an event is")
def suggest(sub: Subject, caller: CallerHere) -> DispatchSuggestionView:
    """依规则、清单、模型的次序给出建议，并说明理由；不改变任何状态。

    Rules, then the responsibility list, then the model; says why. Changes nothing.
    """
    with caller.transaction() as (session, actor):
        event = _event(caller.platform, session, actor, sub)
        return _suggestion(caller.platform.dispatch.suggest(session, event))


@router.post("/events/{sub}/attend", summary="自动派遣 Dispatch unseen", response_model=AttendedView)
def attend(sub: Subject, write: WriteHere) -> Response:
    """规则、清单或过门限的模型允许时由平台派遣，否则留在人工池。

    The platform dispatches where rule, list or the model above its gate allow; else it stays with people.
    """

    def step(session: Session, actor: Actor) -> Written:
        dispatch = write.caller.platform.dispatch
        event = _event(write.caller.platform, session, actor, sub)
        suggestion = dispatch.suggest(session, event)
        done = dispatch.attend(session, sub)
        return Written(200, AttendedView(dispatched=done is not None, suggestion=_suggestion(suggestion)))

    return write.once(None, step)


@router.get("/events/{sub}/known", summary="类似事件与适用条目 What is known about such matters")
def known(sub: Subject, caller: CallerHere) -> KnownView:
    """类似的已结事件（不含群众原话）与可能适用的法条、手册。

    Similar closed events, without anybody's words, and articles that may apply.
    """
    with caller.transaction() as (session, actor):
        event = _event(caller.platform, session, actor, sub)
        text = f"{event.title or ''} {event.description or ''}"
        articles = caller.platform.articles.applying(session, event.agency, event.matter, text)
        return KnownView(
            similar=[
                SimilarView(
                    sub=one.sub,
                    number=one.number,
                    matter=one.matter,
                    grid=one.grid,
                    unit=one.unit,
                    outcome=one.outcome,
                    satisfaction=one.satisfaction,
                    dispatched_at=None if one.dispatched_at is None else rfc3339(one.dispatched_at),
                    answered_at=None if one.answered_at is None else rfc3339(one.answered_at),
                    closed_at=None if one.closed_at is None else rfc3339(one.closed_at),
                    score=one.score,
                    text=one.text,
                )
                for one in similar_events(session, event)
            ],
            articles=[
                ApplyingView(
                    article=row.article, version=row.version, title=row.title, law=row.law, likeness=alike
                )
                for row, alike in articles
            ],
        )


@router.get("/dispatch/models", summary="分拨模型列表 List models")
def models(caller: CallerHere, agency: AgencyQuery = None) -> ModelList:
    """一个机关的模型，附留出数据上的测评。 An agency's models, as measured on what they never saw."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        return ModelList(items=[_model(row) for row in caller.platform.dispatch_models.all(session, agency)])


@router.post(
    "/dispatch/models/{model}/{version}/activate",
    summary="启用模型 Set a model to work",
    response_model=ModelView,
)
def activate(model: ModelName, version: Version, write: WriteHere) -> Response:
    """由本机关管理员启用；此前启用的随之停用，无须重启。

    By an administrator of the agency; the one before it retires, and nothing is restarted.
    """
    return _move(model, version, "active", write)


@router.post(
    "/dispatch/models/{model}/{version}/retire", summary="停用模型 Retire a model", response_model=ModelView
)
def retire(model: ModelName, version: Version, write: WriteHere) -> Response:
    """由本机关管理员停用；清单外事项随之转人工。 By an administrator; what it decided goes to people."""
    return _move(model, version, "retired", write)


def _move(model: str, version: int, state: str, write: WriteHere) -> Response:
    def step(session: Session, actor: Actor) -> Written:
        shelf = write.caller.platform.dispatch_models
        actor.require(ADMINISTRATOR, shelf.find(session, model, version).agency)
        return Written(200, _model(shelf.move(session, model, version, state, by=str(actor.account))))

    return write.once(None, step)


def _event(platform: Platform, session: Session, actor: Actor, sub: str) -> EventRow:
    """The event, for who dispatches where it lies. Raises NotFound, Forbidden `event-scope`."""
    event = session.get(EventRow, sub)
    if event is None:
        raise NotFound("event-unknown", f"There is no event {sub}.", None)
    territory = platform.territories.at(session)
    held = [g for g in actor.grants if g.role in DISPATCHERS and g.agency == event.agency]
    if not any(territory.covers(grant.scope, event.grid) for grant in held):
        raise Forbidden(
            "event-scope",
            f"Event {event.number} is dispatched by {' or '.join(sorted(DISPATCHERS))} of its grid.",
            "ask who dispatches there",
        )
    return event


def _suggestion(found: Suggestion) -> DispatchSuggestionView:
    return DispatchSuggestionView(
        unit=found.unit,
        helpers=list(found.helpers),
        mode=found.mode,
        basis=found.basis,
        because=dict(found.because),
        automatic=found.automatic,
        confidence=None if found.confidence is None else round(found.confidence, 6),
        model=found.model,
        rule=found.rule,
        amount=found.amount,
        measure=found.measure,
        closing=None if found.closing is None else dict(found.closing),
        law=list(found.law),
        words=list(found.words),
        ranking=[RankedUnitView(unit=unit, confidence=round(share, 6)) for unit, share in found.ranking],
    )


def _model(row: ModelRow) -> ModelView:
    return ModelView(
        model=row.model,
        version=row.version,
        state=row.state,
        gate=str(row.gate),
        trained=row.trained,
        measured=row.measured,
        sha256=row.sha256,
        record=str(row.record),
    )
