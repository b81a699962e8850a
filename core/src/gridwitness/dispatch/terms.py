"""Terms of a text, Chinese or English, cut into words or not: words, their parts, and how it begins.

No dictionary is needed: words that stand alone are taken as they are, longer Chinese runs by pairs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

HEAD = 10
"""Words a text begins with count twice: people say first what it is about."""
_LINE_MARK = "_x000d_"
"""A spreadsheet's mark for a line break, left in what was exported from one."""
_RUN = re.compile(r"[^\W_]+")
_PART = re.compile(r"[a-z0-9]+|[^a-z0-9]+")
_LONGEST_WORD = 6
"""Of a Chinese run that counts as one word; a clause that was not cut is longer."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What is known of an event before it is somebody's: its text, and further fields by name."""

    text: str
    fields: Mapping[str, str]


def plain(text: str) -> str:
    """The text in lower case with single spaces; the same text typed again is the same."""
    return " ".join(text.lower().replace(_LINE_MARK, " ").split())


def words(text: str) -> list[str]:
    """Words in order. `text` as `plain` gives it."""
    found: list[str] = []
    for run in _RUN.findall(text):
        if len(run) <= _LONGEST_WORD or run.isascii():
            found.append(run)
            continue
        for part in _PART.findall(run):
            if len(part) <= _LONGEST_WORD or part.isascii():
                found.append(part)
            else:
                found += [part[at : at + 2] for at in range(len(part) - 1)]
    return found


def parts(word: str) -> Iterator[str]:
    """One to three characters of a word, its ends marked by a space."""
    yield from word
    marked = f" {word} "
    for size in (2, 3):
        for at in range(len(marked) - size + 1):
            yield marked[at : at + size]


def _word_terms(sample: Sample) -> list[str]:
    return words(sample.text)


def _part_terms(sample: Sample) -> list[str]:
    return [part for word in words(sample.text) for part in parts(word)]


def _head_word_terms(sample: Sample) -> list[str]:
    return words(sample.text)[:HEAD]


def _head_part_terms(sample: Sample) -> list[str]:
    return [part for word in words(sample.text)[:HEAD] for part in parts(word)]


def _field_terms(sample: Sample) -> list[str]:
    return [f"{name}={value}" for name, value in sorted(sample.fields.items()) if value]


TERMS: Mapping[str, tuple[float, Callable[[Sample], list[str]]]] = {
    "words": (1.0, _word_terms),
    "parts": (1.0, _part_terms),
    "head-words": (0.5, _head_word_terms),
    "head-parts": (0.7, _head_part_terms),
    "fields": (1.0, _field_terms),
}
"""Kinds of terms with the weight each has beside the others, found on the validation folds."""
