"""The embedded PostgreSQL of one deployment."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import psycopg

from gridwitness.durable_file import exclusive
from gridwitness.errors import Misconfigured, Unavailable
from gridwitness.local_port import last_port, remembered_port
from gridwitness.postgres.account import account_for, require_reachable
from gridwitness.postgres.binaries import binary_folder
from gridwitness.postgres.cluster import make_cluster
from gridwitness.postgres.layout import SUPERUSER, PostgresLayout
from gridwitness.postgres.postmaster import Postmaster, drop_misleading_lock_files, launch, tail
from gridwitness.postgres.roles import Connection, grant, provision
from gridwitness.postgres.urls import DATABASE, OWNER, DatabaseUrls

Progress = Callable[[str], None]
_REPORT_SECONDS = 5
_RETRY_SECONDS = 60
# Sessions of a killed server may outlive it for a moment; the next server refuses to start beside them.
_OLD_SESSIONS = "pre-existing shared memory block"


@dataclass(frozen=True, slots=True)
class PostgresStatus:
    """What is known without logging in. `absent`: never made. `starting` includes crash recovery."""

    state: Literal["absent", "stopped", "starting", "running"]
    data: Path
    log: Path
    pid: int | None = None
    port: int | None = None


class EmbeddedPostgres:
    """PostgreSQL 18 under `home`, on 127.0.0.1 and a private unix socket, with passwords everywhere.

    The server outlives the program that started it: after a kill -9 the next start adopts it.
    """

    def __init__(self, home: Path, port: int | None = None, progress: Progress | None = None) -> None:
        """`port` None = a free one, remembered. `progress` is told every few seconds of a long start."""
        self._layout = PostgresLayout(home.absolute().resolve())
        self._wanted_port = port
        self._progress = progress or _silent
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> bool:
        """Make, start or adopt the server and wait until it answers, however long crash recovery takes.

        Returns whether this call started it. Raises Unavailable `postgres-failed` (with the end of the
        server's log), `port-taken`, `initdb-failed`; Misconfigured `postgres-account`, `postgres-missing`,
        `postgres-unreachable`, `postgres-password`.
        """
        layout = self._layout
        account = account_for(layout.data)
        layout.make(account)
        with exclusive(layout.lock_file):
            adopted = self._adopt()
            if not adopted:
                require_reachable(account, binary_folder(), layout.root)
                make_cluster(layout, account)
                self._launch_until_ready()
            self._provision()
        return not adopted

    def stop(self) -> bool:
        """Fast shutdown; returns whether there was a server. Raises Unavailable `postgres-stopping`."""
        if not self._layout.root.exists():
            return False
        with exclusive(self._layout.lock_file):
            postmaster = Postmaster.living(self._layout.data)
            if postmaster is not None:
                postmaster.stop()
            if self._process is not None:
                self._process.wait()
                self._process = None
        return postmaster is not None

    @contextmanager
    def running(self) -> Iterator[DatabaseUrls]:
        """The server for a while: started if it was not running, and stopped only in that case."""
        started = self.start()
        try:
            yield self.urls
        finally:
            if started:
                self.stop()

    def status(self) -> PostgresStatus:
        """The present state; never waits."""
        layout = self._layout
        if not layout.data.exists():
            return PostgresStatus("absent", layout.data, layout.log)
        postmaster = Postmaster.living(layout.data)
        if postmaster is None:
            return PostgresStatus("stopped", layout.data, layout.log, port=last_port(layout.port_file))
        state: Literal["running", "starting"] = "running" if postmaster.ready else "starting"
        return PostgresStatus(state, layout.data, layout.log, postmaster.pid, postmaster.port)

    @property
    def urls(self) -> DatabaseUrls:
        """URLs of the server, running or at its last port. Raises Unavailable `postgres-never-started`."""
        port = self.status().port
        if port is None:
            raise Unavailable(
                "postgres-never-started", f"There is no database in {self._layout.root} yet.", "start it"
            )
        return self._layout.urls(port)

    @property
    def superuser_conninfo(self) -> str:
        """libpq parameters of the superuser, through the socket: for setting up, and for tests."""
        postmaster = Postmaster.living(self._layout.data)
        if postmaster is None or postmaster.socket_folder is None or postmaster.port is None:
            raise Unavailable("postgres-stopped", f"No server runs on {self._layout.data}.", "start it")
        return psycopg.conninfo.make_conninfo(
            host=str(postmaster.socket_folder),
            port=postmaster.port,
            user=SUPERUSER,
            password=self._layout.password(SUPERUSER),
            dbname="postgres",
        )

    def _adopt(self) -> bool:
        """Wait for a server that runs already; false when there is none, or it was just dying."""
        found = Postmaster.living(self._layout.data)
        if found is None:
            return False
        try:
            self._wait(found.alive)
        except Unavailable:
            return False
        return True

    def _launch_until_ready(self) -> None:
        give_up = time.monotonic() + _RETRY_SECONDS
        while True:
            process = self._launch()
            try:
                self._wait(partial(_lives, process))
            except Unavailable as error:
                if _OLD_SESSIONS not in error.message or time.monotonic() > give_up:
                    raise
                time.sleep(0.2)
            else:
                self._process = process
                return

    def _launch(self) -> subprocess.Popen[bytes]:
        layout = self._layout
        account = account_for(layout.data)
        socket_folder = layout.make_socket_folder(account)
        drop_misleading_lock_files(layout.data, socket_folder)
        port = remembered_port(layout.port_file, self._wanted_port)
        try:
            return launch(layout.data, socket_folder, port, layout.log, account)
        except OSError as error:
            raise Unavailable("postgres-failed", f"PostgreSQL could not be started: {error}") from error

    def _wait(self, alive: Callable[[], bool]) -> None:
        """Until a session of the superuser succeeds or the process is gone."""
        began = reported = time.monotonic()
        pause = 0.01
        while not self._answers():
            if not alive():
                raise Unavailable(
                    "postgres-failed",
                    f"PostgreSQL ended while starting. Its last words:\n{tail(self._layout.log)}",
                    f"the whole log is {self._layout.log}",
                )
            if time.monotonic() - reported > _REPORT_SECONDS:
                reported = time.monotonic()
                last = tail(self._layout.log).rpartition("\n")[2]
                self._progress(f"PostgreSQL has been starting for {reported - began:.0f} s: {last}")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.25)

    def _answers(self) -> bool:
        try:
            self._superuser().close()
        except Unavailable:
            return False
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise Misconfigured(
                    "postgres-password",
                    f"The database in {self._layout.data} has other passwords than {self._layout.keys}.",
                    "restore the two folders together",
                ) from error
            return False
        return True

    def _superuser(self) -> Connection:
        return psycopg.connect(self.superuser_conninfo, autocommit=True, connect_timeout=10)

    def _provision(self) -> None:
        with self._superuser() as superuser:
            provision(superuser, self._layout)
        owner = psycopg.conninfo.make_conninfo(
            self.superuser_conninfo, user=OWNER, password=self._layout.password(OWNER), dbname=DATABASE
        )
        with psycopg.connect(owner, autocommit=True) as connection:
            grant(connection)


def _lives(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is None


def _silent(_: str) -> None:
    return None
