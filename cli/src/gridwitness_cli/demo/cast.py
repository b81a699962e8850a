"""Who plays: two agencies, their people, and when the story begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

CITY = "330100CG"
CITY_NAME = "示范市城市管理局"
POLICE = "330100GA"
POLICE_NAME = "示范市公安局"

BEGINNING = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
"""Monday 2 March 2026, 08:30 in Shanghai: Qingming and Labour Day lie ahead."""


@dataclass(frozen=True, slots=True)
class Role:
    """One person: account, roles, and what they hold.

    `card`: number of the enforcement certificate (执法证号), which is the qualification; `legal`: that of the
    legal one; `signs`: has a device with a key.
    """

    username: str
    name: str
    roles: tuple[str, ...]
    agency: str = CITY
    card: str | None = None
    legal: str | None = None
    signs: bool = True


ZHANG = Role("zhang.wei", "张伟", ("officer",), card="33010010023")
LI = Role("li.na", "李娜", ("officer", "hearing_chair"), card="33010010047")
WANG = Role("wang.qiang", "王强", ("officer",), card="33010010052")
TRAINEE = Role("sun.lei", "孙磊", ("officer",))
"""New in the squad: an officer's account, but no enforcement certificate yet."""
HEAD = Role("zhou.jian", "周建", ("agency_head",), card="33010010001")
REVIEWER = Role("zhao.min", "赵敏", ("legal_reviewer",), card="33010010009", legal="A20143301000917")
CHAIR = Role("he.ping", "何平", ("hearing_chair",), card="33010010011")
AUDITOR = Role("auditor", "陈静", ("auditor",))
STEWARD = Role("yun.zhang", "云帆", ("data_steward",), signs=False)
"""Reads the data, and writes nothing."""
POLICE_ADMIN = Role("admin.ga", "周涛", ("administrator",), POLICE, signs=False)
POLICE_NODE = Role("police.node", "公安卡口节点", ("police_node",), POLICE, signs=False)

PEOPLE = (
    ZHANG, LI, WANG, TRAINEE, HEAD, REVIEWER, CHAIR, AUDITOR, STEWARD, POLICE_ADMIN, POLICE_NODE,
)  # fmt: skip
SIGNERS = tuple(role for role in PEOPLE if role.signs)
