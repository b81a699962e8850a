"""Who decided, and by which list: nobody grants what it asked for itself (docs/format.md section 24)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..procedure.facts import Hidden
from ..report import Phrase
from .course import Breach, Course
from .matters import Entry


def check_approvals(course: Course, entries: Mapping[str, Entry], tolerance: int) -> tuple[list[Breach], int]:
    """What is wrong, and how many asks nobody can tell about, as who asked or decided is not shown."""
    unknown = 0
    breaches = []
    for ask in course.asks:
        if ask.decided is None:
            continue
        if isinstance(ask.asked.actor, Hidden) or isinstance(ask.decided.actor, Hidden):
            unknown += 1
        elif ask.asked.actor == ask.decided.actor:
            detail = Phrase(f"{ask.what} asked for and decided by one account", "申请人与审批人为同一账号")
            breaches.append(Breach("ask-own", detail, ask.decided))
    return [*breaches, *_check_list(course, entries, tolerance)], unknown


def _check_list(course: Course, entries: Mapping[str, Entry], tolerance: int) -> Iterator[Breach]:
    for placed in course.placed:
        fact, named = placed.fact, placed.fact.said("list")
        if placed.step.name != "dispatch" or not isinstance(named, str):
            continue
        entry = entries.get(named)
        if entry is None:
            detail = Phrase(f"{named} is no approved entry of the list"[:300], "清单条目未经批准")
            yield Breach("list-unapproved", detail, fact)
            continue
        if fact.imported or isinstance(fact.occurred_at, Hidden):
            continue
        then = fact.occurred_at.timestamp() + tolerance
        if entry.approved > then or entry.effective_from.timestamp() > then:
            detail = Phrase(
                f"{named} was approved, or counts, only later"[:300], "清单条目派遣时尚未批准或生效"
            )
            yield Breach("list-later", detail, fact)
