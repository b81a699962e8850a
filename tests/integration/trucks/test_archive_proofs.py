"""One archived row is proved without the others, every change is found and located, and what is removed on
record is missed by nobody.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from gridwitness.errors import Conflict, Forbidden, NotFound
from gridwitness.feeds import Feed
from gridwitness.guard import GUARD_TRIGGERS
from gridwitness.provision import write_trust
from gridwitness.trucks.archive import removal
from gridwitness.trucks.archive.expiry import NewExpiry
from gridwitness.trucks.archive.proof import prove_row
from gridwitness.trucks.models_archive import ExpiryRow
from psycopg import sql
from support.case_story import BEGIN, Cast, hire
from support.feeds import install_feed
from support.platform import Report, RunningPlatform, run_verifier, running_platform
from support.sightings import archive, put_passages, put_positions

TABLES = [sql.Identifier(name) for name in ("passage", "part")]
NOON = BEGIN.replace(hour=4, minute=0, second=0) - timedelta(days=2)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform(begin=BEGIN, sighting_retention_days=10) as platform:
        yield platform


@pytest.fixture(scope="module")
def cast(running: RunningPlatform) -> Cast:
    return hire(running)


@pytest.fixture(scope="module")
def feed(running: RunningPlatform, cast: Cast) -> Feed:
    """With an archived day of 70 passages in two parts, 30 positions, and 3 passages of today."""
    feed = install_feed(running, cast.first, "kk-1")
    put_passages(running, feed, 4, NOON, 50)
    put_positions(running, feed, 2, NOON, 30)
    archive(running, feed)
    put_passages(running, feed, 7, NOON + timedelta(seconds=5), 20)
    put_passages(running, feed, 9, BEGIN, 3)
    archive(running, feed)
    running.drain()
    write_trust(running.platform)
    return feed


def prove(running: RunningPlatform, feed: Feed, serial: int, item: int, content: str = "passages") -> Any:
    platform = running.platform
    with platform.transaction() as session:
        return prove_row(session, platform.bundles, platform.archive.folder, feed.name, serial, item, content)


def checked(running: RunningPlatform, proof: Any) -> Report:
    path = running.home / "proof.json"
    path.write_text(json.dumps(proof, ensure_ascii=False))
    return run_verifier("bundle", str(path), "--trust", str(running.trust_file))


def test_one_row_is_proved_without_the_others(running: RunningPlatform, feed: Feed) -> None:
    for place in ((4, 0, "passages"), (4, 49, "passages"), (7, 3, "passages"), (2, 29, "positions")):
        proof = prove(running, feed, *place)
        report = checked(running, proof)
        assert (report.exit_code, report.check("row")["result"]) == (0, "proved")
    assert proof["row"]["plate"] == "浙A12345" and proof["row"]["backfill"] == "true"
    with pytest.raises(NotFound, match="kk-1:9:0"):  # of a day that has not ended
        prove(running, feed, 9, 0)


def test_every_member_of_a_proof_counts(running: RunningPlatform, feed: Feed) -> None:
    proof = prove(running, feed, 4, 17)
    other = prove(running, feed, 7, 1)
    changes: list[tuple[str, Callable[[Any], Any]]] = [
        ("row-path", lambda p: p["row"].update(plate="浙A99999")),
        ("row-path", lambda p: p["row"].pop("device")),
        ("row-path", lambda p: p["row"].update(brand="x")),
        ("row-form", lambda p: p["row"].update(lane=True)),
        ("row-form", lambda p: p["row"].pop("item")),
        ("row-path", lambda p: p.update(salt=other["salt"])),
        ("row-salt", lambda p: p.update(salt="AAAA")),
        ("base64url", lambda p: p.update(salt="*" * 22)),
        ("row-path", lambda p: p.update(index=18)),
        ("row-path", lambda p: p.update(index=-1)),
        ("row-size", lambda p: p.update(size=51)),
        ("row-path", lambda p: p["path"].reverse()),
        ("row-path", lambda p: p["path"].pop()),
        ("base64url", lambda p: p["path"].__setitem__(0, "?")),
        ("row-size", lambda p: p.update(record=other["record"])),
    ]
    for code, change in changes:
        forged = copy.deepcopy(proof)
        change(forged)
        report = checked(running, forged)
        (place,) = report.check("row")["locations"]
        assert (report.exit_code, place["code"]) == (1, code)
    for member in ("row", "salt", "index", "size", "path", "record"):
        for value in (None, 1.5, [[]], "x" if member != "salt" else 7):
            with pytest.raises(AssertionError, match=r"exit 2: gridwitness-verify: (passage|bundle|json)-"):
                checked(running, {**proof, member: value})


@pytest.fixture
def owner(running: RunningPlatform, feed: Feed) -> Iterator[psycopg.Connection]:
    """The owner of the database, whose changes of sightings are taken back at the end."""
    with psycopg.connect(running.urls.owner, autocommit=True) as connection:
        for table in TABLES:
            connection.execute(sql.SQL("CREATE TABLE public.{0} AS TABLE trucks.{0}").format(table))
        connection.execute("ALTER TABLE trucks.part DISABLE TRIGGER ALL")
        yield connection
        for table in TABLES:
            connection.execute(sql.SQL("DELETE FROM trucks.{}").format(table))
            connection.execute(sql.SQL("INSERT INTO trucks.{0} SELECT * FROM public.{0}").format(table))
            connection.execute(sql.SQL("DROP TABLE public.{}").format(table))
        for trigger in GUARD_TRIGGERS:
            enable = sql.SQL("ALTER TABLE trucks.part ENABLE ALWAYS TRIGGER {}")
            connection.execute(enable.format(sql.Identifier(trigger)))


def found(running: RunningPlatform) -> list[tuple[str, str]]:
    """Code and place of what the audit says of the archive."""
    check = running.audit().check("archives")
    return [(place["code"], place.get("file") or place["key"]) for place in check["locations"]]


def key(serial: int, item: int) -> str:
    return json.dumps({"feed": "kk-1", "item": str(item), "serial": str(serial)}, separators=(",", ":"))


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ("UPDATE trucks.passage SET plate = '浙A99999' WHERE item = 7 AND serial = 4",
         [("row-altered", key(4, 7))]),
        ("UPDATE trucks.passage SET brand = NULL WHERE item = 7 AND serial = 7",
         [("row-altered", key(7, 7))]),
        ("DELETE FROM trucks.passage WHERE item = 7 AND serial = 4", [("row-destroyed", key(4, 7))]),
        ("INSERT INTO trucks.passage SELECT feed, serial, 900, captured_at, received_at, device, checkpoint "
         "FROM trucks.passage WHERE serial = 4 AND item = 7",
         [("row-added", key(4, 900))]),
        ("UPDATE trucks.passage AS a SET captured_at = b.captured_at, plate = b.plate "
         "FROM trucks.passage AS b "
         "WHERE a.serial = 4 AND b.serial = 4 AND a.item + b.item = 5 AND a.item IN (2, 3)",
         [("row-altered", key(4, 2)), ("row-altered", key(4, 3))]),
    ],
)  # fmt: skip
def test_changed_rows_are_located(
    running: RunningPlatform, owner: psycopg.Connection, change: str, places: list[tuple[str, str]]
) -> None:
    assert running.audit().check("archives")["result"] == "proved"
    owner.execute(change.encode())
    assert found(running) == places


def test_changed_files_and_parts_are_located(running: RunningPlatform, owner: psycopg.Connection) -> None:
    folder = running.platform.settings.archive_dir
    day = folder / "kk-1" / NOON.date().isoformat()
    name = f"kk-1/{day.name}/passages-0"
    shutil.copytree(folder, running.home / "kept")
    part = json.dumps(
        {"content": "passages", "day": day.name, "feed": "kk-1", "part": "0"}, separators=(",", ":")
    )

    def flip(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    changes: list[tuple[str, str, Callable[[], Any]]] = [
        ("archive-altered", f"{name}.parquet", lambda: flip(day / "passages-0.parquet")),
        ("leaves-altered", f"{name}.leaves", lambda: flip(day / "passages-0.leaves")),
        ("archive-destroyed", f"{name}.parquet", (day / "passages-0.parquet").unlink),
        ("leaves-destroyed", f"{name}.leaves", (day / "passages-0.leaves").unlink),
    ]
    for code, place, change in changes:
        change()
        assert found(running) == [(code, place)]
        shutil.rmtree(folder)
        shutil.copytree(running.home / "kept", folder)
    owner.execute("UPDATE trucks.part SET key = NULL WHERE content = 'passages' AND part = 0")
    assert found(running) == [("part-key-destroyed", part)]
    owner.execute("DELETE FROM trucks.part WHERE content = 'passages' AND part = 0")
    report = running.audit()
    assert {place["code"] for place in report.check("archives")["locations"]} == {"archive-without-row"}
    assert report.check("rows")["result"] == "failed"


def test_what_is_removed_on_record_is_missed_by_nobody(
    running: RunningPlatform, feed: Feed, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, until = running.platform, NOON.replace(hour=16)  # midnight in Shanghai
    accounts = UUID(cast.first.account), UUID(cast.second.account)
    asked = NewExpiry("kk-1", "passages", until, "保存期限届满")

    def request() -> UUID:
        with platform.transaction() as session:
            return platform.expiries.request(session, asked, accounts[0]).id

    with pytest.raises(Forbidden, match="must be kept"):
        request()
    running.advance(12 * 86400)
    running.drain()
    identifier = request()
    with pytest.raises(Forbidden, match="another person"), platform.transaction() as session:
        platform.expiries.approve(session, identifier, accounts[0])
    with platform.transaction() as session:
        platform.expiries.approve(session, identifier, accounts[1])
    with pytest.raises(Conflict), platform.transaction() as session:
        platform.expiries.approve(session, identifier, accounts[1])
    assert removal.remove_ready(platform.transaction, platform.expiries, platform.archive.folder) == 0

    dying = removal._remove_rows
    calls: list[int] = []

    def die(session: Any, row: ExpiryRow) -> bool:
        if calls:
            raise ConnectionError("the database went away")
        calls.append(1)
        return dying(session, row)

    with monkeypatch.context() as patch:
        patch.setattr(removal, "STEP_ROWS", 30)
        patch.setattr(removal, "_remove_rows", die)
        with pytest.raises(ConnectionError):
            running.drain()
    running.drain()
    with platform.transaction() as session:
        assert session.get_one(ExpiryRow, identifier).state == "done"
    day = platform.settings.archive_dir / "kk-1" / NOON.date().isoformat()
    assert sorted(path.name for path in day.iterdir()) == ["positions-0.leaves", "positions-0.parquet"]
    with psycopg.connect(running.urls.owner) as owner:
        rows = owner.execute("SELECT serial, count(*) FROM trucks.passage GROUP BY 1").fetchall()
        keys = owner.execute("SELECT content, count(key) FROM trucks.part GROUP BY 1 ORDER BY 1").fetchall()
    assert rows == [(9, 3)] and keys == [("passages", 0), ("positions", 1)]
    running.audit().require_proved()
    with pytest.raises(NotFound):
        prove(running, feed, 4, 0)
