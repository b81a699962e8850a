"""Types of business fields, and the form of an effect's fields (docs/format.md sections 3 and 4)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

from .claims import JTI, is_digest, is_integer
from .errors import VerificationError
from .jwk import parse_jwk
from .strict_json import MAXIMUM_INTEGER

EFFECT_FIELD = re.compile(r"(cause|by|row\.(?P<row>0|[1-9][0-9]{0,2})(\.(?P<column>[a-z0-9_]{1,63}))?)\Z")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_TABLE = re.compile(r"[a-z_][a-z0-9_]{0,62}\.[a-z_][a-z0-9_]{0,62}\Z")
_FILE_MEMBERS = frozenset(["name", "sha256", "sm3", "size", "type"])
_SHA256_HEX = re.compile(r"[0-9a-f]{64}\Z")


def is_of_type(type_name: str, value: Any) -> bool:
    """True when a value (not null) is of the named type of section 3."""
    return _TYPES[type_name](value)


def is_time(value: Any) -> bool:
    """True for a real moment written YYYY-MM-DDTHH:MM:SSZ."""
    if not isinstance(value, str) or not _TIME.match(value):
        return False
    try:
        datetime.datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_effect_value(name: str, value: Any) -> bool:
    """True when the field `name` of an effect can hold `value`."""
    if name == "cause":
        return value is None or (isinstance(value, str) and JTI.match(value) is not None)
    if name == "by":
        return value is None or (isinstance(value, str) and _UUID.match(value) is not None)
    if name.count(".") == 2:
        return value is None or isinstance(value, str)
    return _is_row(value)


def _is_row(value: Any) -> bool:
    if not isinstance(value, dict) or value.keys() != {"table", "key", "op"}:
        return False
    table, key = value["table"], value["key"]
    named = isinstance(table, str) and _TABLE.match(table) is not None
    return named and value["op"] in ("put", "delete") and _is_strings(key) and bool(key)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_strings(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


def _is_file(value: Any) -> bool:
    if not isinstance(value, dict) or value.keys() != _FILE_MEMBERS:
        return False
    digests = (value["sha256"], value["sm3"])
    if not all(isinstance(digest, str) and _SHA256_HEX.match(digest) for digest in digests):
        return False
    return is_integer(value["size"], 0) and _is_text(value["name"]) and _is_text(value["type"])


def _is_jwk(value: Any) -> bool:
    try:
        parse_jwk(value)
    except VerificationError:
        return False
    return True


_TYPES: dict[str, Callable[[Any], bool]] = {
    "text": _is_text,
    "time": is_time,
    "integer": lambda value: is_integer(value, -MAXIMUM_INTEGER),
    "decimal": lambda value: isinstance(value, str) and _DECIMAL.match(value) is not None,
    "texts": _is_texts,
    "digests": lambda value: isinstance(value, list) and all(map(is_digest, value)),
    "files": lambda value: isinstance(value, list) and all(map(_is_file, value)),
    "strings": _is_strings,
    "jwk": _is_jwk,
    "object": lambda value: isinstance(value, dict),
}
