"""The outbox of milestones: which ones `CaseRegistry` is to be told, in which order, and what holds one up.

Every milestone whose record is anchored is taken up into `cases.sending`, in leaf order, and leaves it when
it is registered. `cases.taken_up` remembers up to where, so that a round looks at no more than what was
anchored since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gridwitness_chain import SignedTransaction
from sqlalchemy import func, select, text, tuple_, update
from sqlalchemy.orm import Session, aliased

from gridwitness.cases.models import CaseRow, MilestoneRow, SendingRow, TakenUpRow
from gridwitness.records import Log, logs_by_origin
from gridwitness.records.logs import predecessors
from gridwitness.records.models import AnchorRow

_FROM = """
    FROM records.record AS r JOIN cases.milestone AS m ON m.jti = r.jti
    WHERE r.log = :log AND NOT EXISTS (
        SELECT FROM cases.registration AS g WHERE g.sub = m.sub AND g.index = m.index
    )
"""
_TAKE_UP = text(f"""
    INSERT INTO cases.sending (sub, index, agency, log, leaf_index)
    SELECT m.sub, m.index, :agency, r.log, r.leaf_index {_FROM}
        AND r.leaf_index >= :size AND r.leaf_index < :anchored
    ON CONFLICT DO NOTHING
""")
_NOT_TAKEN_UP = text(f"SELECT count(*) {_FROM} AND r.leaf_index >= :size")

_SAME = (MilestoneRow.sub == SendingRow.sub) & (MilestoneRow.index == SendingRow.index)

Key = tuple[str, int]
"""Subject and index of a milestone."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A milestone to be told: `seq` as on the chain, `year` and `number` only where it opens the case."""

    sub: str
    index: int
    milestone: str
    seq: int
    head: bytes
    rules: str
    year: int | None
    number: int | None
    log: str
    leaf_index: int

    @property
    def key(self) -> Key:
        return (self.sub, self.index)


@dataclass(frozen=True, slots=True)
class Refused:
    """A milestone the contract does not take; those after it of the same case wait."""

    agency: str
    sub: str
    index: int
    error: str


