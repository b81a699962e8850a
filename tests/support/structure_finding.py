"""One place where the repository breaks a rule of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A broken rule (`fails`) or a place worth a look."""

    path: str
    line: int
    rule: str
    detail: str
    fails: bool = True

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.detail}"
