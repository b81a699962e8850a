"""Taking a file: each piece is chained and kept, then it waits for a reader (`reading`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from gridwitness.clock import Clock
from gridwitness.feeds import Feed, Intake, Message, note_seen
from sqlalchemy.orm import Session

from gridwitness_ingest.tables.pieces import Piece, TableOptions, read_pieces

Transactions = Callable[[], AbstractContextManager[Session]]

_SEEN = "piece"
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class TakenPiece:
    """One piece of a file. `serial`: of its message, None where this very piece had come before."""

    bytes: int
    serial: int | None


def take_file(
    transaction: Transactions,
    intake: Intake,
    clock: Clock,
    feed: Feed,
    path: Path,
    options: TableOptions,
    *,
    again: bool = False,
    on_read: Callable[[int], None] = lambda _: None,
) -> Iterator[TakenPiece]:
    """Keep a file's pieces; each is committed when it is given. Raises what `read_pieces` raises.

    A file that is handed in again, because the first time was cut short, goes on where that ended: a piece
    that the feed sent at this place before is not kept twice, unless `again`.
    """
    for place, piece in enumerate(read_pieces(path, options, on_read)):
        with transaction() as session:
            name = _identifier(place, piece)
            new = bool(note_seen(session, feed, _SEEN, [name], clock.now())) or again
            serial = _keep(session, intake, feed, path.name, piece) if new else None
        yield TakenPiece(len(piece.data), serial)


def _keep(session: Session, intake: Intake, feed: Feed, name: str, piece: Piece) -> int:
    return intake.append(
        session,
        feed,
        [Message(piece.data)],
        format=piece.form.to_text(),
        connection=f"file {name[:_LONGEST_NAME]}",
        pending=True,
    )


def _identifier(place: int, piece: Piece) -> str:
    return f"{place}:{sha256(piece.data).hexdigest()}"
