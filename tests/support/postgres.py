"""A real PostgreSQL for tests: one embedded server per test process, a fresh database per test.

In a `conftest.py`: `from support.postgres import database, migrated_database` (name them in `__all__`).
"""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from gridwitness.migration import migrate
from gridwitness.postgres import DATABASE, OWNER, DatabaseUrls, EmbeddedPostgres
from gridwitness.postgres.roles import grant

_ROOM = 8 << 30


@dataclass
class DatabaseServer:
    """A running server that makes databases by copying a template (some 30 ms each)."""

    postgres: EmbeddedPostgres
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _templates: dict[str, str] = field(default_factory=dict)

    def fresh(self, template: str | None = None) -> DatabaseUrls:
        """A new database: empty but for roles and rights, or a copy of what `prepare` made."""
        return self.copy(self._templates[template] if template else DATABASE)

    def prepare(self, template: str, fill: Callable[[DatabaseUrls], object]) -> str:
        """Fill a database once per process for `fresh(template)` to copy; `fill` leaves no connection."""
        if template not in self._templates:
            urls = self.copy(DATABASE)
            fill(urls)
            self._templates[template] = urlsplit(urls.owner).path[1:]
        return template

    def drop(self, urls: DatabaseUrls) -> None:
        """Remove a database of `fresh`, whoever is still connected."""
        self.administer(f"DROP DATABASE {urlsplit(urls.owner).path[1:]} WITH (FORCE)")

    def administer(self, statement: str) -> None:
        """Run one statement as superuser."""
        with psycopg.connect(self.postgres.superuser_conninfo, autocommit=True) as superuser:
            superuser.execute(statement.encode())

    def copy(self, source: str) -> DatabaseUrls:
        """A new database with all that another one holds (nobody may be connected to that one)."""
        name = f"test_{next(self._numbers)}"
        self.administer(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {source}")
        urls = self.postgres.urls
        copied = DatabaseUrls(*(_in_database(url, name) for url in (urls.owner, urls.app, urls.auditor)))
        with psycopg.connect(copied.owner, autocommit=True) as owner:
            grant(owner)
        return copied


def new_home(prefix: str = "gw-test-") -> Path:
    """An empty home that an unprivileged server account can reach (pytest's own folders are 0700)."""
    home = Path(tempfile.mkdtemp(prefix=prefix, dir=_in_memory()))
    home.chmod(0o755)
    return home


@cache
def _in_memory() -> str | None:
    """A file system in memory with room for every home at once, else none: a database is copied there in a
    tenth of the time, and many hundreds of tests copy one.
    """
    memory = Path("/dev/shm")  # noqa: S108 -- every home below it has a name of its own
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= _ROOM
    return str(memory) if roomy else None


@cache
def database_server() -> DatabaseServer:
    """The server of this test process, stopped and removed at its end."""
    home = new_home()
    postgres = EmbeddedPostgres(home)
    postgres.start()

    def remove() -> None:
        postgres.stop()
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(remove)
    return DatabaseServer(postgres)


@pytest.fixture
def database() -> Iterator[DatabaseUrls]:
    """A fresh empty database with owner, app and auditor."""
    server = database_server()
    urls = server.fresh()
    yield urls
    server.drop(urls)


@pytest.fixture
def migrated_database() -> Iterator[DatabaseUrls]:
    """A fresh database at the newest revision."""
    server = database_server()
    server.prepare("migrated", lambda urls: migrate(urls.owner))
    urls = server.fresh("migrated")
    yield urls
    server.drop(urls)


def _in_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()
