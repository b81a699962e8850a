"""Who plays: two agencies, their people, and when the story begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

CITY = "330100CG"
CITY_NAME = "示范市城市管理局"
POLICE = "330100GA"
POLICE_NAME = "示范市公安局"

BEGINNING = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
"""Monday 2 March 2026, 08:30 in Shanghai."""


@dataclass(frozen=True, slots=True)
class Role:
    """One person: account, and the number on the enforcement card where they have one."""

    username: str
    name: str
    role: str
    agency: str = CITY
    card: str | None = None

    @property
    def on_record(self) -> str:
        """How an officer is named in a record: name and card (执法证号)."""
        return f"{self.name}（执法证 {self.card}）"


ZHANG = Role("zhang.wei", "张伟", "officer", card="33010010023")
LI = Role("li.na", "李娜", "officer", card="33010010047")
ZHAO = Role("zhao.min", "赵敏", "legal_reviewer", card="33010010009")
AUDITOR = Role("auditor", "陈静", "auditor")
POLICE_ADMIN = Role("admin.ga", "周涛", "administrator", POLICE)
POLICE_NODE = Role("police.node", "公安卡口节点", "police_node", POLICE)

PEOPLE = (ZHANG, LI, ZHAO, AUDITOR, POLICE_ADMIN, POLICE_NODE)
SIGNERS = (ZHANG, LI, ZHAO)
