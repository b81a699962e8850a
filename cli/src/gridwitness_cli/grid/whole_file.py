"""A file that is one document and may be one line: read whole, also from .gz."""

from __future__ import annotations

import gzip
from pathlib import Path

from gridwitness.errors import InvalidInput

LARGEST = 256 * 1024 * 1024
"""Bytes, unpacked."""


def read_whole(file: Path) -> bytes:
    """Its bytes. Raises InvalidInput `file-unreadable`, `file-too-large`."""
    try:
        with gzip.open(file) if file.suffix.lower() == ".gz" else file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except (OSError, EOFError) as error:
        raise InvalidInput("file-unreadable", f"{file} cannot be read: {error}.", "check the path") from error
    if len(content) > LARGEST:
        raise InvalidInput("file-too-large", f"{file} has more than {LARGEST} bytes.", "split it")
    return content
