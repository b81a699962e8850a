"""Selective disclosures of a record: one business field each (RFC 9901 section 4.2, flat)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from . import base64url, claims, strict_json
from .errors import RecordError

MAXIMUM_ENCODED = 65_536
SALT_BYTES = 16

_SALT = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")  # canonical base64url of 16 bytes
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}(?:\.[a-z0-9_]{1,63}){0,2}")
_RESERVED = frozenset({"_sd", "..."})
_PLAIN = re.compile(
    rb'\["([A-Za-z0-9_-]{21}[AQgw])",[ ]?"([a-z][a-z0-9_]{0,62}(?:\.[a-z0-9_]{1,63}){0,2})",[ ]?'
    rb'(?:"([^"\\\x00-\x1f]*)"|null)\]'
)
"""Most disclosures there are: a text without escapes, or null. What it matches needs no JSON reader, so that
a record is read in two thirds of the time; whatever it does not match is read in full."""


class Disclosure(NamedTuple):
    """One shown field. `encoded` is as received; `digest` = b64u SHA-256 of it; `value` any JSON value."""

    salt: str
    name: str
    value: Any
    encoded: str
    digest: str


def parse_disclosure(encoded: str) -> Disclosure:
    """Read one disclosure: base64url, JSON, `disclosure-form`, `disclosure-nested`, in this order."""
    decoded = base64url.decode(encoded)
    return _read_plain(decoded, encoded) or _read_any(decoded, encoded)


def _read_plain(decoded: bytes, encoded: str) -> Disclosure | None:
    found = _PLAIN.fullmatch(decoded)
    if found is None:
        return None
    salt, name, content = found.groups()
    if (named := name.decode()) in claims.NAMES:
        return None
    try:
        value = None if content is None else content.decode()
    except UnicodeDecodeError:
        return None
    return Disclosure(salt.decode(), named, value, encoded, _digest_of(encoded))


def _read_any(decoded: bytes, encoded: str) -> Disclosure:
    value = strict_json.loads(decoded)
    if not (isinstance(value, list) and len(value) == 3):
        raise RecordError("disclosure-form", "a disclosure is an array of salt, name and value")
    salt, name, content = value
    if not (isinstance(salt, str) and _SALT.fullmatch(salt)):
        raise RecordError("disclosure-form", "a salt is 16 random bytes as 22 characters of base64url")
    _check_name(name)
    if isinstance(content, list | dict):
        _check_nested(content)
    return Disclosure(salt, name, content, encoded, _digest_of(encoded))


def make_disclosures(fields: Mapping[str, Any], salt: Callable[[int], bytes]) -> list[Disclosure]:
    """One fresh disclosure per field. `salt(n)` gives n random bytes, 16 for each field, in one call."""
    salts = salt(SALT_BYTES * len(fields))
    if len(salts) != SALT_BYTES * len(fields):
        raise RecordError(
            "disclosure-form", "the source of randomness gave another number of bytes than asked"
        )
    return [
        _make_disclosure(base64url.encode(salts[at * SALT_BYTES : (at + 1) * SALT_BYTES]), name, value)
        for at, (name, value) in enumerate(fields.items())
    ]


def _make_disclosure(salt: str, name: str, value: Any) -> Disclosure:
    _check_name(name)
    if value is None or isinstance(value, str):
        text = f'["{salt}","{name}",{strict_json.quoted(value)}]'
        encoded = base64url.encode(strict_json.utf_8(text))
    else:
        disclosed = [salt, name, value]
        strict_json.check(disclosed)
        if isinstance(value, list | dict):
            _check_nested(value)
        encoded = base64url.encode(strict_json.compact(disclosed))
    if len(encoded) > MAXIMUM_ENCODED:
        raise RecordError("too-large", f"field {name} is over {MAXIMUM_ENCODED} bytes; put it in a file")
    return Disclosure(salt, name, value, encoded, _digest_of(encoded))


def _digest_of(encoded: str) -> str:
    return base64url.encode(hashlib.sha256(encoded.encode("ascii")).digest())


def _check_name(name: Any) -> None:
    if not (isinstance(name, str) and _NAME.fullmatch(name)) or name in claims.NAMES:
        raise RecordError("disclosure-form", f"not a name for a field: {str(name)[:40]!r}")


def _check_nested(value: Any) -> None:
    if isinstance(value, dict):
        if not _RESERVED.isdisjoint(value):
            raise RecordError("disclosure-nested", "a value holds a member named _sd or ...; rename it")
        for item in value.values():
            _check_nested(item)
    elif isinstance(value, list):
        for item in value:
            _check_nested(item)
