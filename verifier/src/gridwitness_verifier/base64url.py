"""Base64 of RFC 4648, canonical only: url-safe without padding (section 5), and standard with padding."""

from __future__ import annotations

import binascii

from .errors import VerificationError

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
# Last characters whose unused bits are zero: 4 bits unused at length 2 mod 4, 2 bits at length 3 mod 4.
_LAST_OF_TWO = frozenset("AQgw")
_LAST_OF_THREE = frozenset("AEIMQUYcgkosw048")
# Whatever is outside the alphabet becomes NUL, which no base64 holds.
_TO_STANDARD = bytes(
    byte if byte in _LETTERS else {0x2D: 0x2B, 0x5F: 0x2F}.get(byte, 0) for byte in range(256)
)
_TO_URL = bytes({0x2B: 0x2D, 0x2F: 0x5F}.get(byte, byte) for byte in range(256))
_PADDING = (b"", b"", b"==", b"=")


def decode(text: str) -> bytes:
    """Bytes of canonical base64url text; raises VerificationError `base64url` for everything else."""
    rest = len(text) % 4
    if rest == 1:
        raise VerificationError("base64url", f"{len(text)} characters cannot be base64url")
    if (rest == 2 and text[-1] not in _LAST_OF_TWO) or (rest == 3 and text[-1] not in _LAST_OF_THREE):
        raise VerificationError("base64url", "unused bits of the last character are set")
    try:
        standard = text.encode("ascii").translate(_TO_STANDARD) + _PADDING[rest]
        return binascii.a2b_base64(standard, strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise VerificationError(
            "base64url", "a character outside the base64url alphabet, or padding"
        ) from error


def encode(data: bytes) -> str:
    """Canonical base64url text without padding."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL, b"=").decode("ascii")


def decode_standard(text: str) -> bytes:
    """Bytes of canonical standard base64 with padding; raises VerificationError `base64`."""
    try:
        data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise VerificationError("base64", "not standard base64") from error
    if binascii.b2a_base64(data, newline=False).decode("ascii") != text:
        raise VerificationError("base64", "standard base64 is not canonical")
    return data
