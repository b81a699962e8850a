"""The embedded PostgreSQL: starting, dying, being found again, and what each role may do."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from gridwitness.database import create_engine_for
from gridwitness.errors import Misconfigured, Unavailable
from gridwitness.postgres import DatabaseUrls, EmbeddedPostgres, ensure_roles
from gridwitness.postgres.account import ServerAccount, require_reachable
from gridwitness.postgres.postmaster import Postmaster
from psycopg import errors
from sqlalchemy import text
from support.postgres import database_server, new_home


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty home; whatever runs in it at the end is stopped."""
    home = new_home()
    yield home
    EmbeddedPostgres(home).stop()
    shutil.rmtree(home)


def ask(url: str, query: str) -> object:
    """The one value that `query` gives."""
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def process_id(postgres: EmbeddedPostgres) -> int:
    """The running server's."""
    pid = postgres.status().pid
    assert pid is not None
    return pid


def test_start_stop_and_start_again(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    assert postgres.status().state == "absent"
    with pytest.raises(Unavailable, match="no database"):
        _ = postgres.urls
    assert postgres.start() is True
    assert postgres.status().state == "running"
    assert postgres.start() is False
    urls = postgres.urls
    settings = {name: ask(urls.owner, f"SHOW {name}") for name in ("fsync", "data_checksums", "timezone")}
    assert settings == {"fsync": "on", "data_checksums": "on", "timezone": "UTC"}
    assert ask(urls.owner, "SHOW server_encoding") == "UTF8"
    assert postgres.stop() is True
    assert postgres.status().state == "stopped"
    assert postgres.stop() is False
    began = time.monotonic()
    assert postgres.start() is True
    assert time.monotonic() - began < 5
    assert postgres.urls == urls


def test_running_stops_only_what_it_started(home: Path) -> None:
    with EmbeddedPostgres(home).running():
        with EmbeddedPostgres(home).running() as urls:
            assert ask(urls.app, "SELECT 1") == 1
        assert EmbeddedPostgres(home).status().state == "running"
    assert EmbeddedPostgres(home).status().state == "stopped"


def test_a_killed_server_recovers_what_was_committed(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    postgres.start()
    with psycopg.connect(postgres.urls.owner) as owner:
        owner.execute("CREATE SCHEMA kept CREATE TABLE t (a int)")
        owner.execute("INSERT INTO kept.t SELECT generate_series(1, 1000)")
    with psycopg.connect(postgres.urls.owner) as session:  # a session that outlives its server for a moment
        os.kill(process_id(postgres), signal.SIGKILL)
        again = EmbeddedPostgres(home)
        assert again.start() is True
        assert session.pgconn.socket >= 0
    assert ask(again.urls.app, "SELECT count(*) FROM kept.t") == 1000
    assert b"not properly shut down" in (home / "postgres" / "postgres.log").read_bytes()


def test_an_orphan_is_adopted(home: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from gridwitness.postgres import EmbeddedPostgres;"
        "EmbeddedPostgres(Path(sys.argv[1])).start(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    outcome = subprocess.run([sys.executable, "-c", program, str(home)], check=False)
    assert outcome.returncode == -signal.SIGKILL
    postgres = EmbeddedPostgres(home)
    orphan = process_id(postgres)
    assert postgres.start() is False
    assert process_id(postgres) == orphan
    assert ask(postgres.urls.auditor, "SELECT 1") == 1
    assert postgres.stop() is True


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    postgres.start()
    assert os.getsid(process_id(postgres)) != os.getsid(0)


def test_a_stale_file_with_a_living_pid_is_no_server(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    postgres.start()
    file = home / "postgres" / "data" / "postmaster.pid"
    content = file.read_text().splitlines()
    postgres.stop()
    file.write_text("\n".join([str(os.getpid()), *content[1:]]) + "\n")
    assert Postmaster.living(file.parent) is None
    assert postgres.start() is True


def test_two_starters_at_once_start_one_server(home: Path) -> None:
    outcomes: list[bool] = []
    starters = [
        threading.Thread(target=lambda: outcomes.append(EmbeddedPostgres(home).start())) for _ in range(4)
    ]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert sorted(outcomes) == [False, False, False, True]


def test_two_homes_side_by_side(home: Path) -> None:
    other = database_server().postgres
    with EmbeddedPostgres(home).running() as urls:
        assert urls.owner != other.urls.owner
        with psycopg.connect(urls.owner) as owner:
            owner.execute("CREATE SCHEMA here")
        assert ask(other.urls.owner, "SELECT count(*) FROM pg_namespace WHERE nspname = 'here'") == 0


def test_a_wanted_port_is_used_and_a_taken_one_is_said(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        with pytest.raises(Unavailable, match=str(port)) as refusal:
            EmbeddedPostgres(home, port=port).start()
        assert refusal.value.code == "port-taken"
    with EmbeddedPostgres(home, port=port).running() as urls:
        assert f":{port}/" in urls.app


def test_a_long_home_gets_a_short_private_socket_folder(home: Path) -> None:
    deep = home / ("deep" * 25)
    postgres = EmbeddedPostgres(deep)
    with postgres.running():
        folder = Path(str(psycopg.conninfo.conninfo_to_dict(postgres.superuser_conninfo)["host"]))
        assert not folder.is_relative_to(deep)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with postgres.running():
        assert psycopg.conninfo.conninfo_to_dict(postgres.superuser_conninfo)["host"] == str(folder)
    shutil.rmtree(folder)


def test_secrets_and_data_are_for_their_owners_only(home: Path) -> None:
    with EmbeddedPostgres(home).running():
        assert stat.S_IMODE((home / "keys").stat().st_mode) == 0o700
        passwords = list((home / "keys").glob("*.password"))
        assert len(passwords) == 4
        assert {stat.S_IMODE(file.stat().st_mode) for file in passwords} == {0o600}
        for folder in ("postgres", "postgres/data", "postgres/socket"):
            assert stat.S_IMODE((home / folder).stat().st_mode) == 0o700


def test_a_server_that_cannot_start_says_its_last_words(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    with postgres.running():
        pass
    (home / "postgres" / "data" / "postgresql.conf").write_text("max_connections = none\n")
    with pytest.raises(Unavailable, match="max_connections") as refusal:
        postgres.start()
    assert refusal.value.code == "postgres-failed"


def test_an_unfinished_initdb_is_thrown_away(home: Path) -> None:
    rubbish = home / "postgres" / "data.unfinished"
    rubbish.mkdir(parents=True)
    (rubbish / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(home).running() as urls:
        assert ask(urls.owner, "SELECT 1") == 1
    assert not rubbish.exists()


def test_lost_passwords_are_named(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    with postgres.running():
        pass
    (home / "keys" / "database-superuser.password").write_text("another\n")
    with pytest.raises(Misconfigured) as refusal:
        postgres.start()
    assert refusal.value.code == "postgres-password"


def test_an_unreachable_folder_is_named(home: Path) -> None:
    closed = home / "closed"
    (closed / "inner").mkdir(parents=True)
    closed.chmod(0o700)
    stranger = ServerAccount(os.geteuid() + 1, os.getegid() + 1, switch=True)
    with pytest.raises(Misconfigured, match=str(closed)):
        require_reachable(stranger, closed / "inner")
    closed.chmod(0o711)
    require_reachable(stranger, closed / "inner")


def test_tcp_wants_the_password_and_never_the_superuser(database: DatabaseUrls) -> None:
    parts = psycopg.conninfo.conninfo_to_dict(database.app)
    for wrong in ({"password": "wrong"}, {"password": ""}, {"user": "postgres"}):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(**(parts | wrong))  # type: ignore[arg-type]


def test_the_auditor_reads_everything_and_writes_nothing(database: DatabaseUrls) -> None:
    with psycopg.connect(database.owner) as owner:
        owner.execute("CREATE SCHEMA feature CREATE TABLE t (a int)")
        owner.execute("INSERT INTO feature.t VALUES (7)")
    assert ask(database.auditor, "SELECT a FROM feature.t") == 7
    with psycopg.connect(database.auditor) as auditor, pytest.raises(errors.ReadOnlySqlTransaction):
        auditor.execute("INSERT INTO feature.t VALUES (8)")
    with psycopg.connect(database.auditor) as auditor:
        auditor.execute("SET default_transaction_read_only = off")
        auditor.commit()
        with pytest.raises(errors.InsufficientPrivilege):
            auditor.execute("INSERT INTO feature.t VALUES (8)")


def test_the_app_writes_rows_and_no_more(database: DatabaseUrls) -> None:
    with psycopg.connect(database.owner) as owner:
        owner.execute("CREATE SCHEMA feature")
        owner.execute("CREATE TABLE feature.t (id int GENERATED ALWAYS AS IDENTITY, a int)")
        owner.execute("CREATE SEQUENCE feature.s")
    with psycopg.connect(database.app) as app:
        app.execute("INSERT INTO feature.t (a) VALUES (1)")
        app.execute("UPDATE feature.t SET a = nextval('feature.s')")
        app.execute("DELETE FROM feature.t")
    for attempt in (
        "DROP TABLE feature.t",
        "TRUNCATE feature.t",
        "ALTER TABLE feature.t ADD b int",
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine (a int)",
        "SET ROLE gridwitness_owner",
    ):
        with psycopg.connect(database.app) as app, pytest.raises(errors.InsufficientPrivilege):
            app.execute(attempt.encode())


def test_ensure_roles_makes_what_an_administrator_left_out(home: Path) -> None:
    postgres = EmbeddedPostgres(home)
    with postgres.running():
        administrator = psycopg.conninfo.make_conninfo(postgres.superuser_conninfo, dbname="postgres")
        with psycopg.connect(administrator, autocommit=True) as superuser:
            superuser.execute("DROP DATABASE gridwitness")
            superuser.execute("DROP OWNED BY gridwitness_app, gridwitness_auditor")
            superuser.execute("DROP ROLE gridwitness_app, gridwitness_auditor")
            superuser.execute("CREATE DATABASE theirs OWNER gridwitness_owner")
            theirs = postgres.urls.owner.rpartition("/")[0] + "/theirs"
            with pytest.raises(Misconfigured, match="gridwitness_app") as refusal:
                ensure_roles(theirs, home / "new-keys")
            assert "CREATE ROLE" in str(refusal.value.hint)
            superuser.execute("ALTER ROLE gridwitness_owner CREATEROLE")
        urls = ensure_roles(theirs, home / "new-keys")
        with psycopg.connect(urls.owner) as owner:
            owner.execute("CREATE SCHEMA feature CREATE TABLE t (a int)")
        assert ask(urls.app, "SELECT count(*) FROM feature.t") == 0
        assert ask(urls.auditor, "SELECT count(*) FROM feature.t") == 0


def test_ensure_roles_on_a_database_by_url(database: DatabaseUrls, home: Path) -> None:
    keys = database_server().postgres.status().data.parents[1] / "keys"
    urls = ensure_roles(database.owner, keys)
    assert urls.owner == database.owner
    for url, role in ((urls.app, "gridwitness_app"), (urls.auditor, "gridwitness_auditor")):
        assert ask(url, "SELECT current_user") == role
        engine = create_engine_for(url)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT current_database()")) == database.owner.rpartition("/")[2]
        engine.dispose()
    with pytest.raises(Misconfigured, match="gridwitness_app") as refusal:
        ensure_roles(database.owner, home / "keys")  # other passwords than the roles have
    assert refusal.value.code == "database-roles"
    with pytest.raises(Unavailable) as unreachable:
        ensure_roles("postgresql://nobody@127.0.0.1:1/none", keys)
    assert unreachable.value.code == "database-unreachable"
