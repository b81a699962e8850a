"""Base64 of RFC 4648, canonical only: url-safe without padding (section 5), and standard with padding."""

from __future__ import annotations

import binascii
import re

from .errors import VerificationError

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*\Z", re.ASCII)
# Last characters whose unused bits are zero: 4 bits unused at length 2 mod 4, 2 bits at length 3 mod 4.
_LAST_OF_TWO = frozenset("AQgw")
_LAST_OF_THREE = frozenset("AEIMQUYcgkosw048")
_TO_STANDARD = str.maketrans("-_", "+/")


def decode(text: str) -> bytes:
    """Bytes of canonical base64url text; raises VerificationError `base64url` for everything else."""
    if not _ALPHABET.match(text):
        raise VerificationError("base64url", "a character outside the base64url alphabet, or padding")
    rest = len(text) % 4
    if rest == 1:
        raise VerificationError("base64url", f"{len(text)} characters cannot be base64url")
    if (rest == 2 and text[-1] not in _LAST_OF_TWO) or (rest == 3 and text[-1] not in _LAST_OF_THREE):
        raise VerificationError("base64url", "unused bits of the last character are set")
    return binascii.a2b_base64(text.translate(_TO_STANDARD) + "=" * (-len(text) % 4))


def encode(data: bytes) -> str:
    """Canonical base64url text without padding."""
    text = binascii.b2a_base64(data, newline=False).decode("ascii")
    return text.rstrip("=").replace("+", "-").replace("/", "_")


def decode_standard(text: str) -> bytes:
    """Bytes of canonical standard base64 with padding; raises VerificationError `base64`."""
    try:
        data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise VerificationError("base64", "not standard base64") from error
    if binascii.b2a_base64(data, newline=False).decode("ascii") != text:
        raise VerificationError("base64", "standard base64 is not canonical")
    return data
