"""Types that a field of a kind may have: the words of `docs/format.md` section 3."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3])(:[0-5][0-9]){2}Z")
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DIGEST = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
_HEX_DIGEST = re.compile(r"[0-9a-f]{64}")


def is_text(value: Any) -> bool:
    """A string."""
    return isinstance(value, str)


def is_integer(value: Any) -> bool:
    """A whole number; `true` is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_time(value: Any) -> bool:
    """`YYYY-MM-DDTHH:MM:SSZ` that names a real second."""
    if not (isinstance(value, str) and _TIME.fullmatch(value)):
        return False
    try:
        datetime.fromisoformat(value)  # many times faster than strptime, which asks for the locale
    except ValueError:
        return False
    return True


def is_decimal(value: Any) -> bool:
    """A number as text, so that no reader rounds it."""
    return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None


def is_digest(value: Any) -> bool:
    """A canonical b64u SHA-256."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def is_file(value: Any) -> bool:
    """A file by name, SHA-256, SM3, size and media type."""
    return (
        isinstance(value, dict)
        and value.keys() == {"name", "sha256", "sm3", "size", "type"}
        and is_text(value["name"])
        and is_text(value["type"])
        and is_integer(value["size"])
        and value["size"] >= 0
        and all(
            isinstance(value[name], str) and _HEX_DIGEST.fullmatch(value[name]) for name in ("sha256", "sm3")
        )
    )


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _each(predicate: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(predicate(item) for item in value)


def _is_strings(value: Any) -> bool:
    return isinstance(value, dict) and all(is_text(item) for item in value.values())


FIELD_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "text": is_text,
    "time": is_time,
    "integer": is_integer,
    "decimal": is_decimal,
    "texts": _each(is_text),
    "digests": _each(is_digest),
    "files": _each(is_file),
    "strings": _is_strings,
    "jwk": _is_object,
    "object": _is_object,
}
"""Whether a value, never null, is of a type."""
