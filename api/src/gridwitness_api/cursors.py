"""Cursors: opaque positions in a listing. They carry no rights, so they need no signature."""

from __future__ import annotations

from gridwitness.errors import InvalidInput
from gridwitness_evidence import EvidenceError, base64url

_LONGEST = 256


def encode_cursor(position: str) -> str:
    """The cursor behind which a listing goes on."""
    return base64url.encode(position.encode())


def decode_cursor(cursor: str) -> str:
    """The position. Raises InvalidInput `cursor-invalid`; the caller checks the position's own form."""
    try:
        if len(cursor) > _LONGEST:
            raise cursor_invalid()
        position = base64url.decode(cursor).decode()
    except (EvidenceError, UnicodeDecodeError):
        raise cursor_invalid() from None
    if "\0" in position:
        raise cursor_invalid()
    return position


def cursor_invalid() -> InvalidInput:
    """The refusal of a cursor that is none of ours."""
    return InvalidInput(
        "cursor-invalid", "This is no cursor of this listing.", "use `next` of a page, or start without one"
    )
