"""Text in both languages of the report."""

from __future__ import annotations


class Phrase(str):
    """English text that knows its Chinese: it is a plain `str` to everything but the renderers."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, english: str, chinese: str) -> Phrase:
        phrase = super().__new__(cls, english)
        phrase.zh = chinese
        return phrase


def chinese(text: str) -> str:
    """The Chinese of a phrase; any other text as it is."""
    return text.zh if isinstance(text, Phrase) else text
