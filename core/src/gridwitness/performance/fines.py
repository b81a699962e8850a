"""Fines have no place in an assessment (行政处罚法 2021 Art. 74; 城市管理执法办法 Art. 30)."""

from __future__ import annotations

import re

_CHINESE = re.compile("罚|没收|金额|收缴|款额|创收")
_ENGLISH = frozenset(
    ["amount", "amounts", "cny", "confiscated", "confiscation", "fine", "fined", "fines", "money",
     "penalties", "penalty", "revenue", "rmb", "surcharge", "surcharges", "yuan"]
)  # fmt: skip
_WORD = re.compile(r"[A-Za-z]+")


def names_fines(text: str) -> bool:
    """Whether a name or a value speaks of fines or of amounts of money."""
    words = {word.lower() for word in _WORD.findall(text)}
    return bool(_CHINESE.search(text) or words & _ENGLISH)
