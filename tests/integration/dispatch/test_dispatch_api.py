"""Dispatch and the knowledge base through the HTTP door: who may ask, and what is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from gridwitness.events import EventRow
from gridwitness_api import create_app
from support.dispatch_model import hand_made
from support.event_desk import MATTER, EventDesk
from support.grid_registers import ROADS, TOWNSHIP, UNIT_GRIDS
from support.platform import CITY, PASSWORD

Ask = Callable[..., Any]
ARTICLE = {"article": "API-1", "title": "垃圾", "body": "及时清理", "matters": ["01"]}


@pytest.fixture(scope="module")
def ask(desk: EventDesk) -> Ask:
    desk.add("keeper", "administrator")
    desk.add("elsewhere", "dispatcher", UNIT_GRIDS[7])
    client = TestClient(create_app(desk.running.platform), raise_server_exceptions=False)
    tokens: dict[str, str] = {}

    def send(by: str, method: str, path: str, **options: Any) -> Any:
        if by not in tokens:
            login = client.post("/api/v1/login", json={"username": f"desk-{by}", "password": PASSWORD})
            tokens[by] = login.json()["token"]
        headers = {"Authorization": f"Bearer {tokens[by]}"}
        return client.request(method, f"/api/v1{path}", headers=headers, **options)

    return send


@pytest.fixture
def event(desk: EventDesk) -> EventRow:
    opened = desk.report(title="垃圾", description="堆放")
    return desk.go(opened.sub, ("accept", "acceptor", {"details": {"matter": MATTER}}), ("file", "chief"))


def test_a_suggestion_is_for_who_dispatches_there(ask: Ask, event: EventRow) -> None:
    found = ask("dispatcher", "GET", f"/events/{event.sub}/suggestion").json()
    assert (found["unit"], found["basis"], found["automatic"]) == (TOWNSHIP, "rule", True)
    assert found["rule"] == f"{MATTER}@1" and found["because"]["zh"] and found["because"]["en"]
    for by, status in (("elsewhere", 403), ("handler", 403), ("worker", 403), ("chief", 200)):
        assert ask(by, "GET", f"/events/{event.sub}/suggestion").status_code == status
    assert ask("dispatcher", "GET", f"/events/{'0' * 32}/suggestion").status_code == 404


def test_dispatched_once(ask: Ask, event: EventRow) -> None:
    done = ask("dispatcher", "POST", f"/events/{event.sub}/attend")
    assert done.status_code == 200 and done.json()["dispatched"], done.text
    assert not ask("dispatcher", "POST", f"/events/{event.sub}/attend").json()["dispatched"]


def test_what_is_known(ask: Ask, event: EventRow) -> None:
    made = ask("dispatcher", "POST", "/articles", json=ARTICLE)
    assert made.status_code == 201 and made.json()["version"] == 1, made.text
    known = ask("dispatcher", "GET", f"/events/{event.sub}/known").json()
    assert "API-1" in [one["article"] for one in known["articles"]]
    assert isinstance(known["similar"], list)


def test_the_knowledge_base(ask: Ask) -> None:
    number = {**ARTICLE, "article": "API-2"}
    assert ask("handler", "POST", "/articles", json=number).status_code == 403
    assert ask("chief", "POST", "/articles", json={**number, "body": "\0"}).status_code == 422
    assert ask("chief", "POST", "/articles", json=number).json()["version"] == 1
    assert ask("chief", "POST", "/articles", json={**number, "title": "新"}).json()["version"] == 2
    versions = ask("handler", "GET", "/articles/API-2").json()["items"]
    assert [(one["version"], one["title"]) for one in versions] == [(2, "新"), (1, "垃圾")]
    first = ask("handler", "GET", "/articles?matter=0102&limit=1").json()
    assert len(first["items"]) == 1 and first["next"]
    rest = ask("handler", "GET", f"/articles?matter=0102&cursor={first['next']}").json()
    assert "API-2" in [one["article"] for one in rest["items"]]
    assert ask("handler", "GET", "/articles/nothing").status_code == 404


def test_models_are_set_to_work_by_administrators(ask: Ask, desk: EventDesk) -> None:
    platform = desk.running.platform
    with platform.transaction() as session:
        data = hand_made({ROADS: "路灯", TOWNSHIP: "垃圾"})
        version = platform.dispatch_models.add(session, CITY, "api", data, by=None).version
    path = f"/dispatch/models/api/{version}"
    assert ask("dispatcher", "POST", f"{path}/activate").status_code == 403
    assert ask("keeper", "POST", f"{path}/activate").json()["state"] == "active"
    assert ask("keeper", "POST", f"{path}/activate").status_code == 409
    shown = ask("dispatcher", "GET", "/dispatch/models").json()["items"]
    assert [one["model"] for one in shown if one["state"] == "active"] == ["api"]
    assert ask("keeper", "POST", f"{path}/retire").json()["state"] == "retired"
    assert ask("keeper", "POST", "/dispatch/models/api/99/retire").status_code == 404
