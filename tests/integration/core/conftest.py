"""Fixtures of the core's tests on a real PostgreSQL."""

from support.postgres import database, migrated_database

__all__ = ["database", "migrated_database"]
