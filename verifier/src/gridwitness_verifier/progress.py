"""Progress of long checks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Protocol


class Advance(Protocol):
    """Tell that `steps` more are done."""

    def __call__(self, steps: int = 1) -> None: ...


def _stay(steps: int = 1) -> None:
    del steps


@contextmanager
def progress_bar(label: str, total: int | None, *, shown: bool) -> Iterator[Advance]:
    """`with progress_bar("entries", n, shown=args.progress) as advance: … advance(1)`; may show nothing."""
    if not shown:
        yield _stay
        return
    # Loaded only where somebody looks at it.
    with import_module("gridwitness_verifier.terminal_bar").terminal_bar(label, total) as advance:
        yield advance
