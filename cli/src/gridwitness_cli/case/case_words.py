"""Chinese for what a case's columns hold: states, milestones, procedures, outcomes."""

from __future__ import annotations

from gridwitness.rules import word

_STATES = {
    "clue": "线索",
    "verified": "已核查",
    "dropped": "不予立案",
    "inquiry": "调查取证",
    "reported": "调查终结",
    "proposed": "拟处罚",
    "notified": "已告知",
    "hearing": "听证",
    "heard": "已听取意见",
    "reviewed": "已审核",
    "decided": "已决定",
    "served": "已送达",
    "fulfilled": "已履行",
    "ended": "已终止",
    "closed": "已结案",
    "archived": "已归档",
    "opened": "已表明身份",
    "recorded": "已取证",
    "informed": "已告知",
}
_MILESTONES = {
    "start": "启动",
    "inquiry": "调查取证",
    "review": "审核",
    "decision": "决定",
    "service": "送达",
    "execution": "执行",
    "closure": "结案",
}
_PROCEDURES = {"general": "一般程序", "summary": "简易程序"}


def state_words(name: str | None) -> str:
    """`调查取证 inquiry`; a state of a procedure this release does not know stays as it is."""
    return _said(_STATES, name)


def milestone_words(name: str | None) -> str:
    """`启动 start`."""
    return _said(_MILESTONES, name)


def procedure_words(name: str | None) -> str:
    """`一般程序 general`."""
    return _said(_PROCEDURES, name)


def outcome_words(name: str | None) -> str:
    """`给予处罚 penalty`; nothing where there is none."""
    return "" if name is None else _said({name: word(name)[0]}, name)


def _said(words: dict[str, str], name: str | None) -> str:
    if name is None:
        return "–"
    zh = words.get(name)
    return name if zh in (None, name) else f"{zh} {name}"
