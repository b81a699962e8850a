"""The address library: an address as people write it, found in the tree of standard ones."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, any_, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from gridwitness.errors import InvalidInput
from gridwitness.grids.models import ADDRESS_NAME, AddressRow
from gridwitness.grids.register_columns import ADDRESS_LEVELS

LONGEST_TEXT = 256
_LONGEST_NAME = 32
"""In a text longer names are not looked for."""
_MOST_FOUND = 2_000
"""Candidates by name: a number like 3号 stands at every road."""


@dataclass(frozen=True, slots=True)
class AddressMatch:
    """An address with its superiors, widest first. `share`: of the text's characters, how many they explain;
    `rest`: what they do not.
    """

    chain: tuple[AddressRow, ...]
    share: float
    rest: str

    @property
    def address(self) -> AddressRow:
        """The narrowest one."""
        return self.chain[-1]

    @property
    def place(self) -> tuple[int, int] | None:
        """Latitude and longitude of it or of the nearest superior that has them, millionths of a degree."""
        for row in reversed(self.chain):
            if row.lat_e6 is not None and row.lon_e6 is not None:
                return row.lat_e6, row.lon_e6
        return None


def match_address(session: Session, written: str, at: datetime, most: int = 5) -> list[AddressMatch]:
    """The best matches first: most of the text explained, then the narrowest. Two to some queries.

    An address counts by its own name and its superiors' that stand in the text in this order; those that are
    left out in the text do no harm. Raises InvalidInput `address-text`.
    """
    wanted = normal_name(written)
    if not wanted or len(written) > LONGEST_TEXT or "\0" in written:
        raise InvalidInput("address-text", f"An address has 1 to {LONGEST_TEXT} characters.", None)
    named = _named(session, wanted, at)
    rows = _with_superiors(session, named, at)
    matches = [_match(row, rows, wanted) for row in named]
    matches.sort(key=lambda match: (-match.share, -_rank(match.address), match.address.address))
    return matches[:most]


def normal_name(name: str) -> str:
    """As the index has names: NFKC, small letters, no spaces."""
    return unicodedata.normalize("NFKC", name).replace(" ", "").lower()


def _named(session: Session, wanted: str, at: datetime) -> Sequence[AddressRow]:
    """Addresses whose name stands somewhere in the text: by the index, whatever the library's size."""
    parts = {
        wanted[begin:end]
        for begin in range(len(wanted))
        for end in range(begin + 1, min(begin + _LONGEST_NAME, len(wanted)) + 1)
    }
    name: Any = text(ADDRESS_NAME)
    query = (
        select(AddressRow)
        .where(name.self_group() == any_(literal([*parts], ARRAY(Text))), *_valid(at))
        .order_by(func.length(AddressRow.name).desc(), AddressRow.address)
        .limit(_MOST_FOUND)
    )
    return session.scalars(query).all()


def _with_superiors(
    session: Session, named: Collection[AddressRow], at: datetime
) -> Mapping[str, AddressRow]:
    """By number; one query a level at most."""
    rows = {row.address: row for row in named}
    for _ in ADDRESS_LEVELS:
        missing = {row.parent for row in rows.values() if row.parent is not None} - rows.keys()
        if not missing:
            break
        found = session.scalars(
            select(AddressRow).where(
                AddressRow.address == any_(literal([*missing], ARRAY(Text))), *_valid(at)
            )
        ).all()
        if not found:
            break
        rows |= {row.address: row for row in found}
    return rows


def _valid(at: datetime) -> tuple[Any, ...]:
    return AddressRow.valid_from <= at, or_(AddressRow.valid_to.is_(None), AddressRow.valid_to > at)


def _match(row: AddressRow, rows: Mapping[str, AddressRow], wanted: str) -> AddressMatch:
    chain = [row]
    while (above := rows.get(chain[-1].parent or "")) is not None and above not in chain:
        chain.append(above)
    left, end = [*wanted], len(wanted)
    for step in chain:  # from the narrowest, which stands last
        name = normal_name(step.name)
        begin = wanted.rfind(name, 0, end)
        if begin >= 0:
            left[begin : begin + len(name)] = [""] * len(name)
            end = begin
    rest = "".join(left)
    return AddressMatch(tuple(reversed(chain)), 1 - len(rest) / len(wanted), rest)


def _rank(row: AddressRow) -> int:
    return ADDRESS_LEVELS.index(row.level)
