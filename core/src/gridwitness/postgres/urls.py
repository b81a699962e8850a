"""The three ways into the database, as libpq URLs."""

from __future__ import annotations

from dataclasses import dataclass, field

DATABASE = "gridwitness"
OWNER = "gridwitness_owner"
APP = "gridwitness_app"
AUDITOR = "gridwitness_auditor"


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """`postgresql://…` URLs with passwords: fit for libpq, psycopg and `create_engine_for`."""

    owner: str = field(repr=False)
    """Owns schemas and tables: migrations, and the operator."""
    app: str = field(repr=False)
    """Reads and writes rows, nothing else: the platform at work."""
    auditor: str = field(repr=False)
    """Reads everything, writes nothing: the verifier."""
