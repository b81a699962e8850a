"""Files on the device: read with plain errors, JSON read strictly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gridwitness.durable_file import replace_file
from gridwitness.errors import InvalidInput
from gridwitness_evidence import EvidenceError, strict_json

_LARGEST = 64 * 1024 * 1024


def read_local(path: Path) -> bytes:
    """The bytes of a small file. Raises InvalidInput `file-unreadable`."""
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        raise InvalidInput("file-unreadable", f"{path} cannot be read: {error}.", "check the path") from None
    if len(content) > _LARGEST:
        raise InvalidInput("file-unreadable", f"{path} is larger than {_LARGEST} bytes.", "check the path")
    return content


def read_json_object(path: Path) -> dict[str, Any]:
    """A JSON object. Raises InvalidInput `file-unreadable`, `json-…`."""
    try:
        value = strict_json.loads(read_local(path))
    except EvidenceError as error:
        raise InvalidInput(
            error.code, f"{path}: {error.message}", "give the file as it was written"
        ) from error
    if not isinstance(value, dict):
        raise InvalidInput(
            "json-malformed", f"{path} holds no JSON object.", "give the file as it was written"
        )
    return value


def write_json(path: Path, value: Any) -> None:
    """JSON for people and programs, put in place whole, mode 0600: statements hold personal data."""
    write_local(path, json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n")


def write_local(path: Path, content: bytes) -> None:
    """Put a file in place whole. Raises InvalidInput `file-unwritable`."""
    try:
        replace_file(path, content)
    except OSError as error:
        raise InvalidInput(
            "file-unwritable", f"{path} cannot be written: {error}.", "check the path"
        ) from None
