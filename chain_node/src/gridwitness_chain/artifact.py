"""Compiled contracts as files: the only way contracts and this package meet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import ArtifactMissing


@dataclass(frozen=True)
class Artifact:
    """One contract: its ABI, creation code, runtime code (immutables zero) and storage layout."""

    name: str
    abi: tuple[dict[str, Any], ...]
    creation_code: bytes
    runtime_code: bytes
    immutable_ranges: tuple[tuple[int, int], ...]
    storage: tuple[dict[str, Any], ...]

    @property
    def constructor(self) -> dict[str, Any]:
        """The ABI's constructor entry."""
        return next((entry for entry in self.abi if entry["type"] == "constructor"), {"inputs": []})

    def slot_of(self, label: str) -> int:
        """Base storage slot of a state variable. Raises `ArtifactMissing` when there is none of that name."""
        for variable in self.storage:
            if variable["label"] == label:
                return int(variable["slot"])
        raise ArtifactMissing(f"{self.name} has no state variable {label!r}", "compile the contracts again")

    def is_code(self, code: bytes) -> bool:
        """Whether deployed code is this contract's, whatever values its immutables got."""
        return len(code) == len(self.runtime_code) and self._without_immutables(
            code
        ) == self._without_immutables(self.runtime_code)

    def _without_immutables(self, code: bytes) -> bytes:
        cleared = bytearray(code)
        for start, length in self.immutable_ranges:
            cleared[start : start + length] = bytes(length)
        return bytes(cleared)


def load_artifact(name: str, folder: Path | None = None) -> Artifact:
    """Artifact `name` from `folder`, or from the package or a checkout. Raises `ArtifactMissing`."""
    path = (folder or artifacts_folder()) / f"{name}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        ranges = [reference for found in content["immutableReferences"].values() for reference in found]
        return Artifact(
            name=content["contractName"],
            abi=tuple(content["abi"]),
            creation_code=_bytes(content["bytecode"]),
            runtime_code=_bytes(content["deployedBytecode"]),
            immutable_ranges=tuple((entry["start"], entry["length"]) for entry in ranges),
            storage=tuple(content["storageLayout"]["storage"]),
        )
    except FileNotFoundError as problem:
        raise ArtifactMissing(
            f"there is no {path}", "compile the contracts, or name their folder"
        ) from problem
    except (ValueError, KeyError, TypeError) as problem:
        raise ArtifactMissing(
            f"{path} is no contract artifact: {problem}", "compile the contracts again"
        ) from problem


def artifacts_folder() -> Path:
    """`artifacts` inside the installed package, else `contracts/artifacts` walking up from the package or
    from here.
    """
    package = Path(__file__).resolve().parent
    inside = package / "artifacts"
    if inside.is_dir():
        return inside
    for start in (package, Path.cwd()):
        for folder in (start, *start.parents):
            found = folder / "contracts" / "artifacts"
            if (found / "Members.json").is_file():
                return found
    raise ArtifactMissing(
        f"no contracts/artifacts above {package} or {Path.cwd()}", "run from a checkout, or name the folder"
    )


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
