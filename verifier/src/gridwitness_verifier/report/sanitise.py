"""Hostile text made harmless for a terminal, a page or a line of a log file."""

from __future__ import annotations

MAXIMUM_LENGTH = 600


def clean(value: object, maximum: int = MAXIMUM_LENGTH) -> str:
    """Text with all that is invisible or steers (control codes, bidi marks, separators) as `\\uXXXX`.

    Longer text than `maximum` characters is cut and says so.
    """
    text = str(value)
    if len(text) > maximum:
        text = f"{text[:maximum]}… (+{len(text) - maximum})"
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def _escape(character: str) -> str:
    point = ord(character)
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"
