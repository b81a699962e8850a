"""Rows taken over as events: again they change nothing, and a bad one harms no good one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.channel_door import ChannelDoor
from support.event_desk import MATTER

ROWS: list[dict[str, Any]] = [
    {"key": "1", "description": "垃圾", "matter": MATTER, "latitude": "30.295", "longitude": "120.155"},
    {"key": "2", "description": "井盖", "category": "component", "occurred_at": "2026-05-10T08:00:00+08:00"},
    {"key": "3", "description": "坏行", "latitude": "north"},
    {"key": "1", "description": "垃圾", "matter": MATTER, "latitude": "30.295", "longitude": "120.155"},
    {"key": "1", "description": "另一件"},
    {"key": "4", "description": "未知事项", "matter": "0999"},
    {"key": "5", "description": "网格外", "latitude": "1", "longitude": "1"},
]


@pytest.fixture(scope="module", autouse=True)
def channel(door: ChannelDoor) -> None:
    door.channel("old", "import")


def take(door: ChannelDoor, content: bytes, by: str | None = "acceptor", **headers: str) -> Any:
    headers = {"Content-Type": "application/x-ndjson", **headers}
    return door.post("/api/v1/channels/old/import", by, content=content, headers=headers)


def ndjson(rows: list[dict[str, Any]]) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in rows)


def test_rows_become_events_once(door: ChannelDoor) -> None:
    first = take(door, ndjson(ROWS))
    assert first.status_code == 200, first.text
    told = first.json()
    assert (told["taken"], told["known"], told["refused"]) == (3, 1, 3)
    assert [(row["row"], row["code"]) for row in told["rows"]] == [
        (3, "row"),
        (4, None),
        (5, "event-known"),
        (6, "matter-unknown"),
    ]
    again = take(door, ndjson(ROWS)).json()
    assert (again["taken"], again["known"], again["refused"]) == (0, 4, 3)
    with door.desk.running.platform.transaction() as session:
        page = door.desk.running.platform.events.history(session, _sub(door, session, "2"))
    assert (page.event.category, page.event.reported_at.isoformat()) == (
        "component",
        "2026-05-10T00:00:00+00:00",
    )


def test_a_csv_says_the_same(door: ChannelDoor) -> None:
    content = '\ufeffkey,description,latitude,longitude\r\nc-1,"暴露, 垃圾",30.295,120.155\r\n'
    told = take(door, content.encode(), **{"Content-Type": "text/csv; charset=utf-8"})
    assert (told.status_code, told.json()["taken"]) == (200, 1), told.text


@pytest.mark.parametrize(
    ("content", "by", "kind", "status", "code"),
    [
        (b"[]", "acceptor", "application/x-ndjson", 422, "ndjson"),
        (b"a,b\n1\n", "acceptor", "text/csv", 422, "csv"),
        (b"\xff\xfe", "acceptor", "text/csv", 422, "csv"),
        (b"{}", "acceptor", "application/json", 415, "content-type-unsupported"),
        (b"{}", "handler", "application/x-ndjson", 403, "role-missing"),
        (b"{}", None, "application/x-ndjson", 401, "token-missing"),
        (b"{}\n" * 2001, "acceptor", "application/x-ndjson", 422, "rows-too-many"),
    ],
)
def test_what_is_no_import_is_refused(
    door: ChannelDoor, content: bytes, by: str | None, kind: str, status: int, code: str
) -> None:
    answer = take(door, content, by, **{"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def _sub(door: ChannelDoor, session: Any, key: str) -> str:
    from gridwitness.events.models import EventRow
    from sqlalchemy import select

    query = select(EventRow.sub).where(EventRow.channel == "old", EventRow.channel_key == key)
    return str(session.scalars(query).one())
