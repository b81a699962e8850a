"""Who may see which figures: those of the grids one's roles hold for; people's only those who lead them."""

from __future__ import annotations

from dataclasses import dataclass

from gridwitness.errors import Forbidden
from gridwitness.grids import Territory
from gridwitness.members import Actor
from gridwitness.members.roles import READERS

FIXERS = frozenset({"duty_chief", "agency_head", "administrator"})
"""Who fixes the figures of a period."""
LEADERS = FIXERS | {"auditor"}
"""Who may see the figures of people; everybody sees his own."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What an account may see of an agency: of these grids only (None: of all), and whether of people."""

    agency: str
    account: str
    grids: frozenset[str] | None
    people: bool

    def narrowed(self, below: frozenset[str] | None) -> frozenset[str] | None:
        """The grids to count, where only some were asked for."""
        if below is None or self.grids is None:
            return self.grids if below is None else below
        return self.grids & below

    def require_people(self, of: str | None = None) -> None:
        """Raises Forbidden `figures-of-people`."""
        if not self.people and of != self.account:
            raise Forbidden(
                "figures-of-people",
                "Figures of other people are for those who lead them.",
                "ask for your own: `of` your account",
            )

    def require_whole(self) -> None:
        """Raises Forbidden `role-scope`."""
        if self.grids is not None:
            raise Forbidden("role-scope", "Your roles hold for some grids only.", "ask for figures of these")


def sight(actor: Actor, agency: str, territory: Territory) -> Sight:
    """Raises Forbidden `role-missing`."""
    actor.require(READERS, agency)
    grants = [grant for grant in actor.grants if grant.agency == agency and grant.role in READERS]
    scopes = {grant.scope for grant in grants}
    grids: frozenset[str] | None = None
    if None not in scopes:
        grids = frozenset().union(*(territory.below(scope) for scope in scopes if scope is not None))
    return Sight(agency, str(actor.account), grids, any(grant.role in LEADERS for grant in grants))
