"""Labelled examples from a file of JSON lines, and their share that is held back: by text, never by row."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from gridwitness.dispatch.terms import Sample, plain
from gridwitness.errors import InvalidInput

_PARTS = 10_000


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the members of each line that are read."""

    text: str
    label: str
    fields: tuple[str, ...] = ()
    """Further ones whose value is taken whole, such as a matter and a grid."""
    hours: str | None = None
    """Hours it took to handle, a number."""


@dataclass(frozen=True, slots=True)
class Example:
    """One line: what was known, whose it was, and how long it took."""

    sample: Sample
    label: str
    hours: float | None = None

    def place(self, seed: int) -> int:
        """Where its text falls, 0 … 9999, evenly: the same text always in the same place."""
        digest = hashlib.sha256(f"{seed}\n{self.sample.text}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % _PARTS


@dataclass(frozen=True, slots=True)
class Examples:
    """All lines of a file, with the file's digest."""

    examples: tuple[Example, ...]
    sha256: str

    def split(self, held_back: float, seed: int) -> tuple[list[Example], list[Example]]:
        """(to learn from, held back)."""
        limit = held_back * _PARTS
        kept: tuple[list[Example], list[Example]] = [], []
        for example in self.examples:
            kept[example.place(seed) < limit].append(example)
        return kept


def read_examples(path: Path, columns: Columns) -> Examples:
    """The examples of a `.jsonl` or `.jsonl.gz` file; lines without text or label are left out.

    Raises InvalidInput `examples-unreadable` (with the line), `examples-none`.
    """
    try:
        data = path.read_bytes()
        with gzip.open(path, "rt", encoding="utf-8") if _is_packed(data) else path.open() as lines:
            found = tuple(_examples(lines, columns))
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InvalidInput("examples-unreadable", f"{path}: {error}", "give JSON lines, UTF-8") from error
    if not found:
        raise InvalidInput(
            "examples-none",
            f"{path} has no line with both {columns.text!r} and {columns.label!r}.",
            "name its members by --text and --label",
        )
    return Examples(found, hashlib.sha256(data).hexdigest())


def texts(examples: Sequence[Example]) -> int:
    """How many different texts there are."""
    return len({example.sample.text for example in examples})


def _is_packed(data: bytes) -> bool:
    return data.startswith(b"\x1f\x8b")


def _examples(lines: IO[str], columns: Columns) -> Iterator[Example]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InvalidInput(
                "examples-unreadable", f"line {number}: {error}", "one object a line"
            ) from error
        if not isinstance(row, dict):
            raise InvalidInput("examples-unreadable", f"line {number} is no object.", "one object a line")
        example = _example(row, columns)
        if example is not None:
            yield example


def _example(row: dict[str, Any], columns: Columns) -> Example | None:
    text, label = row.get(columns.text), row.get(columns.label)
    if not isinstance(text, str) or not isinstance(label, str) or not plain(text) or not label.strip():
        return None
    fields = {name: value for name in columns.fields if isinstance(value := row.get(name), str)}
    hours = None if columns.hours is None else row.get(columns.hours)
    known = isinstance(hours, int | float) and not isinstance(hours, bool) and hours >= 0
    return Example(
        Sample(plain(text), fields), label.strip(), float(hours) if known and hours is not None else None
    )
