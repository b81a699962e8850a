"""docs/permissions.md, the interface: every operation in every role, allowed exactly where the page says.

Requests are made of the examples in our own description; what they name is really there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from gridwitness.events import Report
from gridwitness.events.loop_document import bundled_loop, read_loop
from gridwitness.grids.example import SOUTH, WEST, register_example
from gridwitness.members import ROLES
from gridwitness.records import rfc3339
from gridwitness_api import openapi_document
from gridwitness_api.permissions import ACCOUNT, PUBLIC, STEP, TOKEN, permissions_document
from support.case_door import CaseDoor
from support.grid_registers import SINCE
from support.platform import CITY, PASSWORD, POLICE

READERS = "查阅人员 readers"
PAGE = Path(__file__).parents[3] / "docs" / "permissions.md"
ENDLESS = {"movements.stream"}
"""Answers go on for ever: only refusals are asked for."""
ELSEWHERE = {"dispatch.activate", "dispatch.retire"}
"""Need a trained model: the tests of dispatch ask them."""
TAKEN = read_loop(bundled_loop()).steps["accept"]
"""The step that is asked for: its row in the page is held to the loop beside the page's own test."""
HIDDEN = {"event-unknown"}
"""Codes of 404 by which an operation refuses: who may not read an event is not told that it is there."""


OF_AGENCY = ("event", "detection")
"""Parts of a request that belong to the city: who holds the role elsewhere is refused."""


@dataclass(frozen=True)
class Asked:
    """One operation as it is sent; `access`: the page's last cell; `of_agency`: it is the city's alone."""

    operation: str
    method: str
    path: str
    query: dict[str, Any]
    content: bytes | None
    media_type: str
    access: str
    of_agency: bool

    @property
    def allows_readers(self) -> bool:
        """Whether everybody may who reads the agency."""
        return self.access.startswith(READERS)

    def allows(self, role: str, readers: frozenset[str]) -> bool:
        if self.access == ACCOUNT:
            return True
        if self.access == STEP:
            return role in TAKEN.roles
        if self.allows_readers and role in readers:
            return True
        return role in {word.strip("`") for word in self.access.split()}

    def send(self, door: CaseDoor, token: str | None) -> tuple[int, str]:
        """Status and code of the answer."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        if self.content is not None:
            headers["Content-Type"] = self.media_type
        answer = door.client.request(
            self.method, self.path, params=self.query, content=self.content, headers=headers
        )
        is_problem = answer.headers.get("content-type", "").startswith("application/problem+json")
        return answer.status_code, answer.json()["code"] if is_problem else ""


def is_refused(answer: tuple[int, str]) -> bool:
    """For want of a right; what is otherwise wrong with the request is told to those who may ask."""
    status, code = answer
    return status in (401, 403) or (status == 404 and code in HIDDEN)


def page_rows() -> tuple[dict[str, str], frozenset[str]]:
    """Operation → its last cell; and who the readers are."""
    lines = PAGE.read_text(encoding="utf-8").partition("## 接口 Interface")[2].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][
        1:
    ]
    readers = next(line for line in lines if line.startswith("查阅人员 readers:"))
    names = frozenset(word.strip("`.") for word in readers.partition(":")[2].split())
    return {row[0].split()[-1].strip("`"): row[2] for row in rows}, names


@dataclass(frozen=True)
class Somebody:
    """An account of the city's that holds one role at a time."""

    door: CaseDoor
    account: UUID
    token: str

    @contextmanager
    def holding(self, role: str, agency: str = CITY) -> Iterator[str]:
        """Its token, while it holds the role in the agency, and nothing else."""
        platform = self.door.running.platform
        with platform.transaction() as session:
            platform.accounts.grant(session, self.account, role, agency, None, by=None)
        try:
            yield self.token
        finally:
            with platform.transaction() as session:
                platform.accounts.withdraw(session, self.account, role, agency, None, by=None)


@pytest.fixture(scope="module")
def somebody(cases: CaseDoor) -> Somebody:
    platform = cases.running.platform
    with platform.transaction() as session:
        row = platform.accounts.create(
            session, agency=CITY, username="may", display_name=None, password=PASSWORD, roles=[], by=None
        )
        token, _ = platform.accounts.open_session(session, row.id)
        return Somebody(cases, row.id, token)


