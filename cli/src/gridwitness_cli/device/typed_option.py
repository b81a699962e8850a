"""A value given on the command line as text, made into the value its field has."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness.records import rfc3339
from gridwitness_evidence import EvidenceError, strict_json

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_BOOLEANS = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}
_LISTS = frozenset({"texts", "digests", "files"})


def split_option(option: str) -> tuple[str, str, bool]:
    """`name=text` or `name:=JSON`: name, the text after the sign, whether it is JSON; name empty: neither."""
    name, sign, text = option.partition("=")
    is_json = name.endswith(":")
    return (name.removesuffix(":").strip() if sign else "", text, is_json)


def json_option(code: str, name: str, text: str) -> Any:
    """The JSON value. Raises InvalidInput with `code`."""
    try:
        return strict_json.loads(text)
    except EvidenceError as error:
        raise InvalidInput(code, f"{name}: {error.message}", "name:=JSON") from error


def typed_option(code: str, type_name: str, name: str, text: str) -> Any:
    """The value of a field of this type (docs/format.md section 3). Raises InvalidInput with `code`.

    A text for a list is a list of one; a time may have any offset, and is written in UTC.
    """
    if type_name in _LISTS:
        return [text]
    try:
        if type_name == "integer":
            return int(text)
        if type_name == "time":
            return utc_time(text)
        if type_name == "boolean":
            return _BOOLEANS[text.strip().lower()]
        if type_name == "decimal" and not _DECIMAL.fullmatch(text):
            raise ValueError
    except (ValueError, KeyError):
        raise InvalidInput(code, f"{name}: {text!r} is no {type_name}.", _HINTS.get(type_name)) from None
    return text


def utc_time(text: str) -> str:
    """RFC 3339 in UTC, of a time with any offset. Raises ValueError."""
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError("no offset")
    return rfc3339(when)


def given_time(text: str) -> str:
    """As `utc_time`. Raises InvalidInput `time-form`."""
    try:
        return utc_time(text)
    except ValueError:
        raise InvalidInput("time-form", f"{text[:80]!r} is no time with offset.", _HINTS["time"]) from None


_HINTS = {
    "time": "as 2026-03-02T09:20:00+08:00",
    "decimal": "digits, as 2000 or 12.50",
    "boolean": "true or false (是 or 否)",
}
