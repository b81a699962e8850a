"""Line breaking: nothing lost, nothing too wide, no line that begins or ends with the wrong mark."""

from __future__ import annotations

from itertools import pairwise

from gridwitness.cases.documents.wrapping import NOT_FIRST, NOT_LAST, break_lines
from hypothesis import given
from hypothesis import strategies as st

_ALPHABET = "字词句，。（）《》、：“” abcXYZ0123456789-/.\n"


def _width(text: str) -> float:
    return sum(0.5 if character.isascii() else 1.0 for character in text)


def _texts(text: str, width: float, indent: float = 0) -> list[str]:
    return [line.text for line in break_lines(text, width, _width, indent=indent)]


@given(st.text(alphabet=_ALPHABET, max_size=200), st.integers(3, 30), st.sampled_from([0, 2]))
def test_nothing_is_lost_and_nothing_too_wide(text: str, width: int, indent: int) -> None:
    lines = break_lines(text, width, _width, indent=indent)
    assert "".join(line.text for line in lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    first = True
    for line in lines:
        assert _width(line.text) == line.width
        assert line.width <= width - (indent if first else 0) or len(line.text) == 1
        first = line.last
    assert sum(line.last for line in lines) == text.count("\n") + 1


@given(st.lists(st.sampled_from(["字", "词", "句，", "（括", "号）", "《书", "名》", "。"]), max_size=80))
def test_marks_stay_where_they_belong(parts: list[str]) -> None:
    # Runs of marks longer than a line are broken somewhere all the same; these are not.
    text = "字".join(parts)
    lines = _texts(text, 12)
    for before, after in pairwise(lines):
        assert after[0] not in NOT_FIRST
        assert before[-1] not in NOT_LAST


def test_words_stay_whole_where_they_fit() -> None:
    assert _texts("案号 330100CG-2026-000001 号", 10) == ["案号", "330100CG-2026-000001", "号"]
    assert _texts("x" * 30, 10) == ["x" * 20, "x" * 10]
    assert _texts("签名：＿＿＿＿", 6) == ["签名：", "＿＿＿＿"]
    assert _texts("", 10) == [""]
    assert _texts("一二三四五", 4, indent=2) == ["一二", "三四五"]
