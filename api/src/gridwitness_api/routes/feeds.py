"""Feeds: registered by records; what they sent, by batch, and what could not be read, are seen here."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from gridwitness.feeds import BatchRow, Decoder, Feed, LetterRow, Selection
from gridwitness.members import Actor
from gridwitness.members.roles import READERS
from gridwitness.records import rfc3339
from sqlalchemy.orm import Session

from gridwitness_api.cursors import cursor_invalid, decode_cursor, encode_cursor
from gridwitness_api.idempotent_write import Write, WriteHere, Written
from gridwitness_api.parameters import AgencyQuery, Cursor, Limit
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.feeds import (
    DeadLetterList,
    DeadLetterView,
    FeedBatchList,
    FeedBatchView,
    FeedList,
    FeedView,
    LetterChoice,
    Settled,
)
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/feeds", tags=["feeds"], route_class=StrictRoute)

_STEWARDS = frozenset({"administrator", "data_steward"})
_SHOWN = 512
_LARGEST = 2**63 - 1

FeedName = Annotated[
    str,
    Path(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        description="数据源 Feed",
        examples=["binjiang-kk"],
    ),
]
LetterId = Annotated[int, Path(ge=1, le=_LARGEST, description="死信编号 Letter", examples=[17])]
LetterState = Annotated[
    Literal["open", "replayed", "dropped"] | None,
    Query(alias="state", description="待处理、已重放、已丢弃 Only letters in this state"),
]
LetterCode = Annotated[
    str | None,
    Query(
        alias="code", pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64, description="原因 Only this code"
    ),
]


def _decoders(request: Request) -> Mapping[str, Decoder]:
    """What the doors read, loaded when it is first needed."""
    found: Callable[[], Mapping[str, Decoder]] = request.app.state.decoders
    return found()


DecodersHere = Annotated[Mapping[str, Decoder], Depends(_decoders)]


@router.get("", summary="数据源列表 List feeds")
def list_(
    caller: CallerHere, agency: AgencyQuery = None, cursor: Cursor = None, limit: Limit = 100
) -> FeedList:
    """一个机关的数据源，按名称。 An agency's feeds, by name."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        after = None if cursor is None else decode_cursor(cursor)
        found = caller.platform.feeds.page(session, agency, after, limit + 1)
        shown = [_feed(feed) for feed in found[:limit]]
        return FeedList(items=shown, next=encode_cursor(shown[-1].feed) if len(found) > limit else None)


@router.get("/{feed}", summary="查看数据源 Show a feed")
def show(feed: FeedName, caller: CallerHere) -> FeedView:
    """接入方式、可信等级、坐标系。 How it comes in, how far its source is assured, its datum."""
    with caller.transaction() as (session, actor):
        found = caller.platform.feeds.find(session, feed)
        actor.require(READERS, found.agency)
        return _feed(found)


@router.get("/{feed}/batches", summary="批次列表 List batches")
def batches(feed: FeedName, caller: CallerHere, cursor: Cursor = None, limit: Limit = 100) -> FeedBatchList:
    """每分钟的链头、数量、缺号、时钟偏差。 Chain head, counts, gaps, clock offset; newest first."""
    with caller.transaction() as (session, actor):
        found = caller.platform.feeds.find(session, feed)
        actor.require(READERS, found.agency)
        rows = caller.platform.feeds.batches(session, found, _position(cursor), limit + 1)
        more = encode_cursor(str(rows[limit - 1].first)) if len(rows) > limit else None
        return FeedBatchList(items=[_batch(row) for row in rows[:limit]], next=more)


