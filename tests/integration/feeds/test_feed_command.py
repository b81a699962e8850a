"""`gridwitness feed` against a real door: registered, changed, given credentials, its letters settled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from gridwitness.feeds import Letter, Message, registered_feed
from gridwitness_cli.decoders import all_decoders
from gridwitness_cli.feed import app
from support.platform import CITY, Officer, RunningPlatform
from support.submit_door import served
from typer.testing import CliRunner

PASSPHRASE = "an officer's passphrase"


@dataclass
class Desk:
    """Where an officer who is an administrator too works."""

    folder: Path
    url: str

    def run(self, command: str, *arguments: str) -> Result:
        online = ["--url", self.url, "--token-file", str(self.folder / "token")]
        environment = {"GRIDWITNESS_PASSPHRASE": PASSPHRASE}
        return CliRunner().invoke(app, [*command.split(), *arguments, *online], env=environment)

    def ok(self, command: str, *arguments: str) -> str:
        result = self.run(command, *arguments)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output

    def register(self, feed: str, *more: str) -> Result:
        key = str(self.folder / "officer.key")
        return self.run("register", feed, "--key", key, "--agency", CITY, "--title", "卡口", *more)


@pytest.fixture
def desk(
    running: RunningPlatform, officer: Officer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    (tmp_path / "officer.key").write_bytes(officer.key.to_pem(PASSPHRASE.encode()))
    (tmp_path / "token").write_text(officer.token)
    monkeypatch.setattr("gridwitness_cli.feed.register_command.device_now", running.clock.now)
    with served(running.platform, all_decoders) as url:
        yield Desk(tmp_path, url)


def test_a_feed_is_registered_changed_and_given_credentials(running: RunningPlatform, desk: Desk) -> None:
    assert desk.register("cli-1", "--door", "jt808", "--assurance", "open").exit_code == 0
    changed = desk.register("cli-1", "--door", "jt808", "--datum", "GCJ02", "--closed")
    assert changed.exit_code == 0, changed.output
    with running.platform.transaction() as session:
        feed = registered_feed(session, "cli-1")
    assert (feed.datum, feed.state, feed.assurance) == ("GCJ02", "closed", "network")
    other_door = desk.register("cli-1", "--door", "file")
    assert other_door.exit_code == 1 and "feed-door" in other_door.output
    assert "cli-1" in desk.ok("list")
    (desk.folder / "password").write_text("a password of the vendor\n", encoding="utf-8")
    given = ("--username", "cli-vendor", "--password-file", str(desk.folder / "password"))
    assert running.platform.credentials.realm in desk.ok("secret account", "cli-1", *given)
    token = desk.ok("secret token", "cli-1").strip()
    desk.ok("secret certificate", "cli-1", "--fingerprint", "AB" * 32)
    desk.ok("secret key", "cli-1", "--kid", "A" * 43)
    desk.ok("secret remove", "cli-1", "--kind", "certificate", "--name", "ab" * 32)
    listed = desk.ok("secret list", "cli-1", "--json")
    assert {item["kind"] for item in json.loads(listed)["items"]} == {"digest", "token", "key"}
    assert token not in listed and "a password" not in listed


def test_letters_are_listed_replayed_and_dropped(running: RunningPlatform, desk: Desk) -> None:
    assert desk.register("cli-2", "--door", "jt808").exit_code == 0
    letters = [Letter(0, None, b"\x7e\x02\x7e", "frame-short", "2 bytes")] * 3
    with running.platform.transaction() as session:
        feed = registered_feed(session, "cli-2")
        running.platform.intake.append(session, feed, [Message(b"\x7e")], format="jt808", letters=letters)
    page = json.loads(desk.ok("letters", "cli-2", "--json"))
    assert [item["code"] for item in page["items"]] == ["frame-short"] * 3
    assert "frame-short" in desk.ok("letters", "cli-2", "--limit", "2")
    assert "replayed 0，仍待处理 still open 3" in desk.ok("replay", "cli-2")
    first, second, _ = [str(item["id"]) for item in page["items"]]
    assert "still open 1" in desk.ok("replay", "cli-2", "--letter", first)
    assert "dropped 2" in desk.ok("drop", "cli-2", "--letter", first, "--letter", second)
    refused = desk.run("drop", "cli-2", "--letter", first)
    assert refused.exit_code == 1 and "letter-settled" in refused.output
    assert len(json.loads(desk.ok("letters", "cli-2", "--json"))["items"]) == 1
