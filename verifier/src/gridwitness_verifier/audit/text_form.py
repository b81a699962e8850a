"""Text forms of stored values (format §4):
made by casts in the query, finished here where JSON is involved.
"""

from __future__ import annotations

from collections.abc import Callable

from psycopg import sql

from gridwitness_verifier import strict_json
from gridwitness_verifier.errors import VerificationError

# A disclosure holds at most 65,536 characters, so nothing longer can equal a stated value: cut before
# transfer.
_LONGEST = 70_000
_LONGEST_JSON = 700_000

_TIMESTAMP = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
_EXPRESSIONS = {
    "text": "{}",
    "varchar": "{}::text",
    "uuid": "{}::text",
    "bool": "{}::text",
    "int2": "{}::text",
    "int4": "{}::text",
    "int8": "{}::text",
    "numeric": "{}::text",
    "timestamptz": _TIMESTAMP,
    "date": "to_char({}, 'YYYY-MM-DD')",
    "bytea": "encode({}, 'hex')",
}
_JSON_EXPRESSIONS = {"jsonb": "{}::text", "_text": "to_json({})::text"}


def has_text_form(type_name: str) -> bool:
    """Whether format §4 gives a text form for this PostgreSQL type."""
    return type_name in _EXPRESSIONS or type_name in _JSON_EXPRESSIONS


def text_expression(column: str, type_name: str) -> sql.Composed:
    """The SQL expression that gives the text form of a column (JSON still as PostgreSQL prints it)."""
    if type_name in _JSON_EXPRESSIONS:
        pattern, longest = _JSON_EXPRESSIONS[type_name], _LONGEST_JSON
    else:
        pattern, longest = _EXPRESSIONS[type_name], _LONGEST
    return sql.SQL(f"left({pattern}, {longest})").format(sql.Identifier(column))


def finisher(type_name: str) -> Callable[[str | None], str | None] | None:
    """What turns the query's answer into the text form, or None when it is the text form already."""
    return _canonical_json if type_name in _JSON_EXPRESSIONS else None


def _canonical_json(text: str | None) -> str | None:
    """RFC 8785 of a JSON text; what is not strict JSON stays as it is, and so equals no stated value."""
    if text is None:
        return None
    try:
        return strict_json.canonical(strict_json.loads(text)).decode("utf-8")
    except VerificationError:
        return text
