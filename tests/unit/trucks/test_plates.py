"""Plates: grammar, normal form, look-alikes and colours; columns alike."""

from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest
from gridwitness.trucks.plates import (
    COLORS,
    PROVINCES,
    SEPARATORS,
    cleaned,
    color_of_gat,
    color_of_jt,
    is_absent,
    is_plate,
    look_alikes,
    normalise,
)
from gridwitness.trucks.plates_frames import absent_series, normalise_series
from hypothesis import given
from hypothesis import strategies as st

GOOD = ["浙A12345", "粤B1234A", "沪ADZ999", "京AF0236", "新A00001", "湘U12345", "鲁U1234Z"]
GOOD += ["粤BA12345", "粤BD12345", "粤BF12345", "粤B12345A", "粤B12345D", "粤BDA1234", "苏EK00001"]
GOOD += ["浙A1234挂", "浙A1234学", "京A1234警", "粤Z1234港", "粤ZAB12澳", "沪A0023领", "使224001", "224001使"]
GOOD += ["WJ浙12345", "WJ1234X", "WJ浙1234X", "VA12345", "KB00001", "浙S1234应急"]
BAD = ["", "浙", "浙A", "浙A1234", "浙A123456", "浙I12345", "浙AO1234", "浙AI1234", "A12345", "浙112345"]
BAD += ["粤BL12345", "粤BI12345", "粤BAAA345", "浙A12345浙", "港A12345", "浙A1234港", "粤B1234港", "浙A1234!"]
BAD += ["\n浙A12345\n浙", "浙Ａ12345", "浙a12345", "无牌", "ＷJ浙12345", "浙A1234٣", "浙A12345\0"]
plates = st.one_of(
    st.from_regex(rf"\A[{PROVINCES}][A-HJ-Z][A-HJ-NP-Z0-9]{{5}}\Z"),
    st.from_regex(rf"\A[{PROVINCES}][A-HJ-Z][A-HJK][A-HJ-NP-Z0-9][0-9]{{4}}\Z"),
    st.from_regex(rf"\A[{PROVINCES}][A-HJ-Z][0-9]{{5}}[A-HJK]\Z"),
)
readings = st.one_of(
    st.text(max_size=10),
    plates,
    st.text(alphabet="浙粤港挂ABOIZ0158Ｂ５ａｂo·. \u3000Wj使", max_size=9),
)


@pytest.mark.parametrize("plate", GOOD)
def test_plates_of_every_kind(plate: str) -> None:
    assert is_plate(plate)
    assert normalise(plate) == plate


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_plate_in_its_normal_form(text: str) -> None:
    assert not is_plate(text)


@pytest.mark.parametrize(
    "text",
    [
        "浙A·12345",
        " 浙A12345 ",
        "浙Ａ１２３４５",
        "浙a12345",
        "浙 A-123 45",
        "浙A•12345",
        "浙ａ・12345\u3000",
        "\ufeff浙A12345",
    ],
)
def test_spaces_dots_full_width_and_case_go(text: str) -> None:
    assert normalise(text) == "浙A12345"


@given(plates, st.lists(st.tuples(st.integers(0, 8), st.sampled_from(SEPARATORS))))
def test_separators_anywhere_change_nothing(plate: str, separators: list[tuple[int, str]]) -> None:
    text = plate.lower()
    for place, separator in separators:
        text = text[:place] + separator + text[place:]
    assert normalise(text) == plate


@given(readings)
def test_a_normal_form_is_normal_and_no_character_is_mended(text: str) -> None:
    plate = normalise(text)
    if plate is not None:
        assert normalise(plate) == plate
        assert sorted(plate) == sorted(cleaned(text)), "characters come out of the reading"


def test_o_and_zero_i_and_one_are_candidates_only() -> None:
    assert normalise("浙AO1234") is None
    assert look_alikes("浙AO1234") == {"浙A01234", "浙AD1234"}
    assert normalise("浙A01234") == "浙A01234"
    assert "浙A81234" in look_alikes("浙AB1234")
    assert look_alikes("浙A12345") == {"浙A1Z345", "浙A1234S"}
    assert look_alikes("浙A33333") == frozenset()


@given(plates)
def test_look_alikes_differ_in_one_place_and_know_one_another(plate: str) -> None:
    for other in look_alikes(plate):
        assert is_plate(other)
        assert sum(a != b for a, b in zip(plate, other, strict=True)) == 1
        assert plate in look_alikes(other)


@pytest.mark.parametrize("text", ["", "无", "无 牌", "未识别", "null", "NoPlate", "００００００００", "-"])
def test_no_plate_was_seen(text: str) -> None:
    assert is_absent(text)
    assert normalise(text) is None


@given(st.lists(st.one_of(st.none(), readings)))
def test_a_column_says_what_each_text_says(texts: list[str | None]) -> None:
    column = pl.Series("plate", texts, dtype=pl.String)
    assert normalise_series(column).to_list() == [None if t is None else normalise(t) for t in texts]
    assert absent_series(column).to_list() == [t is None or is_absent(t) for t in texts]


@pytest.mark.parametrize(
    ("color", "plate_class", "word"),
    [
        ("6", "01", "yellow"), ("6", None, "yellow"), (None, "01", "yellow"), ("9", "51", "yellow-green"),
        ("6", "51", "yellow-green"), (None, "51", "yellow-green"), ("9", "52", "green"), ("9", None, "green"),
        ("5", "02", "blue"), ("2", "23", "white"), ("1", "03", "black"), ("3", None, "other"),
        ("99", None, "other"), ("黄色", None, "yellow"), ("蓝", "02", "blue"),
        ("黄绿双拼色", None, "yellow-green"),
        ("渐变绿", None, "green"), ("yellow", None, "yellow"), ("YELLOW-GREEN", None, "yellow-green"),
        (None, None, None), ("", "", None), ("0", None, None), ("未知", None, None), ("未知", "1", "yellow"),
        ("9" * 5000, None, "other"), ("２", None, "white"),
    ],
)  # fmt: skip
def test_colours_of_ga_t_1400(color: str | None, plate_class: str | None, word: str | None) -> None:
    assert color_of_gat(color, plate_class) == word


def test_colours_of_jt_t_415_have_other_numbers() -> None:
    words = {
        1: "blue",
        2: "yellow",
        3: "black",
        4: "white",
        5: "green",
        9: "other",
        93: "yellow-green",
        94: "green",
    }
    assert {code: color_of_jt(code) for code in words} == words
    assert color_of_jt(0) is None
    assert color_of_jt("2") == "yellow"
    assert color_of_jt(77) == "other"


@given(st.text(), st.text())
def test_any_colour_is_one_of_ours_or_none(color: str, plate_class: str) -> None:
    assert color_of_gat(color, plate_class) in {*COLORS, None}
    assert color_of_jt(color) in {*COLORS, None}


def test_plates_and_coordinates_load_no_frames() -> None:
    code = "import sys, gridwitness.plates, gridwitness.coordinates as c; c.to_wgs84(30.0, 120.0, 'BD09')"
    code += "; sys.exit(sorted({'polars', 'numpy', 'sqlalchemy'} & set(sys.modules)) != [])"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
