"""The words of papers: of enumerated values, dates, numbers, parties and officers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from gridwitness.cases.documents.amounts import amount_words
from gridwitness.cases.documents.content import DocumentContent, Officer
from gridwitness.rules import word

ERASED = "已删除"
"""In place of personal data that were erased in order."""
NONE = "无"
BLANK = "＿" * 6

ZONE = ZoneInfo("Asia/Shanghai")

SERVICE = {
    "direct": "直接送达",
    "left": "留置送达",
    "mail": "邮寄送达",
    "electronic": "电子送达",
    "announcement": "公告送达",
    "entrusted": "委托送达",
}
"""Manners of service (行政处罚法 Art. 61, 民事诉讼法)."""

LAWS = {
    "AEL": "中华人民共和国行政强制法",
    "AIR": "中华人民共和国大气污染防治法",
    "ALL": "中华人民共和国行政诉讼法",
    "APL": "中华人民共和国行政处罚法",
    "ARL": "中华人民共和国行政复议法",
    "CAP": "城市市容和环境卫生管理条例",
    "CCW": "城市建筑垃圾管理规定",
    "MOH": "住房和城乡建设行政处罚程序规定",
    "SW": "中华人民共和国固体废物污染环境防治法",
    "UME": "城市管理执法办法",
}
"""Laws by the first part of a rule's id."""

_RULE = re.compile(r"([A-Z]+)-([0-9]{1,3}(?:/[0-9]{1,3})*)")
_NUMERALS = "〇一二三四五六七八九"


def chinese(value: object) -> str:
    """An outcome's or a detail's Chinese word; a value that has none, as it is; nothing = 无."""
    return NONE if value is None else word(str(value))[0]


def service_method(value: object) -> str:
    """The manner of service; a value that is none, as it is; nothing = 无."""
    return NONE if value is None else SERVICE.get(str(value), str(value))


def day(when: datetime) -> str:
    """`2026年11月27日`, local."""
    local = when.astimezone(ZONE)
    return f"{local.year}年{local.month}月{local.day}日"


def minute(when: datetime) -> str:
    """`2026年11月27日9时05分`, local."""
    local = when.astimezone(ZONE)
    return f"{day(when)}{local.hour}时{local.minute:02}分"


def detail_time(value: object) -> str:
    """A detail of type `time` (RFC 3339), as a paper prints it; what is none, as it is."""
    if value is None:
        return NONE
    try:
        when = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return minute(when) if when.tzinfo else str(value)


def count(number: int) -> str:
    """A number below 1,000 in Chinese: 六十, 一百八十."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    if not 0 <= number < 1000:
        return str(number)
    if number < 10:
        return _NUMERALS[number].replace("〇", "零")
    words = f"{_NUMERALS[hundreds]}百" if hundreds else ""
    if tens:
        words += ("" if tens == 1 and not hundreds else _NUMERALS[tens]) + "十"
    elif ones:
        words += "零"
    return words + (_NUMERALS[ones] if ones else "")


def term(days: int) -> str:
    """A term as the law words it: whole months from half a year on (行政诉讼法 Art. 46), else days."""
    return f"{count(days // 30)}个月" if days >= 180 and days % 30 == 0 else f"{count(days)}日"


def given(value: object, *, erased: bool = False) -> str:
    """A personal value: as given, 无 where never given, 已删除 where erased."""
    return ERASED if erased else NONE if value in (None, "") else str(value)


def party_value(content: DocumentContent, name: str) -> str:
    """One of the party's values."""
    return given(getattr(content.party, name, None), erased="party" in content.erased)


def addressee(content: DocumentContent) -> str:
    """How the paper speaks to the party."""
    return (
        "你"
        if content.party_kind == "citizen"
        else "你单位"
        if content.party_kind == "organisation"
        else "你（单位）"
    )


def officer(who: Officer | None) -> str:
    """Name and certificate."""
    if who is None:
        return NONE
    name = given(who.name, erased=who.name is None)
    return name if who.certificate is None else f"{name}（执法证号 {who.certificate}）"


def officers(who: Iterable[Officer]) -> str:
    """Several officers, 无 where there is none."""
    return "、".join(map(officer, who)) or NONE


def articles(basis: Sequence[str]) -> str:
    """The legal basis: `《…》第…条、…`; what is no rule's id, as it is."""
    return "、".join(map(_article, basis)) or NONE


def _article(basis: str) -> str:
    rule = _RULE.fullmatch(basis)
    if rule is None or rule[1] not in LAWS:
        return basis
    numbers = "、".join(f"第{count(int(number))}条" for number in rule[2].split("/"))
    return f"《{LAWS[rule[1]]}》{numbers}"


def penalties(details: Mapping[str, Any]) -> tuple[str, ...]:
    """Each penalty of the details `penalty_kinds`, `fine` and `confiscation_value`, with its amount."""
    kinds = details.get("penalty_kinds")
    listed = [str(kind) for kind in kinds] if isinstance(kinds, list | tuple) else []
    if details.get("fine") is not None and "fine" not in listed:
        listed.append("fine")
    return tuple(_penalty(kind, details) for kind in listed)


def _penalty(kind: str, details: Mapping[str, Any]) -> str:
    amount = details.get({"fine": "fine", "confiscation": "confiscation_value"}.get(kind, ""))
    named = chinese(kind)
    return named if amount is None else f"{named}{amount_words(amount)}"


def listed(items: Sequence[str]) -> str:
    """`1. …；` line by line, the last one with a full stop; 无 without any."""
    if not items:
        return NONE
    ends = ["；"] * (len(items) - 1) + ["。"]
    return "\n".join(
        f"{place}. {item}{end}" for place, (item, end) in enumerate(zip(items, ends, strict=True), 1)
    )
