"""Where parts lie: `<home>/archive/<feed>/<day>/<content>-<part>.parquet`, and their leaves beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from gridwitness.durable_file import replace_file, sync_folder
from gridwitness.errors import Misconfigured
from gridwitness.trucks.archive.leaves import Leaves


@dataclass(frozen=True, slots=True)
class PartName:
    """One part of the archive."""

    feed: str
    content: str
    day: date
    part: int

    def __str__(self) -> str:
        """As people read it, and as it stands below the archive's folder."""
        return f"{self.feed}/{self.day.isoformat()}/{self.content}-{self.part}"


class ArchiveFolder:
    """The files of one deployment's archive; a name that a file has may be relied on after a crash."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def parquet(self, name: PartName) -> Path:
        """The rows."""
        return self._root / f"{name}.parquet"

    def leaves(self, name: PartName) -> Path:
        """The leaves of the rows."""
        return self._root / f"{name}.leaves"

    def write(self, name: PartName, parquet: bytes, leaves: Leaves) -> None:
        """Make both files durable. What lies there without a record is from a run that was cut short."""
        replace_file(self.leaves(name), leaves.to_bytes())
        replace_file(self.parquet(name), parquet)

    def read_leaves(self, name: PartName, root: bytes) -> Leaves:
        """The leaves of a part whose record says `root`. Raises Misconfigured `archive-damaged`."""
        try:
            leaves = Leaves.from_bytes(self.leaves(name).read_bytes())
        except (OSError, ValueError) as error:
            raise self._damaged(name, str(error)) from error
        if leaves.root != root:
            raise self._damaged(name, "its leaves do not have the root of its record")
        return leaves

    def check_parquet(self, name: PartName, digest: str) -> Path:
        """The rows' file, known to be the recorded one. Raises Misconfigured `archive-damaged`."""
        path = self.parquet(name)
        try:
            found = sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise self._damaged(name, str(error)) from error
        if found != digest:
            raise self._damaged(name, "it is not the file that was recorded")
        return path

    def remove(self, name: PartName) -> None:
        """Destroy a part's files, if they are there, and the folders that are empty then."""
        path = self.parquet(name)
        if not path.parent.is_dir():
            return
        path.unlink(missing_ok=True)
        self.leaves(name).unlink(missing_ok=True)
        sync_folder(path.parent)
        if not any(path.parent.iterdir()):
            path.parent.rmdir()

    @staticmethod
    def _damaged(name: PartName, why: str) -> Misconfigured:
        return Misconfigured(
            "archive-damaged",
            f"Part {name} can't be used: {why}.",
            "restore the archive's folder from a backup; `gridwitness-verify audit` names every damaged part",
        )
