"""Which roles may ask what of the interface of grids and events: what docs/permissions.md publishes.

A test asks every row in every role, and holds that no operation of these tags is without a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gridwitness.channels.detections import REVIEWERS
from gridwitness.dispatch.article_handler import KEEPERS as ARTICLE_KEEPERS
from gridwitness.events.loop import OPENING, Loop
from gridwitness.events.loop_document import bundled_loop, read_loop
from gridwitness.events.permissions import steps_document
from gridwitness.members import ROLES
from gridwitness.members.roles import READERS
from gridwitness.performance.access import FIXERS

from gridwitness_api.routes.channels import IMPORTERS, KEEPERS
from gridwitness_api.routes.events import CONTACTS
from gridwitness_api.routes.supervision import OVERSEERS
from gridwitness_api.routing import bare_application

TAGS = ("grids", "events", "channels", "dispatch", "performance", "public", "open311")
"""Of the interface, the parts that the table is about."""
PUBLIC, TOKEN, ACCOUNT = "公开 public", "渠道令牌 a channel's token", "登录账号 any account"
STEP = "按环节 as the step's row says"
"""Instead of roles: nobody need be known; a channel's token; an account, and what it sees is its own; the
table of steps.
"""

_ADMINISTRATORS = frozenset({"administrator"})
_DISPATCHERS = frozenset({"dispatcher", "duty_chief"})
_READERS_AND_CALLERS = READERS | {"caller"}
_REPORTERS = read_loop(bundled_loop()).steps[OPENING].roles


@dataclass(frozen=True, slots=True)
class Action:
    """One operation, and who may ask it: roles held in the agency it is about, or one of the words above."""

    operation: str
    method: str
    path: str
    summary: str
    access: frozenset[str] | str


ACCESS: dict[str, frozenset[str] | str] = {
    "grids.list": READERS,
    "grids.at_point": READERS,
    "grids.features": READERS,
    "grids.show": READERS,
    "units.units": READERS,
    "units.unit": READERS,
    "units.staff": READERS,
    "units.join": _ADMINISTRATORS,
    "units.leave": _ADMINISTRATORS,
    "units.addresses": READERS,
    "units.match": READERS,
    "units.address": READERS,
    "matters.list": READERS,
    "matters.proposals": READERS,
    "matters.show": READERS,
    "matters.duty": READERS,
    "events.report": _REPORTERS,
    "events.list": _READERS_AND_CALLERS,
    "events.map": _READERS_AND_CALLERS,
    "events.statistics": _READERS_AND_CALLERS,
    "events.todo": ACCOUNT,
    "events.loop": _READERS_AND_CALLERS,
    "events.show": READERS,
    "events.history": READERS,
    "events.options": READERS,
    "events.reporter": CONTACTS,
    "events.take": STEP,
    "event_file.event_file": READERS,
    "event_beside.duplicates": READERS,
    "event_beside.emergency": READERS,
    "supervision.orders": READERS,
    "supervision.whistles": READERS,
    "supervision.notices": READERS,
    "supervision.read": OVERSEERS,
    "movements.stream": READERS,
    "performance.metrics": READERS,
    "performance.figures": READERS,
    "performance.ranking": READERS,
    "performance.events": READERS,
    "performance.report": READERS,
    "performance_snapshots.snapshots": READERS,
    "performance_snapshots.fix": FIXERS,
    "performance_snapshots.snapshot": READERS,
    "channels.list": READERS,
    "channels.show": READERS,
    "channels.register": KEEPERS,
    "channels.tokens": KEEPERS,
    "channels.new_token": KEEPERS,
    "channels.remove_token": KEEPERS,
    "channels.report": TOKEN,
    "channels.import": IMPORTERS,
    "detections.offer": TOKEN,
    "detections.list": READERS,
    "detections.show": READERS,
    "detections.confirm": REVIEWERS,
    "detections.dismiss": REVIEWERS,
    "webhooks.list": _ADMINISTRATORS,
    "webhooks.add": _ADMINISTRATORS,
    "webhooks.show": _ADMINISTRATORS,
    "webhooks.close": _ADMINISTRATORS,
    "webhooks.open": _ADMINISTRATORS,
    "webhooks.secret": _ADMINISTRATORS,
    "webhooks.deliveries": _ADMINISTRATORS,
    "webhooks.again": _ADMINISTRATORS,
    "upstreams.list": _ADMINISTRATORS,
    "upstreams.add": _ADMINISTRATORS,
    "upstreams.show": _ADMINISTRATORS,
    "upstreams.close": _ADMINISTRATORS,
    "upstreams.open": _ADMINISTRATORS,
    "upstreams.deliveries": _ADMINISTRATORS,
    "public.matters": PUBLIC,
    "public.report": PUBLIC,
    "public.show": PUBLIC,
    "public.act": PUBLIC,
    "open311.services": PUBLIC,
    "open311.definition": PUBLIC,
    "open311.submit": PUBLIC,
    "open311.requests": PUBLIC,
    "open311.request": PUBLIC,
    "open311.token": PUBLIC,
    "dispatch.suggest": _DISPATCHERS,
    "dispatch.attend": _DISPATCHERS,
    "dispatch.known": _DISPATCHERS,
    "dispatch.models": READERS,
    "dispatch.activate": _ADMINISTRATORS,
    "dispatch.retire": _ADMINISTRATORS,
    "articles.list": READERS,
    "articles.publish": ARTICLE_KEEPERS,
    "articles.show": READERS,
}
"""By operation. Beyond the role, what is shown keeps to the scope it is held for where the page says so."""

_OWN = "及上报本人 and who reported it"
NOTES = {
    "supervision.read": "及该单位人员 and who works for the unit",
    "events.show": _OWN,
    "events.history": _OWN,
    "events.options": _OWN,
}
"""What a cell says beside the roles."""


def actions() -> list[Action]:
    """Every operation of the tags, in the order of the interface. Raises KeyError where one has no row."""
    found = []
    for path, methods in bare_application().openapi()["paths"].items():
        for method, operation in methods.items():
            if not set(operation.get("tags", ())) & set(TAGS):
                continue
            name = operation["operationId"]
            found.append(Action(name, method.upper(), path, operation["summary"], ACCESS[name]))
    return found


def permissions_document(loop: Loop) -> str:
    """docs/permissions.md: steps of events, scopes, and the interface."""
    return "\n".join([*_opening(), "", steps_document(loop), "", *_actions(), ""])


def _opening() -> Iterator[str]:
    yield "# 权限 Permissions"
    yield ""
    yield "本页由 `gridwitness permissions` 生成,测试逐格核对。"
    yield ""
    yield (
        "Generated by `gridwitness permissions` from the loop of the release and the interface; a test reads "
        "this page and asks the platform for every cell. A role is held in an agency, for a grid and what "
        "lies below it (its scope), or for the whole agency."
    )


def _actions() -> Iterator[str]:
    yield "## 接口 Interface"
    yield ""
    yield "Signed records come in by `POST /api/v1/records`: there counts who signed, as in the tables above."
    yield ""
    yield f"查阅人员 readers: {' '.join(f'`{role}`' for role in ROLES if role in READERS)}."
    yield ""
    yield "| 操作 operation | 地址 address | 角色 roles |"
    yield "|---|---|---|"
    for action in actions():
        named = f"{action.summary} `{action.operation}`"
        note = f" ({NOTES[action.operation]})" if action.operation in NOTES else ""
        yield f"| {named} | `{action.method} {action.path}` | {_access(action)}{note} |"


def _access(action: Action) -> str:
    if isinstance(action.access, str):
        return action.access
    if action.access in (READERS, _READERS_AND_CALLERS):
        return "查阅人员 readers" + (" `caller`" if action.access != READERS else "")
    return " ".join(f"`{role}`" for role in ROLES if role in action.access)
