"""The closed list of roles, and what a logged-in account may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from gridwitness.errors import Forbidden, InvalidInput

ROLES: dict[str, str] = {
    "grid_worker": "网格员",
    "handler": "处置员",
    "checker": "监督员",
    "acceptor": "受理员",
    "duty_chief": "值班长",
    "dispatcher": "派遣员",
    "officer": "执法人员",
    "agency_head": "行政机关负责人",
    "legal_reviewer": "法制审核人员",
    "hearing_chair": "听证主持人",
    "party": "当事人",
    "caller": "群众",
    "auditor": "执法监督人员",
    "police_node": "公安节点",
    "carrier": "运输单位",
    "liaison": "企业联络员",
    "data_steward": "云长",
    "administrator": "系统管理员",
}

SUBMITTERS = frozenset(
    {"officer", "grid_worker", "handler", "checker", "acceptor", "duty_chief", "dispatcher", "agency_head",
     "legal_reviewer", "hearing_chair", "police_node", "administrator"}
)  # fmt: skip
"""Roles that may hand in signed records; what a record proves depends on its signature alone."""

SIGNERS = SUBMITTERS | {"auditor"}
"""Roles that may hand in signed records: auditors sign letters of supervision, and nothing else is theirs."""

READERS = SUBMITTERS | {"auditor", "data_steward"}
"""Roles that may read the records of the agency they are held in, and evidence.

Nobody reads an agency that has not granted it: who audits several holds the role in each of them.
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """One role in one agency; `scope` is a grid (and all below it) or None for the whole agency."""

    role: str
    agency: str
    scope: str | None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: a logged-in account with its grants."""

    account: UUID
    agency: str
    username: str
    grants: tuple[Grant, ...]

    def has(self, roles: Iterable[str], agency: str | None = None) -> bool:
        """Whether the account holds one of the roles (in `agency`, where one is named)."""
        wanted = set(roles)
        return any(g.role in wanted and agency in (None, g.agency) for g in self.grants)

    def require(self, roles: Iterable[str], agency: str | None = None) -> None:
        """Raise Forbidden `role-missing` where `has` is false."""
        if not self.has(roles, agency):
            place = "" if agency is None else f" in agency {agency}"
            raise Forbidden(
                "role-missing",
                f"Account {self.username} has none of the roles {sorted(set(roles))}{place}.",
                "ask your agency's administrator for the role",
            )

    def may_read(self, agency: str) -> bool:
        """Whether records of this agency's log may be read by this account."""
        return self.has(READERS, agency)


def check_role(role: str) -> None:
    """Raise InvalidInput `role-unknown`."""
    if role not in ROLES:
        raise InvalidInput("role-unknown", f"There is no role {role!r}.", f"the roles are {', '.join(ROLES)}")
