"""The embedded PostgreSQL, and the roles of any PostgreSQL the platform uses."""

from gridwitness.postgres.roles import ensure_roles
from gridwitness.postgres.server import EmbeddedPostgres, PostgresStatus
from gridwitness.postgres.urls import APP, AUDITOR, DATABASE, OWNER, DatabaseUrls

__all__ = [
    "APP",
    "AUDITOR",
    "DATABASE",
    "OWNER",
    "DatabaseUrls",
    "EmbeddedPostgres",
    "PostgresStatus",
    "ensure_roles",
]
