"""What kind of file some bytes are, told by the bytes themselves; a name or a declared type proves nothing.

A closed table: what is neither in it nor plain text is `application/octet-stream`, and the door takes only
the types an operator allows. Signatures are those of the formats' own specifications; markup is told by the
patterns of the WHATWG MIME Sniffing Standard, section 7.1.
"""

from __future__ import annotations

import re
from pathlib import Path

from gridwitness.errors import InvalidInput
from gridwitness.records.office_files import office_type

HEAD_BYTES = 8192
"""How much of a file is looked at."""

UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
ZIP = "application/zip"
MARKUP = "text/html"
SCRIPT = "text/x-script"
EXECUTABLE = "application/x-executable"

DEFAULT_ALLOWED = (
    "application/pdf", "image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "video/mp4",
    "video/webm", "video/x-msvideo", "audio/mpeg", "audio/mp4", "audio/wav", "audio/ogg", "audio/amr", TEXT,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)  # fmt: skip
"""What officers hand in. No archives: nobody sees what is in them."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\x7fELF", EXECUTABLE),
    (b"MZ", EXECUTABLE),
    (b"\xca\xfe\xba\xbe", EXECUTABLE),
    (b"\xfe\xed\xfa", EXECUTABLE),
    (b"\xcf\xfa\xed\xfe", EXECUTABLE),
    (b"\xce\xfa\xed\xfe", EXECUTABLE),
    (b"\x00asm", EXECUTABLE),
    (b"L\x00\x00\x00\x01\x14\x02\x00", EXECUTABLE),  # a Windows shortcut
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif"})
_M4A = frozenset({b"M4A ", b"M4B "})
_PE_HEADER = 0x3C
_MARKUP = re.compile(
    r"\s*<(!doctype html|\?xml|\?php|!--|"
    r"(html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|svg)[\s/>])"
    r"|.*<(script|svg|html|iframe)[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
_SCRIPT = re.compile(r"#!|@echo (off|on)\b|<#|\s*windows registry editor", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SAME = {"text/csv": TEXT, "audio/x-wav": "audio/wav", "audio/mp3": "audio/mpeg", "image/jpg": "image/jpeg",
         "image/heif": "image/heic", "video/quicktime": "video/mp4"}  # fmt: skip
"""Names by which clients call what the bytes alone do not tell apart."""


def media_type_of(path: Path) -> str:
    """The media type of a stored file. Raises OSError."""
    with path.open("rb") as source:
        found = sniff(source.read(HEAD_BYTES))
        return (office_type(source) or ZIP) if found == ZIP else found


def sniff(head: bytes) -> str:
    """Media type by the first `HEAD_BYTES` of a file; a zip is not looked into."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic) and not (magic == b"MZ" and _is_prose(head)):
            return media_type
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return "image/heic" if brand in _HEIC else "audio/mp4" if brand in _M4A else "video/mp4"
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], UNKNOWN)
    text = _text(head)
    if text is None:
        return UNKNOWN
    if _MARKUP.match(text):
        return MARKUP
    return SCRIPT if _SCRIPT.match(text) else TEXT


def check_type(found: str, allowed: frozenset[str], declared: str | None) -> None:
    """Raise InvalidInput `file-type-refused` where a type is not allowed, `file-type-mismatch` where a file
    is not what its sender declares it to be; `declared` None or `application/octet-stream` declares nothing.
    """
    if found not in allowed:
        raise InvalidInput(
            "file-type-refused",
            f"A file of type {found} is not taken.",
            "hand in documents, pictures, sound, video or plain text; an operator may allow more "
            "(GRIDWITNESS_FILE_TYPES)",
            found=found,
        )
    check_declared(found, declared)


def check_declared(found: str, declared: str | None) -> None:
    """Raise InvalidInput `file-type-mismatch`. What was stored before its type was known is let through."""
    if declared is None or declared == UNKNOWN or found in (UNKNOWN, ZIP):
        return
    if _SAME.get(declared, declared) != found:
        raise InvalidInput(
            "file-type-mismatch",
            f"The file is declared as {declared[:80]}, and its bytes are {found}.",
            "declare what it is, or application/octet-stream",
            found=found,
        )


def _is_prose(head: bytes) -> bool:
    """`MZ` may begin a sentence; a program has a header of at least 64 bytes with zeroes in it."""
    return b"\x00" not in head[: _PE_HEADER + 4]


def _text(head: bytes) -> str | None:
    """The text, in UTF-8, GB 18030 or UTF-16 with a mark, where it has no control characters."""
    encodings = ("utf-16",) if head[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        text = _decoded(head, encoding)
        if text and not _CONTROL.search(text):
            return text
    return None


def _decoded(head: bytes, encoding: str) -> str | None:
    """The text; a character that the end of the head cuts in two is left off."""
    try:
        return head.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start == 0 or error.start < len(head) - 4:
            return None
        return head[: error.start].decode(encoding)
