"""Database, roles and their rights.

owner    owns schemas and tables; migrations and the operator
app      reads and writes rows; no DDL, no TRUNCATE, owns nothing, so it cannot disable a trigger
auditor  reads everything; every transaction read-only
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from gridwitness.errors import Misconfigured, Unavailable
from gridwitness.postgres.layout import PostgresLayout, password_of
from gridwitness.postgres.urls import APP, AUDITOR, DATABASE, OWNER, DatabaseUrls

_LOWEST_VERSION = 15
Connection = psycopg.Connection[tuple[Any, ...]]


def provision(superuser: Connection, layout: PostgresLayout) -> None:
    """Make what is absent of roles and database. `superuser` is an autocommit connection to `postgres`."""
    for role in (OWNER, APP, AUDITOR):
        if not _role_exists(superuser, role):
            _create_role(superuser, role, layout.password(role))
    superuser.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(sql.Identifier(AUDITOR)))
    if _one(superuser, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE) is None:
        superuser.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(
                sql.Identifier(DATABASE), sql.Identifier(OWNER)
            )
        )


def grant(owner: Connection) -> None:
    """Give app and auditor their rights on the present database and on all that the owner will make in it."""
    database = owner.info.dbname
    statements = (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {app}, {auditor}",
        "ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO {app}, {auditor}",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {auditor}",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT, USAGE ON SEQUENCES TO {app}",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON SEQUENCES TO {auditor}",
    )
    names = {
        "database": sql.Identifier(database),
        "app": sql.Identifier(APP),
        "auditor": sql.Identifier(AUDITOR),
    }
    with owner.transaction():
        for statement in statements:
            owner.execute(sql.SQL(statement).format(**names))


def ensure_roles(owner_url: str, keys: Path) -> DatabaseUrls:
    """Check a PostgreSQL given by URL and make app and auditor there, with passwords kept in `keys`.

    Raises Unavailable `database-unreachable`; Misconfigured `database-version` (older than 15),
    `database-encoding` (not UTF8), `database-roles` (a role is missing and we may not make it, or it has
    another password than ours): the hint holds the SQL that an administrator has to run.
    """
    try:
        with psycopg.connect(owner_url, autocommit=True) as owner:
            _require_version(owner)
            _ensure_role(owner, APP, keys)
            _ensure_role(owner, AUDITOR, keys)
            grant(owner)
    except psycopg.OperationalError as error:
        raise Unavailable("database-unreachable", f"The database does not answer: {error}".strip()) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise Misconfigured(
            "database-roles", f"The owner's URL lacks a right: {error}".strip(), "let it own the database"
        ) from error
    urls = DatabaseUrls(owner_url, _as_role(owner_url, APP, keys), _as_role(owner_url, AUDITOR, keys))
    for role, url in ((APP, urls.app), (AUDITOR, urls.auditor)):
        _require_login(role, url, keys)
    return urls


def _require_version(connection: Connection) -> None:
    if connection.info.server_version < _LOWEST_VERSION * 10000:
        raise Misconfigured(
            "database-version",
            f"The database is PostgreSQL {connection.info.parameter_status('server_version')}.",
            f"GridWitness needs {_LOWEST_VERSION} or newer",
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise Misconfigured(
            "database-encoding", f"The database is encoded as {encoding}.", "make it with UTF8"
        )


def _ensure_role(owner: Connection, role: str, keys: Path) -> None:
    if _role_exists(owner, role):
        return
    try:
        _create_role(owner, role, password_of(keys, role))
    except psycopg.errors.InsufficientPrivilege as error:
        raise Misconfigured(
            "database-roles",
            f"The role {role} is missing, and the owner's URL may not make roles.",
            f"an administrator runs CREATE ROLE {role} LOGIN PASSWORD '…'; with the password in {keys}",
        ) from error


def _require_login(role: str, url: str, keys: Path) -> None:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError as error:
        raise Misconfigured(
            "database-roles",
            f"The role {role} does not get in with the password that {keys} holds: {error}".strip(),
            f"an administrator runs ALTER ROLE {role} LOGIN PASSWORD '…'; with that password",
        ) from error


def _as_role(url: str, role: str, keys: Path) -> str:
    """`url` for another role; host, port, TLS and the rest stay, as parameters (a host may be a socket)."""
    parts = conninfo_to_dict(url)
    database = quote(str(parts.get("dbname", DATABASE)), safe="")
    kept = {name: str(value) for name, value in parts.items() if name not in {"user", "password", "dbname"}}
    query = urlencode(kept, quote_via=quote)
    return f"postgresql://{role}:{password_of(keys, role)}@/{database}?{query}"


def _create_role(connection: Connection, role: str, password: str) -> None:
    """The password goes over as its SCRAM verifier: a statement may end in the server's log."""
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(
        sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(verifier)
        )
    )
    if role == AUDITOR:
        connection.execute(
            sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(sql.Identifier(role))
        )


def _role_exists(connection: Connection, role: str) -> bool:
    return _one(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role) is not None


def _one(connection: Connection, query: str, *parameters: object) -> tuple[Any, ...] | None:
    return connection.execute(query.encode(), parameters).fetchone()
