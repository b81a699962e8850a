"""What this relying party saw before: every tree head and block. A later contradiction is a failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import strict_json
from .claims import is_integer
from .durable_file import write_atomically
from .errors import Unusable, VerificationError
from .report import Check, Location, Phrase, Result
from .trust import Trust

_FORMAT = "gridwitness-memory/v1"
_MAXIMUM_FILE = 2**28


class Memory:
    """Heads (origin → size → root) and blocks (number → hash) of one deployment, from and to a file.

    Nothing is written before `save`; what contradicts is reported and never replaces what was seen first.
    """

    def __init__(self, path: Path, content: dict[str, Any], deployment: str) -> None:
        self._path = path
        self._content = content
        seen = content["deployments"].setdefault(deployment, {"blocks": {}, "heads": {}})
        self._blocks: dict[str, str] = seen["blocks"]
        self._heads: dict[str, dict[str, str]] = seen["heads"]
        self._contradictions: list[Location] = []
        self._count = 0

    @classmethod
    def open(cls, path: Path, trust: Trust) -> Memory:
        """Read the file, or begin a new one; raises Unusable `memory-form`."""
        # Genesis is part of the name: another chain under the same deployment is told by `chain`, not here.
        name = f"{trust.deployment}/{trust.genesis_hash.hex()}"
        try:
            with path.open("rb") as file:
                data = file.read(_MAXIMUM_FILE + 1)
        except FileNotFoundError:
            return cls(path, {"format": _FORMAT, "deployments": {}}, name)
        except OSError as error:
            raise Unusable("memory-unreadable", f"cannot read {path}: {error.strerror}") from error
        try:
            content = strict_json.loads(data)
        except VerificationError as error:
            raise Unusable("memory-form", f"{path} is damaged: {error.message}") from error
        if not _is_memory(content):
            raise Unusable("memory-form", f"{path} is not a memory file")
        return cls(path, content, name)

    def see_head(self, origin: str, size: int, root: bytes) -> None:
        """A verified tree head: `root` 32 bytes at `size` leaves of the log `origin`."""
        heads = self._heads.setdefault(origin, {})
        self._see(
            heads,
            str(size),
            root,
            Location("memory-head", f"size {size} had another root before", log=origin),
        )

    def see_block(self, number: int, block_hash: bytes) -> None:
        """A block (hash 32 bytes) that evidence rests on."""
        self._see(
            self._blocks,
            str(number),
            block_hash,
            Location("memory-block", f"block {number} was another before"),
        )

    def heads(self, origin: str) -> list[tuple[int, bytes]]:
        """(size, root) of every head of a log seen so far, by size."""
        return sorted((int(size), bytes.fromhex(root)) for size, root in self._heads.get(origin, {}).items())

    def check(self) -> Check:
        """The check `memory` over everything seen in this run."""
        if self._contradictions:
            reason = Phrase("contradicts what was seen before", "与以往所见矛盾")
            return Check("memory", Result.FAILED, reason, self._count, tuple(self._contradictions))
        reason = Phrase("nothing contradicts what was seen before", "与以往所见一致")
        return Check("memory", Result.PROVED, reason, self._count)

    def save(self) -> None:
        """Write the file atomically; raises Unusable."""
        write_atomically(self._path, strict_json.canonical(self._content) + b"\n")

    def _see(self, known: dict[str, str], name: str, value: bytes, contradiction: Location) -> None:
        self._count += 1
        if known.setdefault(name, value.hex()) != value.hex():
            self._contradictions.append(contradiction)


def _is_memory(content: Any) -> bool:
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        return False
    deployments = content.get("deployments")
    return isinstance(deployments, dict) and all(map(_is_seen, deployments.values()))


def _is_seen(seen: Any) -> bool:
    if (
        not isinstance(seen, dict)
        or seen.keys() != {"blocks", "heads"}
        or not isinstance(seen["heads"], dict)
    ):
        return False
    return all(map(_is_hashes, (seen["blocks"], *seen["heads"].values())))


def _is_hashes(table: Any) -> bool:
    return isinstance(table, dict) and all(map(_is_hash, table.items()))


def _is_hash(item: tuple[str, Any]) -> bool:
    number, value = item
    if (
        not number.isascii()
        or not number.isdecimal()
        or len(number) > 19
        or not is_integer(int(number), 0, 2**63)
    ):
        return False
    return isinstance(value, str) and len(value) == 64 and all(digit in "0123456789abcdef" for digit in value)
