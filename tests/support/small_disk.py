"""A small disk: a tmpfs of a few megabytes, filled to the last page and emptied again. Needs root."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class SmallDisk:
    """What is mounted at `folder`."""

    folder: Path

    def fill(self, pages_left: int = 0) -> None:
        """Leave so many pages free; a file takes one at least."""
        with self._filler.open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"\0" * PAGE)
            except OSError:
                filler.truncate(max(0, filler.tell() // PAGE - pages_left) * PAGE)

    def free(self) -> None:
        """Give the space back."""
        self._filler.unlink(missing_ok=True)

    @property
    def _filler(self) -> Path:
        return self.folder / ".filler"


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mounted at `folder`, which is made; unmounted whatever happens."""
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={megabytes}m,mode=0755"
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True, capture_output=True
    )
    try:
        yield SmallDisk(folder)
    finally:
        # Lazily: what still has a file open there must not keep the mount alive after the test.
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)


def why_not_mountable() -> str | None:
    """The reason why a tmpfs cannot be mounted here, or None."""
    if os.name != "posix" or os.geteuid() != 0:
        return "mounting a small tmpfs needs root"
    with tempfile.TemporaryDirectory() as folder:
        try:
            with small_disk(Path(folder), 1):
                return None
        except (OSError, subprocess.CalledProcessError) as error:
            return f"no tmpfs can be mounted here: {error}"
