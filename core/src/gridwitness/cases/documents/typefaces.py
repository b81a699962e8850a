"""The two typefaces of papers: which characters they have, how wide these are, what a paper embeds of
them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path

import uharfbuzz
from pylopdf_fonts_zh_cn import sans_path, serif_path

MISSING = "〓"
"""The mark that typesetters put for a character they do not have (U+3013)."""

# Tables for vertical setting and for features that papers do not use; without them a part is small.
_UNUSED_TABLES = ("BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx")


class Typeface:
    """One typeface, read once."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._path = path
        self._widths: dict[str, float] = {}

    @cached_property
    def _face(self) -> uharfbuzz.Face:
        return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(self._path)))

    @cached_property
    def _font(self) -> uharfbuzz.Font:
        return uharfbuzz.Font(self._face)

    def has(self, character: str) -> bool:
        """Whether there is a glyph for it."""
        return bool(self._font.get_nominal_glyph(ord(character)))

    def width(self, text: str) -> float:
        """Width in em. Characters without a glyph count as the typeface's blank."""
        return sum(self._width(character) for character in text)

    def _width(self, character: str) -> float:
        known = self._widths.get(character)
        if known is None:
            glyph = self._font.get_nominal_glyph(ord(character)) or 0
            known = self._font.get_glyph_h_advance(glyph) / self._face.upem
            self._widths[character] = known
        return known

    def visible(self, text: str) -> str:
        """The text as it can be printed: every character seen, none dropped in silence.

        Line feeds stay; other spaces become plain ones. A control or format character, and one without a
        glyph, becomes `〓(U+20BB7)`.
        """
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        return "".join(map(self._shown, text))

    def _shown(self, character: str) -> str:
        if character == "\n":
            return character
        category = unicodedata.category(character)
        if category == "Zs" and character != "\u3000":
            return " "
        if (category[0] in "CZ" and character != "\u3000") or not self.has(character):
            return f"{MISSING}(U+{ord(character):04X})"
        return character

    def part(self, characters: Iterable[str]) -> bytes:
        """A font file with these characters only, the same bytes for the same characters."""
        wanted = uharfbuzz.SubsetInput()
        wanted.unicode_set.update(ord(character) for character in characters)
        wanted.drop_table_tag_set.update(int.from_bytes(tag.encode(), "big") for tag in _UNUSED_TABLES)
        wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.DESUBROUTINIZE
        return bytes(uharfbuzz.subset(self._face, wanted).blob.data)


@cache
def serif() -> Typeface:
    """Noto Serif SC (宋体 style): the text of papers."""
    return Typeface("serif", serif_path())


@cache
def sans() -> Typeface:
    """Noto Sans SC (黑体 style): titles and labels."""
    return Typeface("sans", sans_path())
