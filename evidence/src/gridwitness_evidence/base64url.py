"""base64url without padding (RFC 4648 section 5), canonical: one text for one byte string."""

import binascii

from .errors import EncodingError

_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_TO_URL = bytes.maketrans(b"+/", b"-_")


def encode(data: bytes) -> str:
    """The base64url text of `data`, without padding."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes behind `text`; `base64url` for padding, foreign characters, unused bits, wrong lengths.

    Encoding again and comparing is what makes it canonical: whatever the lenient decoder skipped or
    rounded off shows up as a difference.
    """
    try:
        given = text.encode("ascii")
        data = binascii.a2b_base64(given.translate(_TO_STANDARD) + b"==")
    except ValueError:
        raise _refused(text) from None
    if binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=") != given:
        raise _refused(text)
    return data


def decode_standard(text: str) -> bytes:
    """The bytes behind standard base64 with padding (RFC 4648 section 4), canonical; else `base64`."""
    try:
        given = text.encode("ascii")
        data = binascii.a2b_base64(given)
    except ValueError:
        data, given = b"", b"?"
    if binascii.b2a_base64(data, newline=False) != given:
        raise EncodingError("base64", f"not canonical base64 with padding: {text[:24]!r}; encode it again")
    return data


def encode_standard(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4)."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _refused(text: str) -> EncodingError:
    return EncodingError(
        "base64url",
        f"not canonical base64url without padding: {text[:24]!r}, {len(text)} characters; encode it again",
    )
