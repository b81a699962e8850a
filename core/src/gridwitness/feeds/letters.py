"""Dead letters: what could not be read, kept with its bytes, read again after a fix, or dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.errors import Conflict, NotFound
from gridwitness.feeds.decoding import Decoded, Decoder, Store, decoder_for, in_message, of_object
from gridwitness.feeds.feed import Feed, Letter
from gridwitness.feeds.models import LetterRow
from gridwitness.feeds.pending import kept_message

STATES = {"open": "待处理", "replayed": "已重放", "dropped": "已丢弃"}
REPLAY_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Selection:
    """Which open letters of a feed: these, or those of a code, from the one behind `after` on."""

    ids: Sequence[int] | None = None
    code: str | None = None
    after: int = 0
    limit: int = REPLAY_LIMIT


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a selection. `last`: the greatest id looked at, 0 where there was none."""

    replayed: int
    still_open: int
    last: int


class Letters:
    """Use cases of dead letters; the caller commits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def page(
        self,
        session: Session,
        feed: Feed,
        *,
        state: str | None = None,
        code: str | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> list[LetterRow]:
        """Letters of a feed by id, from the one behind `after` on."""
        query = select(LetterRow).where(LetterRow.feed == feed.name, LetterRow.id > after)
        if state is not None:
            query = query.where(LetterRow.state == state)
        if code is not None:
            query = query.where(LetterRow.code == code)
        return [*session.scalars(query.order_by(LetterRow.id).limit(limit))]

    def counts(self, session: Session) -> Mapping[tuple[str, str], int]:
        """Open letters by feed and code."""
        query = select(LetterRow.feed, LetterRow.code, func.count()).where(LetterRow.state == "open")
        rows = session.execute(query.group_by(LetterRow.feed, LetterRow.code))
        return {(feed, code): number for feed, code, number in rows}

    def drop(self, session: Session, feed: Feed, selection: Selection, *, by: UUID | None) -> int:
        """Give letters up; they stay, as dropped. Gives how many. Raises Conflict, NotFound as `replay`."""
        rows = self._held(session, feed, selection)
        self._settle(session, [row.id for row in rows], "dropped", by)
        return len(rows)

    def replay(
        self,
        session: Session,
        feed: Feed,
        selection: Selection,
        *,
        decoders: Mapping[str, Decoder],
        store: Store,
        by: UUID | None,
    ) -> Replayed:
        """Read letters again and keep what comes out, in this transaction.

        A letter that is still unreadable stays open, with its new reason. Raises InvalidInput
        `format-unknown`; of letters named by id NotFound `letter-unknown`, Conflict `letter-settled`.
        """
        rows = self._held(session, feed, selection)
        failed: dict[int, Letter] = {}
        for row in rows:
            failed |= self._read_again(session, feed, row, decoders, store)
        done = [row.id for row in rows if row.id not in failed]
        self._settle(session, done, "replayed", by)
        for identifier, letter in failed.items():
            again = {"code": letter.code, "detail": letter.detail, "tries": LetterRow.tries + 1}
            session.execute(update(LetterRow).where(LetterRow.id == identifier).values(again))
        return Replayed(len(done), len(failed), max((row.id for row in rows), default=0))

    def _held(self, session: Session, feed: Feed, selection: Selection) -> list[LetterRow]:
        query = select(LetterRow).where(LetterRow.feed == feed.name)
        if selection.ids is not None:
            query = query.where(LetterRow.id.in_(selection.ids))
        else:
            query = query.where(LetterRow.state == "open", LetterRow.id > selection.after)
            if selection.code is not None:
                query = query.where(LetterRow.code == selection.code)
            query = query.limit(selection.limit)
        held = query.order_by(LetterRow.id).with_for_update().execution_options(populate_existing=True)
        rows = [*session.scalars(held)]
        if selection.ids is not None:
            _check_named(feed, selection.ids, rows)
        return [row for row in rows if row.state == "open"]

    def _read_again(
        self,
        session: Session,
        feed: Feed,
        row: LetterRow,
        decoders: Mapping[str, Decoder],
        store: Store,
    ) -> dict[int, Letter]:
        decoded = self._decoded(session, feed, row, decoder_for(decoders, row.format))
        letters = [*decoded.letters]
        if decoded.passages is not None or decoded.positions is not None:
            stored = store(
                session,
                feed,
                row.serial,
                row.received_at,
                passages=decoded.passages,
                positions=decoded.positions,
            )
            letters += stored.letters
        same = [letter for letter in letters if row.item is not None or letter.item is None]
        session.add_all(self._further(row, (letter for letter in letters if letter not in same)))
        return {row.id: same[0]} if same else {}

    def _decoded(self, session: Session, feed: Feed, row: LetterRow, decoder: Decoder) -> Decoded:
        if row.item is not None and row.raw:
            return of_object(decoder(bytes(row.raw), feed, row.format, whole=False), row.item)
        raw = bytes(row.raw) or kept_message(session, feed.name, row.serial)
        decoded = decoder(raw, feed, row.format, whole=True)
        return decoded if row.item is None else in_message(decoded, row.item)

    def _further(self, row: LetterRow, letters: Iterable[Letter]) -> list[LetterRow]:
        """A message that can be read by now, but for some of its objects."""
        told: dict[str, Any] = {"feed": row.feed, "serial": row.serial, "format": row.format}
        return [
            LetterRow(
                **told,
                item=letter.item,
                raw=letter.raw,
                code=letter.code,
                detail=letter.detail,
                state="open",
                tries=0,
                received_at=row.received_at,
            )
            for letter in letters
        ]

    def _settle(self, session: Session, ids: Sequence[int], state: str, by: UUID | None) -> None:
        if ids:
            values = {"state": state, "settled_at": self._clock.now(), "settled_by": by}
            session.execute(update(LetterRow).where(LetterRow.id.in_(ids)).values(values))


def _check_named(feed: Feed, ids: Sequence[int], rows: Sequence[LetterRow]) -> None:
    missing = {*ids} - {row.id for row in rows}
    if missing:
        raise NotFound("letter-unknown", f"Feed {feed.name} has no letter {min(missing)}.", None)
    settled = [row for row in rows if row.state != "open"]
    if settled:
        raise Conflict("letter-settled", f"Letter {settled[0].id} is {settled[0].state}.", None)
