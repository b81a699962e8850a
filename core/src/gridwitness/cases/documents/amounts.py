"""Amounts of money in Chinese capital numerals, as papers about money must write them.

After the rules for bills (支付结算办法, annex 1 正确填写票据和结算凭证的基本规定): 整 after 元 or 角 and
never after 分; one 零 for a run of zeros between digits.
"""

from __future__ import annotations

import re
from decimal import Decimal

from gridwitness.errors import InvalidInput

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,15})(\.[0-9]{1,2}0*)?")
_LIMIT = Decimal(10) ** 16


def capital_amount(amount: Decimal) -> str:
    """The amount in yuan, `人民币贰佰元整`.

    Takes 0 ≤ amount < 10^16 in whole fen. Raises InvalidInput `amount-range`.
    """
    if not amount.is_finite() or not 0 <= amount < _LIMIT or amount * 100 % 1 != 0:
        raise InvalidInput("amount-range", f"{amount} is no amount of yuan and fen below 10^16.", None)
    yuan, fen = divmod(int(amount * 100), 100)
    return f"人民币{_with_fraction(yuan, fen)}"


def amount_words(value: object) -> str:
    """An amount as a paper prints it: `人民币贰佰元整（￥200.00）`; what is no such amount, as it is."""
    text = str(value)
    if not _DECIMAL.fullmatch(text):
        return text
    amount = Decimal(text)
    return f"{capital_amount(amount)}（￥{amount:,.2f}）"


def _with_fraction(yuan: int, fen: int) -> str:
    tenths, hundredths = divmod(fen, 10)
    words = f"{_whole(yuan)}元" if yuan or not fen else ""
    if not fen:
        return f"{words}整"
    if tenths:
        words += f"{_DIGITS[tenths]}角"
    elif yuan:
        words += "零"
    return words + (f"{_DIGITS[hundredths]}分" if hundredths else "整")


def _whole(number: int) -> str:
    if number == 0:
        return _DIGITS[0]
    words, gap = "", False
    for power in reversed(range(len(_GROUPS))):
        group = number // 10 ** (4 * power) % 10000
        if group == 0:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += _DIGITS[0]
        words += _group(group) + _group_name(power, number)
        gap = False
    return words


def _group_name(power: int, number: int) -> str:
    """万亿 only where no 亿 follows: 壹万贰仟亿, but 壹万亿."""
    if power == 3 and number // 10**8 % 10000:
        return "万"
    return _GROUPS[power]


def _group(number: int) -> str:
    words, gap = "", False
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if digit == 0:
            gap = bool(words)
            continue
        words += (_DIGITS[0] if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return words
