"""A second database on the deployment's own server, for what stands beside us: same disk, same settings."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from gridwitness.postgres import OWNER, EmbeddedPostgres
from psycopg import sql

from gridwitness_cli.bench.stage import Stage


@contextmanager
def scratch_database(stage: Stage) -> Iterator[str]:
    """The owner's URL of an empty database, dropped at the end. The audited database is left alone."""
    name = f"bench_{secrets.token_hex(4)}"
    server = EmbeddedPostgres(stage.home).superuser_conninfo
    with psycopg.connect(server, autocommit=True) as superuser:
        superuser.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER))
        )
        try:
            yield urlsplit(stage.parts.urls.owner)._replace(path=f"/{name}").geturl()
        finally:
            superuser.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
