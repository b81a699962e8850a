"""Pages of lists: how long they may be, and opaque texts for where the next one begins."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from gridwitness.errors import InvalidInput

LARGEST_PAGE = 500


def check_limit(limit: int) -> None:
    """Raise InvalidInput `limit`."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise InvalidInput("limit", f"A page has 1 to {LARGEST_PAGE} rows.", None)


def make_cursor(*place: str | None) -> str:
    """An opaque text for a place in a list."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read_cursor(cursor: str, length: int) -> list[str | None]:
    """The place. Raises InvalidInput `cursor-invalid`."""
    try:
        value: Any = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(value, list) or len(value) != length:
            raise ValueError
        if any(part is not None and (not isinstance(part, str) or "\0" in part) for part in value):
            raise ValueError
        return value
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise InvalidInput(
            "cursor-invalid", "The cursor is none of ours.", "begin at the first page"
        ) from error


def cursor_invalid() -> InvalidInput:
    """The refusal of a cursor that no page gave."""
    return InvalidInput("cursor-invalid", "The cursor is none of ours.", "begin at the first page")
