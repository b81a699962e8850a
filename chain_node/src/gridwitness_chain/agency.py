"""Agency codes and roles as the contracts hold them."""

from __future__ import annotations

import re

from .errors import AgencyRefused

ADMIN = "ADMIN"
REGISTRAR = "REGISTRAR"

_CODE = re.compile(r"[0-9A-Z]{6,18}")


def agency_word(code: str) -> bytes:
    """ASCII code left-aligned in 32 bytes. Raises `AgencyRefused` unless it is `[0-9A-Z]{6,18}`."""
    if not _CODE.fullmatch(code):
        raise AgencyRefused(f"{code!r} is no agency code", "6 to 18 digits and capital letters")
    return code.encode("ascii").ljust(32, b"\0")


def agency_code(word: bytes) -> str | None:
    """The code in a 32-byte word; None for zero. Raises `AgencyRefused` for anything else."""
    if not any(word):
        return None
    try:
        code = word.rstrip(b"\0").decode("ascii")
    except UnicodeDecodeError:
        code = word.hex()
    if not _CODE.fullmatch(code):
        raise AgencyRefused(f"{word.hex()} holds no agency code", "is this the contract it should be?")
    return code


def role_word(role: str) -> bytes:
    """`ADMIN` or `REGISTRAR` as ASCII, left-aligned in 32 bytes."""
    return role.encode("ascii").ljust(32, b"\0")
