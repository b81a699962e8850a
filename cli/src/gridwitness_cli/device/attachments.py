"""Files that a statement names: digests, size and type as the format wants them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness.records.media_types import media_type_of
from gridwitness_evidence import digest_chunks

_PIECE = 1024 * 1024


def describe_file(path: Path) -> dict[str, Any]:
    """`{"name", "sha256", "sm3", "size", "type"}`. Raises InvalidInput `file-unreadable`."""
    try:
        media_type = media_type_of(path)
        digests = digest_chunks(_pieces(path))
    except (OSError, ValueError) as error:
        raise InvalidInput("file-unreadable", f"{path} cannot be read: {error}.", "check the path") from None
    return {
        "name": path.name,
        "sha256": digests.sha256,
        "sm3": digests.sm3,
        "size": digests.size,
        "type": media_type,
    }


def describe_files(paths: Sequence[Path]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """What the record says of the files, and where they are on this device, by SHA-256."""
    described = [describe_file(path) for path in paths]
    places = {file["sha256"]: str(path.absolute()) for file, path in zip(described, paths, strict=True)}
    return described, places


def check_unchanged(sha256: str, path: Path) -> None:
    """Raise InvalidInput `file-changed` where a file is no longer what was signed."""
    if describe_file(path)["sha256"] != sha256:
        raise InvalidInput(
            "file-changed", f"{path} has changed since the statement was signed.", "restore it, or sign anew"
        )


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            yield piece
