"""NDJSON: one JSON object a line, of text, numbers (kept as they are written), booleans or null (empty)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from gridwitness_ingest.lines import Line
from gridwitness_ingest.row import BadRow, Row

_FEW = 16
"""Brackets that can do no harm: one opens the row, the others tell which cell is not flat."""
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_CONSTANTS = {True: "true", False: "false", None: ""}


class _RefusedError(Exception):
    """Why a line is no row."""


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


def ndjson_rows(lines: Iterator[Line]) -> Iterator[Row | BadRow]:
    """A row for every line that is not blank."""
    for line in lines:
        if line.flaw or line.data.strip():
            try:
                yield Row(line.number, _values(line))
            except _RefusedError as refused:
                yield BadRow(line.number, line.text.rstrip("\r\n"), str(refused))


def _values(line: Line) -> dict[str, str]:
    if line.flaw:
        raise _RefusedError(line.flaw)
    try:
        text = line.data.decode("utf-8")
        _check_depth(text)
        value = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise _RefusedError(f"byte {error.start + 1} is no UTF-8") from None
    except ValueError as error:
        raise _RefusedError(f"no JSON: {error}") from None
    if not isinstance(value, dict):
        raise _RefusedError("no JSON object")
    return {_whole(name): _cell(name, item) for name, item in value.items()}


def _check_depth(text: str) -> None:
    """Before the decoder, whose recursion no input may choose."""
    if text.count("[") + text.count("{") > _FEW:
        outside = _STRING.sub("", text)
        if outside.count("[") + outside.count("{") > _FEW:
            raise _RefusedError("values inside values; a row is flat")


def _cell(name: str, value: Any) -> str:
    if isinstance(value, str):
        return str(_whole(value))
    if isinstance(value, list | dict):
        raise _RefusedError(
            f"{name!r} holds {'a list' if isinstance(value, list) else 'an object'}; a row is flat"
        )
    return _CONSTANTS[value]


def _whole(text: str) -> str:
    if "\0" in text:
        raise _RefusedError("it holds a NUL character")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _RefusedError("it holds half of a surrogate pair") from None
    return text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _RefusedError("it names a member twice")
    return members


def _constant(name: str) -> NoReturn:
    raise _RefusedError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_Number, parse_float=_Number, parse_constant=_constant
)
