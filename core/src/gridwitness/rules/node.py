"""Reading an untrusted JSON document part by part, so that a fault is named by its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from gridwitness.errors import InvalidInput

ID = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
RULE_ID = r"[A-Z]+-[0-9]+(/[0-9]+)*"


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place in the document; every reading method refuses with that place.

    `code` is the error code of the refusals (InvalidInput).
    """

    value: Any
    path: str
    code: str

    def fail(self, what: str) -> NoReturn:
        """Refuse this place."""
        raise InvalidInput(
            self.code, f"{self.path}: {what}.", "see docs/format.md section 15", path=self.path
        )

    def members(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Node]:
        """Of an object with exactly these members; notes (`_`) are left out."""
        found = {name: node for name, node in self.entries() if name != "_"}
        for name in required:
            if name not in found:
                self.fail(f"the member {name!r} is missing")
        for name, node in found.items():
            if name not in required and name not in optional:
                node.fail("there is no such member")
        return found

    def entries(self) -> Iterator[tuple[str, Node]]:
        """Members of any object, in order."""
        if not isinstance(self.value, dict):
            self.fail("is no object")
        for name, value in self.value.items():
            yield name, Node(value, f"{self.path}.{name}", self.code)

    def items(self, least: int = 0) -> list[Node]:
        """Elements of an array of at least `least`."""
        if not isinstance(self.value, list):
            self.fail("is no array")
        if len(self.value) < least:
            self.fail(f"has fewer than {least} elements")
        return [Node(item, f"{self.path}[{i}]", self.code) for i, item in enumerate(self.value)]

    def text(self, pattern: str | None = None) -> str:
        """A text, not empty, wholly of the pattern."""
        if not isinstance(self.value, str) or not self.value:
            self.fail("is no text")
        if pattern is not None and not re.fullmatch(pattern, self.value):
            self.fail(f"{self.value!r} is not of the form {pattern}")
        return self.value

    def one_of(self, values: Collection[str]) -> str:
        """A text out of a closed list."""
        text = self.text()
        if text not in values:
            self.fail(f"{text!r} is none of {', '.join(sorted(values))}")
        return text

    def texts(self, pattern: str | None = ID, least: int = 1) -> tuple[str, ...]:
        """An array of different texts."""
        found = tuple(item.text(pattern) for item in self.items(least))
        if len(set(found)) != len(found):
            self.fail("names something twice")
        return found

    def one_or_more(self) -> tuple[str, ...]:
        """An id, or an array of ids."""
        return (self.text(ID),) if isinstance(self.value, str) else self.texts()

    def integer(self, least: int = 0) -> int:
        """A whole number of at least `least`."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < least:
            self.fail(f"is no whole number of at least {least}")
        return self.value

    def boolean(self) -> bool:
        """`true` or `false`."""
        if not isinstance(self.value, bool):
            self.fail("is neither true nor false")
        return self.value

    def day(self) -> date:
        """A day, `YYYY-MM-DD`."""
        text = self.text(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.fail(f"{text} is no day")
