"""Tiles on disk: what the log serves, and what a restart can be rebuilt from.

Tiles are a pure function of the sequenced entries. Every file is written beside its place, fsynced and
renamed before the tree head over it is signed; a name never changes its content.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from gridwitness_evidence import ENTRIES, entry_bundle_decode, entry_bundle_encode, tile_path

from gridwitness.durable_file import make_folder, replace_file, sync_folder
from gridwitness.errors import NotFound, Unavailable

TILE_WIDTH = 256


class TileStore:
    """Tiles, entry bundles and the newest checkpoint of one log, under `<log folder>/<log>/`."""

    def __init__(self, root: Path, log: str) -> None:
        self.folder = root / log

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        """The bytes of a hash tile, or of an entry bundle at level `ENTRIES`, of exactly `width`.

        A partial tile may be gone once the full one stands; it is cut from that. Raises NotFound
        `tile-missing`.
        """
        try:
            return (self.folder / tile_path(level, index, width)).read_bytes()
        except FileNotFoundError:
            pass
        full = self._read(tile_path(level, index, TILE_WIDTH))
        if level == ENTRIES:
            return entry_bundle_encode(entry_bundle_decode(full, TILE_WIDTH)[:width])
        return full[: 32 * width]

    def write(self, files: Mapping[str, bytes]) -> None:
        """Make all files durable. Raises Unavailable `tile-conflict` where a name stands with other
        content.
        """
        fresh = {path: content for path, content in files.items() if not self._stands(path, content)}
        # Also those of files that stand: whoever named them may have ended before their names were durable.
        folders = {(self.folder / path).parent for path in files}
        for folder in folders:
            make_folder(folder)
        for path, content in fresh.items():
            _write_synced(_beside(self.folder / path), content)
        for path in fresh:
            final = self.folder / path
            _beside(final).replace(final)
        for folder in _with_parents(folders, self.folder):
            sync_folder(folder)
        for path in fresh:
            self._drop_partials(path)

    def replace_all(self, files: Mapping[str, bytes]) -> None:
        """Make exactly these tiles stand: for recovery only, when the old ones are gone or spoilt."""
        shutil.rmtree(self.folder / "tile", ignore_errors=True)
        self.write(files)

    def publish(self, note: str) -> None:
        """Serve a newer signed tree head; its tiles are durable already."""
        replace_file(self.folder / "checkpoint", note.encode(), mode=0o644)

    def published(self) -> str | None:
        """The signed tree head last published."""
        path = self.folder / "checkpoint"
        return path.read_text() if path.exists() else None

    def _read(self, path: str) -> bytes:
        try:
            return (self.folder / path).read_bytes()
        except FileNotFoundError:
            raise NotFound(
                "tile-missing",
                f"Log {self.folder.name} has no {path}.",
                "run `gridwitness recover` if it should have",
            ) from None

    def _stands(self, path: str, content: bytes) -> bool:
        try:
            standing = (self.folder / path).read_bytes()
        except FileNotFoundError:
            return False
        if standing != content:
            raise Unavailable(
                "tile-conflict",
                f"{path} of log {self.folder.name} stands with other content than its entries have.",
                "the tiles or the database were changed behind the platform: run `gridwitness-verify audit`",
            )
        return True

    def _drop_partials(self, path: str) -> None:
        """Partial tiles may go once the full one stands (C2SP tlog-tiles)."""
        if ".p/" not in path:
            shutil.rmtree(self.folder / f"{path}.p", ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _with_parents(folders: set[Path], root: Path) -> set[Path]:
    """The folders and those above them up to `root`'s own parent: a new folder's name must be durable as
    well.
    """
    found = set(folders)
    for folder in folders:
        found.update(parent for parent in folder.parents if root in parent.parents or parent == root)
    if folders:
        found.add(root.parent)
    return found
