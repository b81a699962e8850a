"""The two typefaces of papers: which characters they have, how wide these are, what a paper embeds of
them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path

import uharfbuzz
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import Glyph
from pylopdf_fonts_zh_cn import sans_path, serif_path

MISSING = "〓"
"""The mark that typesetters put for a character they do not have (U+3013)."""


class Typeface:
    """One typeface, read once."""

    def __init__(self, name: str, family: str, path: Path) -> None:
        self.name = name
        self.family = family
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
        return self._glyph(character) != 0

    def width(self, text: str) -> float:
        """Width in em. Characters without a glyph count as the typeface's blank."""
        return sum(self._width(character) for character in text)

    def _width(self, character: str) -> float:
        known = self._widths.get(character)
        if known is None:
            known = self._font.get_glyph_h_advance(self._glyph(character)) / self._face.upem
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
        """A TrueType font of these characters only, the same bytes for the same characters.

        Outlines are turned from cubic to quadratic curves, within a thousandth of an em: PDF then needs no
        character collection of its own, which not every reader of text understands.
        """
        glyphs = {_NOTDEF: 0} | {
            _glyph_name(character): self._glyph(character) for character in sorted(set(characters))
        }
        builder = FontBuilder(self._face.upem, isTTF=True)
        builder.setupGlyphOrder(list(glyphs))
        builder.setupCharacterMap({int(name[1:], 16): name for name in glyphs if name != _NOTDEF})
        builder.setupGlyf({name: self._outline(glyph) for name, glyph in glyphs.items()})
        outlines = builder.font["glyf"]
        builder.setupHorizontalMetrics(
            {
                name: (self._font.get_glyph_h_advance(glyph), getattr(outlines[name], "xMin", 0))
                for name, glyph in glyphs.items()
            }
        )
        extents = self._font.get_font_extents("ltr")
        builder.setupHorizontalHeader(ascent=extents.ascender, descent=extents.descender)
        builder.setupNameTable({"familyName": self.family, "styleName": "Regular"})
        builder.setupOS2(fsType=0, sTypoAscender=extents.ascender, sTypoDescender=extents.descender)
        # A fixed moment, else the bytes would tell when they were made.
        builder.updateHead(created=_UNIX_EPOCH, modified=_UNIX_EPOCH)
        builder.setupPost()
        out = BytesIO()
        builder.save(out)
        return out.getvalue()

    def _glyph(self, character: str) -> int:
        return self._font.get_nominal_glyph(ord(character)) or 0

    def _outline(self, glyph: int) -> Glyph:
        pen = TTGlyphPen(None)
        self._font.draw_glyph_with_pen(glyph, Cu2QuPen(pen, self._face.upem / 1000, reverse_direction=True))
        return pen.glyph()


_NOTDEF = ".notdef"
_UNIX_EPOCH = 2_082_844_800
"""1970 in seconds since 1904, as fonts count."""


def _glyph_name(character: str) -> str:
    return f"u{ord(character):05X}"


@cache
def serif() -> Typeface:
    """Noto Serif SC (宋体 style): the text of papers."""
    return Typeface("serif", "Noto Serif SC", serif_path())


@cache
def sans() -> Typeface:
    """Noto Sans SC (黑体 style): titles and labels."""
    return Typeface("sans", "Noto Sans SC", sans_path())
