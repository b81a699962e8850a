"""Files that are either the old or the new ones after a crash, never half."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from .errors import Unusable


def write_atomically(path: Path, data: bytes) -> None:
    """Write to a file beside `path`, fsync, rename. Raises Unusable `file-unwritable`."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise Unusable("file-unwritable", f"cannot write {path}: {error.strerror}") from error
