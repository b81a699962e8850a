"""Bringing a database to the schema of this release."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import text

from gridwitness.database import create_engine_for
from gridwitness.errors import Misconfigured

SCRIPTS = Path(__file__).parent / "migrations"
# Any constant will do, as long as it never changes: two releases must meet at the same lock.
_LOCK = 0x47_57_6D_69_67


def migrate(url: str) -> str | None:
    """Upgrade the database at the owner's `url` to the newest revision and give it (None: there is none).

    All or nothing, in one transaction; of several starters one works and the others find it done.
    Raises Misconfigured `database-newer` when the database is of a newer release.
    """
    engine = create_engine_for(url, application="gridwitness-migrate")
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            return MigrationContext.configure(connection).get_current_revision()
    except CommandError as error:
        raise Misconfigured(
            "database-newer",
            f"The database's schema is unknown to this release: {error}",
            "run the release that made it, or a newer one",
        ) from error
    finally:
        engine.dispose()


def newest_revision() -> str | None:
    """The revision this release needs."""
    return ScriptDirectory(str(SCRIPTS)).get_current_head()


def present_revision(url: str) -> str | None:
    """The revision the database at `url` has; None when it was never migrated."""
    engine = create_engine_for(url, application="gridwitness-migrate")
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