class Outbox:
    """The outbox of one agency, over its open log and the closed ones before it."""

    def __init__(self, session: Session, log: Log) -> None:
        self._session = session
        self._agency = log.agency
        # Oldest first: a case goes on in the successor, and so does the order of its milestones.
        self._line = [*reversed(predecessors(logs_by_origin(session), log)), log]

    def take_up(self, *, thorough: bool) -> None:
        """Every anchored milestone that is neither registered nor taken up yet. `thorough`: also where one
        after it was, should a row of the outbox have been lost.
        """
        for log in self._line:
            anchors = select(func.coalesce(func.max(AnchorRow.size), 0)).where(AnchorRow.log == log.name)
            anchored, taken_up = self._session.scalar(anchors) or 0, self._taken_up(log)
            if thorough or taken_up < anchored:
                place = {"log": log.name, "size": 0 if thorough else taken_up, "anchored": anchored}
                self._session.execute(_TAKE_UP, place | {"agency": self._agency})
                self._session.merge(TakenUpRow(log=log.name, size=anchored))
                self._session.flush()

    def waiting(self, most: int) -> list[Waiting]:
        """The next ones to be signed, in log order; none of a case that has a refused one."""
        refused = aliased(SendingRow)
        held_up = select(refused.sub).where(
            refused.sub == SendingRow.sub, refused.error.is_not(None), refused.index < SendingRow.index
        )
        return self._read(
            [SendingRow.raw.is_(None), SendingRow.error.is_(None), ~held_up.exists()], most=most
        )

    def refused(self, most: int, patience_seconds: float) -> list[Waiting]:
        """The earliest refused one of each case, if it was not looked at lately."""
        earlier = aliased(SendingRow)
        behind = select(earlier.sub).where(
            earlier.sub == SendingRow.sub, earlier.error.is_not(None), earlier.index < SendingRow.index
        )
        lately = SendingRow.refused_at > func.now() - text("make_interval(secs => :patience)").bindparams(
            patience=patience_seconds
        )
        return self._read([SendingRow.error.is_not(None), ~lately, ~behind.exists()], most=most)

    def signed(self) -> list[tuple[Waiting, bytes]]:
        """Those with stored bytes, by nonce: a worker before us may have sent them or not."""
        rows = self._session.execute(
            select(SendingRow.sub, SendingRow.index, SendingRow.raw)
            .where(SendingRow.agency == self._agency, SendingRow.raw.is_not(None))
            .order_by(SendingRow.nonce)
        )
        raws = {(sub, index): bytes(raw or b"") for sub, index, raw in rows}
        found = {one.key: one for one in self._read([SendingRow.raw.is_not(None)])}
        return [(found[key], raw) for key, raw in raws.items()]

    def sign(self, pairs: Iterable[tuple[Waiting, SignedTransaction]]) -> None:
        """Store the bytes, before they are sent."""
        self._session.execute(
            update(SendingRow),
            [
                {
                    "sub": one.sub,
                    "index": one.index,
                    "nonce": signed.nonce,
                    "raw": signed.raw,
                    "transaction": bytes.fromhex(signed.hash[2:]),
                }
                for one, signed in pairs
            ],
        )

    def unsign(self, ones: Sequence[Waiting]) -> None:
        """They wait again: what was signed, or refused, no longer counts."""
        self._set(ones, error=None, refused_at=None)

    def refuse(self, one: Waiting, error: str) -> None:
        """Not told to the contract again before it would take it."""
        self._set([one], error=error, refused_at=func.now())

    def release(self, one: Waiting) -> None:
        """It, and what may only have waited for it: its case's later ones, and after an opening the cases
        with later numbers.
        """
        refused = SendingRow.error.is_not(None)
        self.unsign(self._read([refused, SendingRow.sub == one.sub]))
        if one.index == 0:
            self.unsign(self._read([refused, CaseRow.year == one.year, CaseRow.number > one.number]))

    def remove(self, keys: Sequence[Key]) -> None:
        """They are registered."""
        place = tuple_(SendingRow.sub, SendingRow.index)
        self._session.query(SendingRow).filter(place.in_(keys)).delete(synchronize_session=False)

    def anchored_at(self, one: Waiting) -> int:
        """Block of the anchor that holds its record: the contract was not told of it before."""
        anchor = select(func.min(AnchorRow.block_number)).where(
            AnchorRow.log == one.log, AnchorRow.size > one.leaf_index
        )
        return self._session.scalar(anchor) or 0

    def left(self) -> int:
        """Milestones whose records have their leaf, and that are neither registered nor refused."""
        rows = select(func.count()).where(SendingRow.agency == self._agency, SendingRow.error.is_(None))
        places = [{"log": log.name, "size": self._taken_up(log)} for log in self._line]
        return (self._session.scalar(rows) or 0) + sum(
            int(self._session.scalar(_NOT_TAKEN_UP, place) or 0) for place in places
        )

    def refusals(self) -> list[Refused]:
        """Those the contract does not take, in log order."""
        rows = self._session.execute(
            select(SendingRow.agency, SendingRow.sub, SendingRow.index, SendingRow.error)
            .where(SendingRow.agency == self._agency, SendingRow.error.is_not(None))
            .order_by(SendingRow.log, SendingRow.leaf_index)
        )
        return [Refused(agency, sub, index, str(error)) for agency, sub, index, error in rows]

    def _taken_up(self, log: Log) -> int:
        """Size of the log up to which every milestone was taken up."""
        taken_up = select(TakenUpRow.size).where(TakenUpRow.log == log.name)
        return self._session.scalar(taken_up) or 0

    def _set(self, ones: Sequence[Waiting], **values: object) -> None:
        if ones:
            place = tuple_(SendingRow.sub, SendingRow.index)
            self._session.execute(
                update(SendingRow)
                .where(place.in_([one.key for one in ones]))
                .values(nonce=None, raw=None, transaction=None, **values)
                .execution_options(synchronize_session=False)
            )

    def _read(self, conditions: Sequence[object], most: int | None = None) -> list[Waiting]:
        generation = {log.name: number for number, log in enumerate(self._line)}
        found: list[Waiting] = []
        for log in self._line:
            query = (
                select(SendingRow, MilestoneRow, CaseRow.rules, CaseRow.year, CaseRow.number)
                .join(MilestoneRow, _SAME)
                .join(CaseRow, CaseRow.sub == SendingRow.sub)
                .where(SendingRow.agency == self._agency, SendingRow.log == log.name, *conditions)  # type: ignore[arg-type]
                .order_by(SendingRow.leaf_index)
                .limit(None if most is None else most - len(found))
            )
            found += [
                Waiting(
                    sent.sub,
                    sent.index,
                    milestone.milestone,
                    # `seq` begins again in a successor log; the contract wants it to grow (format §17).
                    milestone.seq + (generation[sent.log] << 32),
                    milestone.head,
                    rules,
                    year,
                    number,
                    sent.log,
                    sent.leaf_index,
                )
                for sent, milestone, rules, year, number in self._session.execute(query)
            ]
        return found
