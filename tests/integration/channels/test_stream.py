"""A real server: movements as they happen, and the commands for channels and targets."""

from __future__ import annotations

import asyncio
import csv
import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from gridwitness.events.movements import BEGINNING, Movement, movements_after, newest
from gridwitness_api import create_app
from gridwitness_api.movement_stream import MovementStream
from gridwitness_cli.main import build
from support.channel_door import ChannelDoor
from support.event_desk import MATTER, opening
from support.grid_registers import UNIT_GRIDS
from typer.testing import CliRunner


@pytest.fixture(scope="module")
def url(door: ChannelDoor) -> Iterator[str]:
    """The same platform behind a server of its own."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(create_app(door.desk.running.platform), port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def told(lines: Iterator[str], count: int) -> list[dict[str, Any]]:
    """So many movements of the stream, with their ids."""
    found: list[dict[str, Any]] = []
    identifier = ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "id":
            identifier = value
        elif name == "data":
            found.append(json.loads(value))
        elif line == "" and found and len(found) == count and identifier == found[-1]["id"]:
            break
    return found


def test_movements_come_as_they_happen_and_go_on_where_the_line_broke(door: ChannelDoor, url: str) -> None:
    with httpx.Client(base_url=url, headers=door.auth("chief"), timeout=20, trust_env=False) as client:
        with client.stream("GET", "/api/v1/events/stream") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.iter_lines()
            assert next(lines) == ": GridWitness"
            event = door.desk.report(description="楼上王某某天天吵")
            [report] = told(lines, 1)
        assert (report["event"], report["step"], report["grid"]) == (event.sub, "report", UNIT_GRIDS[0])
        assert "description" not in report
        door.desk.go(event.sub, *opening())
        scoped = {"scope": UNIT_GRIDS[0]}
        headers = {"Last-Event-ID": report["id"]}
        with client.stream("GET", "/api/v1/events/stream", params=scoped, headers=headers) as stream:
            assert [one["step"] for one in told(stream.iter_lines(), 3)] == ["accept", "file", "dispatch"]


@pytest.mark.parametrize(
    ("by", "query", "headers", "status", "code"),
    [
        (None, {}, {}, 401, "token-missing"),
        ("chief", {"scope": "999"}, {}, 404, "grid-unknown"),
        ("chief", {}, {"Last-Event-ID": "yesterday"}, 400, "cursor-invalid"),
    ],
)
def test_who_may_not_listen_is_told_so(
    door: ChannelDoor, by: str | None, query: dict[str, str], headers: dict[str, str], status: int, code: str
) -> None:
    headers = {**door.auth(by), **headers}
    answer = door.client.get("/api/v1/events/stream", params=query, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_worker_of_another_grid_hears_nothing(door: ChannelDoor) -> None:
    from gridwitness_api.request_platform import Caller
    from gridwitness_api.routes.movements import _sight

    door.desk.add("far", "grid_worker", UNIT_GRIDS[3])
    event = door.desk.report()
    platform = door.desk.running.platform
    with platform.transaction() as session:
        movement = next(one for one in movements_after(session, BEGINNING, 10_000) if one.event == event.sub)
    heard = {}
    for name in ("far", "worker", "chief", "checker", "handler"):
        token = door.auth(name)["Authorization"].partition(" ")[2]
        heard[name] = _sight(Caller(platform, token), None)(movement)
    # The handler holds its role for the whole agency; the checker for the street above.
    assert heard == {"far": False, "worker": True, "chief": True, "checker": True, "handler": True}


def test_nothing_behind_a_position_is_overtaken(door: ChannelDoor) -> None:
    """A transaction that began earlier and ends later is not skipped: nobody sees past it."""
    platform = door.desk.running.platform
    early = door.desk.report()
    with platform.transaction() as session:
        start = newest(session)
    with platform.sessions() as slow:
        platform.events.step(slow, early.sub, "urge", None, note="慢")
        quick = door.desk.report()
        with platform.transaction() as session:
            assert movements_after(session, start, 100) == []
            assert newest(session).accepted_in <= start.accepted_in + 1
        slow.commit()
    with platform.transaction() as session:
        found = [movement.event for movement in movements_after(session, start, 100)]
    assert found == [early.sub, quick.sub]


def test_followers_share_one_question_and_miss_nothing(door: ChannelDoor) -> None:
    platform = door.desk.running.platform
    with platform.transaction() as session:
        start = newest(session)
    first = door.desk.report()

    async def follow(stream: MovementStream, after: Any, count: int) -> list[str]:
        heard: list[str] = []

        def sees(_: Movement) -> bool:
            return True

        follower = stream.follow(after, sees)
        async for movement in follower:
            if movement is not None:
                heard.append(f"{movement.event}/{movement.step}")
            if len(heard) == count:
                break
        await follower.aclose()
        return heard

    async def both() -> tuple[list[str], list[str]]:
        stream = MovementStream(platform, interval=0.05)
        behind = asyncio.create_task(follow(stream, start, 4))
        present = asyncio.create_task(follow(stream, None, 3))
        while len(stream._followers) < 2:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(door.desk.go, first.sub, *opening())
        heard = await asyncio.wait_for(asyncio.gather(behind, present), 20)
        assert not stream._followers and stream._asking is None
        return heard[0], heard[1]

    behind, present = asyncio.run(both())
    assert behind == [f"{first.sub}/{step}" for step in ("report", "accept", "file", "dispatch")]
    assert present == behind[1:]


def run(url: str, folder: Path, token: str, *arguments: str) -> Any:
    """One command under a token."""
    token_file = folder / "token"
    token_file.write_text(token)
    full = [*arguments, "--url", url, "--token-file", str(token_file)]
    return CliRunner().invoke(build(full), full)


def test_the_commands_of_channels_and_targets(door: ChannelDoor, url: str, tmp_path: Path) -> None:
    token = door.auth("admin")["Authorization"].partition(" ")[2]

    def admin(*arguments: str) -> str:
        done = run(url, tmp_path, token, *arguments)
        assert done.exit_code == 0, done.output
        return str(done.output)

    assert "open" in admin("channel", "register", "cli", "--category", "hotline", "--title", "热线")
    made = admin("channel", "token", "new", "cli", "--title", "话务台").strip()
    assert made.startswith("gwc_")
    listed = json.loads(admin("channel", "token", "list", "cli", "--json"))["items"]
    assert [item["title"] for item in listed] == ["话务台"] and made not in str(listed)
    admin("channel", "token", "remove", "cli", "--digest", listed[0]["digest"])
    assert "cli" in admin("channel", "list")
    hook = admin("webhook", "add", "--agency", "330100CG", "--to", "https://hook.test/cli").split()
    assert hook[1].startswith("gws_")
    assert hook[0] in admin("webhook", "list", "--json")
    assert admin("webhook", "close", hook[0]).strip() == "closed"
    assert json.loads(admin("webhook", "deliveries", hook[0], "--json"))["items"] == []
    upper = ("--agency", "330100CG", "--to", "https://up.test/", "--title", "市级")
    assert "gws_" in admin("webhook", "upstream", "add", "cli-up", *upper)
    assert admin("webhook", "upstream", "close", "cli-up").strip() == "closed"
    refused = run(url, tmp_path, token, "channel", "token", "new", "none", "--title", "x")
    assert (refused.exit_code, "channel-unknown" in refused.output) == (1, True)


def test_a_file_is_imported_by_its_own_columns(door: ChannelDoor, url: str, tmp_path: Path) -> None:
    door.channel("file", "import")
    file = tmp_path / "rows.csv"
    rows: Sequence[Sequence[str]] = [
        ("id", "text", "type", "x"),
        ("f-1", "垃圾", MATTER, "-"),
        ("f-2", "未知", "0999", "-"),
    ]
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(rows)
    token = door.auth("acceptor")["Authorization"].partition(" ")[2]
    maps = [part for name in ("key=id", "description=text", "matter=type") for part in ("--map", name)]
    done = run(url, tmp_path, token, "event", "import", str(file), "--channel", "file", "--json", *maps)
    assert done.exit_code == 1, done.output
    summary = json.loads(done.stdout)
    assert (summary["taken"], summary["refused"]) == (1, 1)
    assert [(row["row"], row["code"]) for row in summary["rows"]] == [(2, "matter-unknown")]