@router.get("/{feed}/letters", summary="死信列表 List dead letters")
def letters(
    feed: FeedName,
    caller: CallerHere,
    state: LetterState = None,
    code: LetterCode = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> DeadLetterList:
    """不能读取的数据及原因。 What could not be read, and why."""
    with caller.transaction() as (session, actor):
        found = caller.platform.feeds.find(session, feed)
        actor.require(_STEWARDS, found.agency)
        rows = caller.platform.letters.page(
            session, found, state=state, code=code, after=_position(cursor) or 0, limit=limit + 1
        )
        more = encode_cursor(str(rows[limit - 1].id)) if len(rows) > limit else None
        return DeadLetterList(items=[_letter(row) for row in rows[:limit]], next=more)


@router.post("/{feed}/letters/replay", summary="批量重放死信 Replay letters", response_model=Settled)
def replay_some(feed: FeedName, body: LetterChoice, write: WriteHere, decoders: DecodersHere) -> Response:
    """重新读取至多五百封待处理死信；用 `last` 续办。 At most 500 open ones; go on behind `last`."""

    def step(session: Session, actor: Actor) -> Written:
        platform = write.caller.platform
        found = platform.feeds.find(session, feed)
        actor.require(_STEWARDS, found.agency)
        done = platform.letters.replay(
            session,
            found,
            Selection(code=body.code, after=body.after),
            decoders=decoders,
            store=platform.sightings.store,
            by=actor.account,
        )
        return Written(200, Settled(settled=done.replayed, still_open=done.still_open, last=done.last))

    return write.once(body, step)


@router.post(
    "/{feed}/letters/{letter}/replay", summary="重放死信 Replay a letter", response_model=DeadLetterView
)
def replay(feed: FeedName, letter: LetterId, write: WriteHere, decoders: DecodersHere) -> Response:
    """修正登记后重新读取。 Read again after a fix; a letter that is still unreadable stays open."""

    def step(session: Session, actor: Actor, found: Feed) -> None:
        platform = write.caller.platform
        platform.letters.replay(
            session,
            found,
            Selection(ids=[letter]),
            decoders=decoders,
            store=platform.sightings.store,
            by=actor.account,
        )

    return _settle(write, feed, letter, step)


@router.post("/{feed}/letters/{letter}/drop", summary="丢弃死信 Drop a letter", response_model=DeadLetterView)
def drop(feed: FeedName, letter: LetterId, write: WriteHere) -> Response:
    """不再处理；仍保留备查。 Give it up; it stays, as dropped."""

    def step(session: Session, actor: Actor, found: Feed) -> None:
        write.caller.platform.letters.drop(session, found, Selection(ids=[letter]), by=actor.account)

    return _settle(write, feed, letter, step)


def _settle(write: Write, feed: str, letter: int, step: Callable[[Session, Actor, Feed], None]) -> Response:
    def settled(session: Session, actor: Actor) -> Written:
        platform = write.caller.platform
        found = platform.feeds.find(session, feed)
        actor.require(_STEWARDS, found.agency)
        step(session, actor, found)
        session.expire_all()
        (row,) = platform.letters.page(session, found, after=letter - 1, limit=1)
        return Written(200, _letter(row))

    return write.once(None, settled)


def _feed(feed: Feed) -> FeedView:
    return FeedView(
        feed=feed.name,
        sub=feed.sub,
        agency=feed.agency,
        door=feed.door,
        assurance=feed.assurance,
        datum=feed.datum,
        title=feed.title,
        state=feed.state,
    )


def _batch(row: BatchRow) -> FeedBatchView:
    same = ("first", "count", "head", "assurance", "serial_gaps", "repeated", "rejected")
    times = ("received_from", "received_to", "captured_from", "captured_to")
    return FeedBatchView.model_validate(
        {
            **{name: getattr(row, name) for name in same},
            **{name: _time(getattr(row, name)) for name in times},
            "clock_offset": None if row.clock_offset is None else format(row.clock_offset, "f"),
            "record": str(row.record),
        }
    )


def _letter(row: LetterRow) -> DeadLetterView:
    same = ("id", "serial", "item", "format", "code", "detail", "state", "tries")
    raw = bytes(row.raw)
    return DeadLetterView.model_validate(
        {
            **{name: getattr(row, name) for name in same},
            "size": len(raw),
            "begins": base64.b64encode(raw[:_SHOWN]).decode("ascii"),
            "received_at": _time(row.received_at),
            "settled_at": _time(row.settled_at),
            "settled_by": None if row.settled_by is None else str(row.settled_by),
        }
    )


def _time(when: Any) -> str | None:
    return None if when is None else rfc3339(when)


def _position(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    position = decode_cursor(cursor)
    if not (position.isascii() and position.isdigit() and len(position) < 19):
        raise cursor_invalid()
    return int(position)
