"""A progress bar on stderr for long checks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


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
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda steps=1: bar.advance(task, steps)
