"""The one text form of a value per PostgreSQL type (`docs/format.md` section 4): what effects carry."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from gridwitness.errors import InvalidInput

_LARGEST_INTEGER = 2**53 - 1
_DEEPEST = 16
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def text_form(value: object, type_name: str) -> str | None:
    """The text form of `value` in a column of PostgreSQL type `type_name`; SQL NULL (None) is None.

    `value` is what psycopg reads from such a column or writes to it. Raises InvalidInput `no-text-form` for a
    value the type cannot hold unchanged, and for a type that stated columns may not have.
    """
    if value is None:
        return None
    form = TEXT_FORMS.get(type_name)
    if form is None:
        raise InvalidInput("no-text-form", f"PostgreSQL type {type_name} has no text form.")
    text = form(value)
    if text is None:
        raise InvalidInput("no-text-form", f"A {type(value).__name__} is no {type_name} with a text form.")
    return text


def canonical_json(value: object) -> str:
    """RFC 8785 text of `value`. Raises InvalidInput `no-text-form` for floats, integers beyond 2^53 − 1, …"""
    _require_strict(value, depth=1)
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and _is_unicode(value) else None


def _uuid(value: object) -> str | None:
    if isinstance(value, UUID):
        return str(value)
    return value if isinstance(value, str) and _UUID.fullmatch(value) else None


def _boolean(value: object) -> str | None:
    return str(value).lower() if isinstance(value, bool) else None


def _integer(value: object) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _numeric(value: object) -> str | None:
    """As PostgreSQL prints it: no exponent, the scale kept, no negative zero."""
    if isinstance(value, int):
        return _integer(value)
    if not isinstance(value, Decimal) or value.is_nan() or value.is_infinite():
        return None
    return format(abs(value) if value.is_zero() else value, "f")


def _instant(value: object) -> str | None:
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").zfill(27)


def _date(value: object) -> str | None:
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else None


def _bytes(value: object) -> str | None:
    return bytes(value).hex() if isinstance(value, bytes | bytearray | memoryview) else None


def _text_array(value: object) -> str | None:
    if not isinstance(value, list | tuple) or not all(isinstance(part, str) for part in value):
        return None
    return canonical_json(list(value))


TEXT_FORMS: dict[str, Callable[[object], str | None]] = {
    "text": _text,
    "uuid": _uuid,
    "boolean": _boolean,
    "smallint": _integer,
    "integer": _integer,
    "bigint": _integer,
    "numeric": _numeric,
    "timestamptz": _instant,
    "date": _date,
    "bytea": _bytes,
    "jsonb": canonical_json,
    "text[]": _text_array,
}
"""The types a stated column may have, each with its form."""


def _is_unicode(text: str) -> bool:
    """PostgreSQL holds no NUL, and UTF-8 no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _require_strict(value: object, depth: int) -> None:
    """The strict JSON of `docs/format.md` section 1."""
    match value:
        case None | bool():
            return
        case str() if _is_unicode(value):
            return
        case int() if abs(value) <= _LARGEST_INTEGER:
            return
        case dict() if depth <= _DEEPEST and all(isinstance(k, str) and _is_unicode(k) for k in value):
            for member in value.values():
                _require_strict(member, depth + 1)
        case list() | tuple() if depth <= _DEEPEST:
            for member in value:
                _require_strict(member, depth + 1)
        case _:
            raise InvalidInput(
                "no-text-form",
                f"A {type(value).__name__} in the JSON value has no canonical form.",
                "no floats, integers within 2^53 - 1, at most 16 levels, no NUL and no lone surrogates",
            )


def _sorted(value: Any) -> Any:
    """Members in the order of their UTF-16 code units (RFC 8785 section 3.2.3)."""
    if isinstance(value, dict):
        return {
            name: _sorted(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))
        }
    if isinstance(value, list | tuple):
        return [_sorted(member) for member in value]
    return value