@pytest.fixture(scope="module")
def named(cases: CaseDoor) -> dict[str, str]:
    """What addresses name, by parameter: all of it is there."""
    platform, admin = cases.running.platform, cases.running.officer(roles=["administrator"])
    chief = cases.running.officer(roles=["duty_chief"])
    with platform.transaction() as session:
        register_example(session, platform.grid_registers, CITY, SINCE, matters=False)
    with platform.transaction() as session:
        report = Report("web", agency=CITY, title="井盖", lat=(SOUTH + 1) / 1e6, lon=(WEST + 1) / 1e6)
        event = platform.events.report(session, report, None)

    def made(path: str, body: Any, method: str = "POST", token: str = admin.token) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        answer = cases.client.request(method, f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    video = {"category": "video", "title": "路口视频", "settings": {"hourly": 600}, "state": "open"}
    made("/channels/eye", video, "PUT")
    gate = made("/channels/eye/tokens", example_of("NewChannelToken"))["token"]
    now = rfc3339(cases.running.clock.now())
    seen = {**example_of("DetectionClaims")["items"][0], "captured_at": now, "matter": None}
    claim = made("/channels/eye/detections", {"items": [seen]}, token=gate)["items"][0]
    article = made("/articles", example_of("NewArticle"), token=chief.token)
    return {
        "event": event.sub, "detection": claim["detection"], "article": article["article"], "channel": "eye",
    }  # fmt: skip


@pytest.fixture(scope="module")
def asked(named: dict[str, str]) -> list[Asked]:
    """Every operation of the page, with what is there in the place of examples."""
    cells, _ = page_rows()
    found = []
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            name = operation.get("operationId")
            if name in cells:
                found.append(request(name, method.upper(), path, operation, named, cells[name]))
    assert {one.operation for one in found} == cells.keys()
    return found


def request(
    name: str, method: str, path: str, operation: dict[str, Any], named: dict[str, str], cell: str
) -> Asked:
    query, of_agency = {}, False
    sub = "detection" if name.startswith("detections.") else "event"
    for parameter in operation.get("parameters", ()):
        place = sub if parameter["name"] == "sub" else parameter["name"]
        if parameter["in"] == "path":
            value = named.get(place) or str((parameter["schema"].get("examples") or [1])[0])
            path = path.replace("{" + parameter["name"] + "}", value)
            of_agency |= place in OF_AGENCY
        elif parameter["name"] == "agency":
            query["agency"], of_agency = CITY, True
        elif parameter.get("required"):
            query[parameter["name"]] = (parameter["schema"].get("examples") or ["handled"])[0]
    if name == "performance.report":
        query["format"] = "csv"
    content, media_type = None, ""
    taken = operation.get("requestBody", {}).get("content", {})
    if taken:
        media_type = next(iter(taken))
        model = taken[media_type]["schema"].get("$ref", "").rpartition("/")[2]
        content = json.dumps(_BODIES.get(name) or _localised(example_of(model))).encode()
    return Asked(name, method, path, query, content, media_type, cell, of_agency)


@cache
def description() -> Any:
    """Our own, read once."""
    return json.loads(openapi_document())


def example_of(model: str) -> dict[str, Any]:
    """The example of a schema; none: an empty object."""
    schemas = description()["components"]["schemas"]
    found: dict[str, Any] = (schemas.get(model, {}).get("examples") or [{}])[0]
    return found


def _localised(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "agency": CITY} if "agency" in body else body


_BODIES: dict[str, Any] = {
    "supervision.read": {"unit": "", "until": "2026-06-03T01:00:00Z"},
    "events.report": {"channel": "eye", "title": "井盖破损"},
    "events.take": {"step": TAKEN.name, "details": {"matter": "none"}},
}


def test_the_page_is_that_of_the_interface() -> None:
    assert PAGE.read_text(encoding="utf-8") == permissions_document(read_loop(bundled_loop())), (
        "run: gridwitness permissions --out docs/permissions.md"
    )


def test_nobody_is_let_in_without_an_account(cases: CaseDoor, asked: list[Asked]) -> None:
    wrong = [
        (one.operation, answer)
        for one in asked
        if is_refused(answer := one.send(cases, None)) == (one.access == PUBLIC)
    ]
    assert wrong == []


def ask_all(asked: list[Asked], somebody: Somebody, *, sampled: bool) -> int:
    """Ask in every role; gives how many answers were looked at. `sampled`: of the many that are alike a part,
    each operation in some roles of either kind, and each role for some operations.
    """
    _, readers = page_rows()
    wrong, counted = [], 0
    for place, role in enumerate(ROLES):
        with somebody.holding(role) as token:
            for number, one in enumerate(asked):
                allowed = one.access != TOKEN and one.allows(role, readers)
                skipped = one.access == PUBLIC or one.operation in ELSEWHERE
                if skipped or (allowed and one.operation in ENDLESS):
                    continue
                if sampled and (number + place) % (7 if allowed and one.allows_readers else 3):
                    continue
                counted += 1
                answer = one.send(somebody.door, token)
                if is_refused(answer) == allowed:
                    wrong.append((one.operation, role, allowed, answer))
    assert wrong == []
    return counted


def test_roles_may_exactly_what_the_page_says(asked: list[Asked], somebody: Somebody) -> None:
    assert ask_all(asked, somebody, sampled=True) > 200


@pytest.mark.thorough
def test_every_role_may_exactly_what_the_page_says(asked: list[Asked], somebody: Somebody) -> None:
    assert ask_all(asked, somebody, sampled=False) > 900


def test_a_role_elsewhere_is_none_here(asked: list[Asked], somebody: Somebody) -> None:
    _, readers = page_rows()
    wrong = []
    for role in ("administrator", "duty_chief"):
        with somebody.holding(role, POLICE) as token:
            for one in asked:
                if not one.of_agency or one.access in (PUBLIC, TOKEN, ACCOUNT) or one.operation in ENDLESS:
                    continue
                if one.allows(role, readers) and not is_refused(answer := one.send(somebody.door, token)):
                    wrong.append((one.operation, role, answer))
    assert wrong == []
