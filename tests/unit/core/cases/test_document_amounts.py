"""Capital numerals: read back by an independent reader, and held to the rules for bills."""

from __future__ import annotations

from decimal import Decimal

import pytest
from gridwitness.cases.documents.amounts import amount_words, capital_amount
from gridwitness.errors import InvalidInput
from hypothesis import given
from hypothesis import strategies as st

_VALUES = {character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
_UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def _read_whole(text: str) -> int:
    total = section = digit = 0
    for character in text:
        if character in _VALUES:
            digit = _VALUES[character]
        elif character in _UNITS:
            section += digit * _UNITS[character]
            digit = 0
        elif character == "万":
            section = (section + digit) * 10_000
            digit = 0
        else:
            assert character == "亿"
            total += (section + digit) * 10**8
            section = digit = 0
    return total + section + digit


def _read(text: str) -> Decimal:
    text = text.removeprefix("人民币").removesuffix("整")
    whole, _, rest = text.partition("元") if "元" in text else ("", "", text)
    fen = 0
    for unit, value in (("角", 10), ("分", 1)):
        if unit in rest:
            digit, _, rest = rest.partition(unit)
            fen += _VALUES[digit.removeprefix("零")] * value
    assert not rest
    return Decimal(_read_whole(whole)) + Decimal(fen) / 100


@given(st.integers(0, 10**18 - 1))
def test_what_is_written_reads_as_the_amount(fen: int) -> None:
    amount = Decimal(fen) / 100
    written = capital_amount(amount)
    assert _read(written) == amount
    assert "零零" not in written
    assert "零元" not in written or amount == 0
    assert written.endswith("分") != written.endswith("整")


@given(st.integers(1, 10**14), st.integers(1, 10**14))
def test_different_amounts_are_written_differently(one: int, other: int) -> None:
    same = capital_amount(Decimal(one)) == capital_amount(Decimal(other))
    assert same == (one == other)


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "人民币零元整"),
        ("200", "人民币贰佰元整"),
        ("8500", "人民币捌仟伍佰元整"),
        ("10", "人民币壹拾元整"),
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角整"),
        ("100000", "人民币壹拾万元整"),
        ("1000001", "人民币壹佰万零壹元整"),
        ("100010000", "人民币壹亿零壹万元整"),
        ("1000000000000", "人民币壹万亿元整"),
        ("1200000000000", "人民币壹万贰仟亿元整"),
    ],
)
def test_known_amounts(amount: str, written: str) -> None:
    assert capital_amount(Decimal(amount)) == written


@pytest.mark.parametrize("amount", ["-1", "0.001", "1E16", "NaN", "Infinity"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        capital_amount(Decimal(amount))
    assert refused.value.code == "amount-range"


def test_papers_print_words_and_figures() -> None:
    assert amount_words("12345.6") == "人民币壹万贰仟叁佰肆拾伍元陆角整（￥12,345.60）"
    assert amount_words(200) == "人民币贰佰元整（￥200.00）"
    assert amount_words("007") == "007"
