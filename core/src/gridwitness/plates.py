"""Number plates (GA 36): normal form, grammar, look-alikes and colours. Pure; no frames here.

What a device misreads is never mended: O and 0, I and 1 stay as they were read, and what they may stand for
is a candidate (`look_alikes`), which only a reviewer or a second sighting may take for the truth.
"""

from __future__ import annotations

import re

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
SEPARATORS = (
    " \t\r\n\f\v\0\u00a0\u2002\u2003\u2009\u200b\ufeff\u3000·•・‧∙⋅･.-_"  # dropped wherever they stand
)
ABSENT = frozenset({"", "无", "无牌", "无车牌", "无号牌", "未识别", "未知", "未悬挂", "NULL", "NONE",
                    "UNKNOWN", "NOPLATE", "车牌", "00000000", "0"})  # fmt: skip
"""What devices say, in normal form, where they saw no plate."""

COLORS = {"yellow": "黄", "yellow-green": "黄绿", "blue": "蓝", "green": "渐变绿", "white": "白",
          "black": "黑", "other": "其他"}  # fmt: skip

_SERIAL = "[A-HJ-NP-Z0-9]"
_PLACE = f"[{PROVINCES}][A-HJ-Z]"
GRAMMAR = "|".join(
    (
        rf"{_PLACE}{_SERIAL}{{5}}",
        rf"{_PLACE}{_SERIAL}{{4}}[挂学警领]",
        rf"{_PLACE}(?:[A-HJK]{_SERIAL}[0-9]{{4}}|[0-9]{{5}}[A-HJK])",  # new energy: small, large
        rf"粤Z{_SERIAL}{{4}}[港澳]",
        rf"{_PLACE}[0-9]{{4}}应急",
        r"使[0-9]{6}|[0-9]{6}使",
        rf"WJ[{PROVINCES}]?[0-9]{{4}}[0-9A-HJ-NP-Z]|WJ[0-9]{{6}}[0-9A-Z]",
        r"[VKHBSLJNGCE][A-HJ-NP-Z][0-9]{5}",
    )
)
"""Ordinary, trailers, learners, police, consulates; new energy; Hong Kong, Macao; rescue; embassies; armed
police; army. O and U as the second character are reserved, and some cities use them."""

CLEANING = str.maketrans(
    {chr(code + 0xFEE0): chr(code).upper() for code in range(0x21, 0x7F)}
    | {letter: letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}
    | {"\uff0e": "", "\uff0d": "", "\uff3f": ""}  # full-width separators
    | dict.fromkeys(SEPARATORS, "")
)
"""Character → what stands for it in the normal form."""

_PLATE = re.compile(GRAMMAR)
_ALIKE = {letter: group.replace(letter, "") for group in ("0OD", "1I", "2Z", "5S", "8B") for letter in group}


def cleaned(text: str) -> str:
    """Full width and lower case made plain, separators dropped; whether it is a plate is another question."""
    return text.translate(CLEANING)


def is_plate(text: str) -> bool:
    """Whether `text` is a plate in its normal form."""
    return _PLATE.fullmatch(text) is not None


def is_absent(text: str) -> bool:
    """Whether a device says by `text` that it saw no plate."""
    return cleaned(text) in ABSENT


def normalise(text: str) -> str | None:
    """The plate in its normal form; None where `text` is none, whatever spaces and dots it has."""
    plate = cleaned(text)
    return plate if is_plate(plate) else None


def look_alikes(plate: str) -> frozenset[str]:
    """Plates that differ from `plate`, which may be a misreading itself, in one character of a like shape."""
    plate = cleaned(plate)
    found = (
        plate[:index] + other + plate[index + 1 :]
        for index, character in enumerate(plate)
        for other in _ALIKE.get(character, "")
    )
    return frozenset(filter(is_plate, found))


def color_of_gat(color: str | None, plate_class: str | None = None) -> str | None:
    """A word of `COLORS` by GA/T 1400 PlateColor (number or word) and PlateClass; None where neither tells.

    The class tells apart what the colours do not: 51 (large new energy) is yellow-green, whatever of the two
    colours the device saw.
    """
    seen = _color_word(color, _GAT_COLORS)
    kind = (plate_class or "").strip().zfill(2)
    if kind == "51" and seen in (None, "green", "yellow"):
        return "yellow-green"
    return seen if seen is not None else _GAT_CLASSES.get(kind)


def color_of_jt(code: int | str | None) -> str | None:
    """A word of `COLORS` by JT/T 415 (used by JT/T 808 and 809), not the numbers of GA/T 1400."""
    return _color_word(None if code is None else str(code), _JT_COLORS)


def _color_word(color: str | None, numbers: dict[int, str]) -> str | None:
    text = cleaned(color or "").lower()
    if text.isascii() and text.isdigit():
        number = int(text[:4])
        return None if number == 0 else numbers.get(number, "other")
    if not text or text in _UNTOLD:
        return None
    return _COLOR_WORDS.get(text.removesuffix("色"), "other")


_GAT_COLORS = {1: "black", 2: "white", 5: "blue", 6: "yellow", 9: "green", 99: "other"}
_JT_COLORS = {1: "blue", 2: "yellow", 3: "black", 4: "white", 5: "green", 9: "other", 93: "yellow-green",
              94: "green"}  # fmt: skip
_GAT_CLASSES = {"01": "yellow", "02": "blue", "03": "black", "04": "black", "05": "black", "06": "black",
                "07": "yellow", "08": "blue", "13": "yellow", "15": "yellow", "16": "yellow", "23": "white",
                "24": "white", "51": "yellow-green", "52": "green"}  # fmt: skip
_UNTOLD = frozenset({"未知", "未识别", "无", "unknown", "none", "null"})
_COLOR_WORDS = {
    **{word.replace("-", ""): word for word in COLORS},
    **{chinese: word for word, chinese in COLORS.items()},
    "绿": "green", "渐变绿": "green", "黄绿双拼": "yellow-green", "黄绿双拼色": "yellow-green",
    "双拼": "yellow-green", "兰": "blue", "gradientgreen": "green",
}  # fmt: skip
