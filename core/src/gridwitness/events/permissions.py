"""Who may take which step of the loop, as two tables: step × role, and scope × relation to the event.

A step is allowed to who holds one of its roles and stands to the event in a relation of its scope. The tables
are published as docs/permissions.md; a test holds the engine to them, cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterator

from gridwitness.events.judging import CALLER
from gridwitness.events.loop import Loop, Step
from gridwitness.members import ROLES

RELATIONS = {
    "agency": ("在本机关任此职", "holds the role for the whole agency"),
    "grid": ("在事件所在网格任此职", "holds it for the event's grid"),
    "above": ("在上级网格任此职", "holds it for a grid above"),
    "beside": ("在其他网格任此职", "holds it for another grid"),
    "elsewhere": ("在其他机关任此职", "holds it in another agency"),
    "unit": ("属承办单位", "works for the event's unit"),
    "superior": ("属承办单位的上级", "works for a unit above that"),
    "subordinate": ("属承办单位的下级", "works for a unit below that"),
    "helper": ("属协办单位", "works for a unit that helps"),
    "former": ("属曾承办的单位", "works for a unit that was the event's before"),
    "ordered": ("属被督办单位", "works for the unit under that order"),
    "called": ("属被呼叫单位", "works for a unit called by that whistle"),
    "stranger": ("属其他单位", "works for another unit"),
}
"""How an account stands to an event. From `unit` on it holds the role for another grid of the agency: what it
may do comes from the unit alone.
"""

_GRID = frozenset({"agency", "grid", "above"})
_UNIT = frozenset({"unit", "superior"})
SCOPES: dict[str, tuple[str, str, frozenset[str]]] = {
    "grid": ("网格", "grid", _GRID),
    "unit": ("单位", "unit", _UNIT),
    "either": ("网格或单位", "either", _GRID | _UNIT),
    "helper": ("协办", "helper", frozenset({"helper"})),
    "ordered": ("被督办", "ordered", frozenset({"ordered"})),
    "called": ("被呼叫", "called", frozenset({"called"})),
    "any_unit": ("参与单位", "any-unit", _UNIT | {"helper", "former"}),
    "any": ("任一", "any", _GRID | _UNIT | {"helper", "former", "ordered", "called"}),
}
"""Scope of a step → 中文, English, and the relations that it allows."""


def scope_of(step: Step, role: str) -> str | None:
    """The scope in which a role takes the step; None: it never does."""
    return step.scope if role in step.roles else None


def roles_of(loop: Loop) -> list[str]:
    """Roles that take part in the loop, in the order of the closed list."""
    taking = {role for step in loop.steps.values() for role in step.roles}
    return [role for role in ROLES if role in taking]


def steps_document(loop: Loop) -> str:
    """Both tables in Markdown."""
    return "\n".join([*_steps(loop), "", *_scopes(), "", *_roles(loop)])


def _steps(loop: Loop) -> Iterator[str]:
    roles = roles_of(loop)
    yield "## 环节 Steps"
    yield ""
    yield (
        "A cell names the scope in which the role takes the step; an empty one: never. 平台 ✓: also the "
        "platform itself, without an account. 审批 ✓: answers an ask, and never one's own."
    )
    yield ""
    yield _row("环节 step", *(f"{ROLES[role]} {role}" for role in roles), "平台 platform", "审批 decides")
    yield "|---" * (len(roles) + 3) + "|"
    for step in loop.steps.values():
        cells = (_cell(step, role) for role in roles)
        yield _row(
            f"{step.zh} `{step.name}`",
            *cells,
            "✓" if step.machine else "",
            "" if step.decides is None else "✓",
        )


def _cell(step: Step, role: str) -> str:
    scope = scope_of(step, role)
    if scope is None:
        return ""
    return SCOPES[scope][1] + ("*" if role == CALLER else "")


def _scopes() -> Iterator[str]:
    yield "## 职责范围 Scopes"
    yield ""
    yield (
        f"`*` `{CALLER}` 群众: only for what the account itself reported. From “{RELATIONS['unit'][1]}” on "
        "the account holds the role for another grid only: what it may do comes from its unit."
    )
    yield ""
    yield _row("与事件的关系 relation", *(f"{zh} {en}" for zh, en, _ in SCOPES.values()))
    yield "|---" * (len(SCOPES) + 1) + "|"
    for relation, (zh, en) in RELATIONS.items():
        yield _row(
            f"{zh} {en} `{relation}`", *("✓" if relation in at else "" for _, _, at in SCOPES.values())
        )


def _roles(loop: Loop) -> Iterator[str]:
    others = [f"{zh} `{role}`" for role, zh in ROLES.items() if role not in roles_of(loop)]
    yield f"Roles that take no step 不参与事件环节的角色: {' · '.join(others)}."


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
