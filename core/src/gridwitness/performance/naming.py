"""What bodies, places and people of figures are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.grids import Territory
from gridwitness.members import AccountRow, AgencyRow
from gridwitness.performance.dictionary import Dictionary
from gridwitness.performance.figures import Figure

BYS: Mapping[str, tuple[str, str]] = {
    "agency": ("机关", "agency"),
    "unit": ("单位", "unit"),
    "grid": ("网格", "grid"),
    "worker": ("人员", "worker"),
    "post": ("岗位", "post"),
    "matter": ("事项", "matter"),
    "channel": ("渠道", "channel"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """Names by (by, of) in one language; what has none is called by its number."""

    names: Mapping[tuple[str, str], str]

    def of(self, by: str, of: str) -> str:
        """The name, or the number."""
        return self.names.get((by, of)) or of


def names_of(
    session: Session,
    found: Iterable[Figure],
    dictionary: Dictionary,
    territory: Territory,
    language: str = "zh",
) -> Names:
    """Names of everything these figures are of. People's are personal data: show them to leaders only."""
    wanted = {(one.by, one.of) for one in found}
    names = {(by, of): _local(by, of, dictionary, territory, language) for by, of in wanted}
    agencies = {of for by, of in wanted if by == "agency"}
    rows = session.execute(select(AgencyRow.code, AgencyRow.name).where(AgencyRow.code.in_(agencies)))
    names |= {("agency", code): name for code, name in rows}
    people = [UUID(of) for by, of in wanted if by == "worker"]
    if people:
        accounts = select(AccountRow.id, AccountRow.display_name, AccountRow.username)
        for account, name, username in session.execute(accounts.where(AccountRow.id.in_(people))):
            names["worker", str(account)] = name or username
    return Names(names)


def _local(by: str, of: str, dictionary: Dictionary, territory: Territory, language: str) -> str:
    if by == "unit" and of in territory.units:
        return territory.units[of].name
    if by == "grid" and of in territory.grids:
        return territory.grids[of].name
    if by == "post":
        post = dictionary.posts[of]
        return post.zh if language == "zh" else post.en
    return of
