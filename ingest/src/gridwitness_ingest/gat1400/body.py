"""A body as devices send it: JSON in UTF-8 or GB 18030, read tolerantly, kept without what is dropped."""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

from gridwitness_ingest.gat1400.dropping import Data, Dropping

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030"}
_LONGEST_INTEGER = 18
DEEPEST = 24
_STRINGS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")


class UnreadableBodyError(Exception):
    """No JSON: nothing of it can be kept, for nothing can be dropped from it. `args`: code, what is wrong."""


@dataclass(frozen=True, slots=True)
class Body:
    """What is in a body, what of it is kept, and how many members or texts were dropped."""

    tree: Any
    kept: bytes
    received: bytes | None
    """SHA-256 of what came in, where it differs from what is kept."""
    dropped: int = 0
    pictures: dict[str, bytes] = field(default_factory=dict)


def read_body(raw: bytes, charset: str | None = None, data: Data = "received") -> Body:
    """Read a body. Raises UnreadableBodyError `body-charset`, `body-json`, `body-depth`."""
    encoding, text = _text(raw, charset)
    if not _is_shallow(text):
        raise UnreadableBodyError("body-depth", "too many objects inside one another")
    dropping = Dropping(data)
    try:
        tree = dropping.read_value(
            json.loads(
                text,
                object_pairs_hook=dropping.read_object,
                parse_float=_float,
                parse_int=_integer,
                parse_constant=_no_number,
            )
        )
    except json.JSONDecodeError as error:
        raise UnreadableBodyError("body-json", f"{error.msg}, line {error.lineno}") from None
    if not dropping.changed and encoding == "utf-8" and not raw.startswith(_MARKS[0][0]):
        return Body(tree, raw, None)
    kept = text_of(tree)
    return Body(tree, kept, hashlib.sha256(raw).digest(), dropping.dropped, dropping.pictures)


def text_of(tree: Any) -> bytes:
    """JSON of a value, as it is kept."""
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "replace")


def _is_shallow(text: str) -> bool:
    """Whether objects lie at most `DEEPEST` inside one another. Looked at before the JSON reader recurses:
    where another part of the process has raised the limit of recursion, that would end the process.
    """
    depth = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            return False
    return True


def _text(raw: bytes, charset: str | None) -> tuple[str, str]:
    """Encoding and text: by the mark, by what it is declared as, as UTF-8, as GB 18030."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return encoding, _decoded(raw[len(mark) :], encoding)
    declared = _CHARSETS.get((charset or "").strip("\"' ").lower(), "utf-8")
    for encoding in dict.fromkeys((declared, "utf-8", "gb18030")):
        try:
            return encoding, raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableBodyError("body-charset", "neither UTF-8 nor GB 18030")


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableBodyError("body-charset", f"its mark says {encoding}, and it is not") from None


def _integer(text: str) -> int | str:
    return int(text) if len(text) <= _LONGEST_INTEGER else text


def _float(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _no_number(_text: str) -> None:
    """`NaN` and `Infinity` are no JSON; devices that send them mean that they do not know."""
    return
