"""The steps of an event file's verification, in the order in which one rests on the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..bundle.time_check import moment
from ..case.bundles import Bundles
from ..case.file import CaseFile
from ..case.sequence_check import check_sequence
from ..memory import Memory
from ..procedure.facts import Hidden
from ..report import Check, Phrase
from ..trust import Trust
from .approvals import check_approvals
from .clock_rows import LATE, MET, ClockReading, Rules, compare_clocks
from .course import Course, judge_steps
from .dossier import EventDossier
from .facts import StepFact
from .loop import Loop
from .runs import read_runs
from .stated_rows import stated_rows

if TYPE_CHECKING:
    from ..rpc import Rpc

_PROVED = {
    "event": Phrase("one subject, no gap, each names the one before", "同一主体，无缺号，前后相续"),
    "loop": Phrase("every step is lawful where it stands", "各环节均合闭环规则"),
    "clocks": Phrase("every clock follows from the steps", "各计时均由环节得出"),
    "approvals": Phrase("nobody decided what it asked for itself", "各申请均由他人审批"),
}


@dataclass(frozen=True)
class Verified:
    """What an event file came to."""

    checks: list[Check]
    subject: dict[str, Any]
    dossier: EventDossier


def verify_event(
    file: CaseFile,
    trust: Trust,
    *,
    rpc: Rpc | None = None,
    memory: Memory | None = None,
    advance: Callable[[int], None] = lambda _: None,
) -> Verified:
    """Check a whole event file; offline unless `rpc` is given (then Unavailable may be raised)."""
    # 1. every bundle by itself
    bundles = Bundles(trust, rpc, memory, advance)
    records = bundles.check(file.records)
    dossier = EventDossier(
        file,
        trust,
        records,
        rules=bundles.check(file.rules),
        related=bundles.check(file.related),
        unread=len(file.records) - len(records),
    )
    # 2. the records are one event
    dossier.whole = check_sequence(dossier, dossier.tallies["event"])
    # 3. its steps are lawful by its loop; its clocks follow; others decided what was asked
    loop, rules = dossier.open_rules()
    course = None if loop is None else judge_steps(loop, dossier.steps, trust.tolerance)
    if loop is not None and course is not None:
        _check_loop(dossier, course)
        _check_approvals(dossier, course, rules)
        _check_clocks(dossier, loop, course, rules)
    own = [tally.check(_PROVED[name]) for name, tally in dossier.tallies.items()]
    return Verified([*bundles.merged(), *own], _subject(dossier, course), dossier)


def _check_loop(dossier: EventDossier, course: Course) -> None:
    tally = dossier.tallies["loop"]
    tally.checked = len(dossier.steps)
    for breach in course.breaches:
        tally.fail(breach.code, breach.detail, **breach.fact.where)
    if course.unknown:
        text = f"{course.unknown} steps rest on what is not shown"
        tally.not_evaluated.append(Phrase(text, f"{course.unknown} 个环节取决于未披露内容"))


def _check_approvals(dossier: EventDossier, course: Course, rules: Rules) -> None:
    tally = dossier.tallies["approvals"]
    breaches, unknown = check_approvals(course, rules.entries, dossier.trust.tolerance)
    tally.checked = len(course.asks)
    for breach in breaches:
        tally.fail(breach.code, breach.detail, **breach.fact.where)
    if unknown or course.unknown:
        text = f"{unknown + course.unknown} rest on what is not shown, or on whose keys signed"
        tally.not_evaluated.append(
            Phrase(text, f"{unknown + course.unknown} 项取决于未披露内容或未附的密钥持有人")
        )


def _check_clocks(dossier: EventDossier, loop: Loop, course: Course, rules: Rules) -> None:
    tally = dossier.tallies["clocks"]
    if not (course.whole and dossier.whole):
        text = "steps that are missing, not shown or out of place: no clock can be told"
        tally.not_evaluated.append(Phrase(text, "环节缺失、未披露或不合规则，无法核算计时"))
        return
    rows = stated_rows(dossier.records).get("clock", [])
    differences, readings = compare_clocks(loop, rules, read_runs(course), rows)
    tally.checked = len(differences) + len(readings)
    for difference in differences:
        where = {} if difference.run is None else dict(difference.run.started.where)
        column = {} if difference.column is None else {"column": difference.column}
        tally.fail(difference.code, difference.detail, table="events.clock", **where, **column)
    word = 0
    for reading in readings:
        if reading.state == LATE or _overdue(dossier, reading):
            _name_late(dossier, reading)
        elif reading.state == MET and not _ended_by_anchor(reading):
            word += 1
    if word:
        text = f"{word} were kept by the times that the steps themselves state"
        tally.claimed.append(Phrase(text, f"{word} 个时限以环节自述时间为据"))


def _overdue(dossier: EventDossier, reading: ClockReading) -> bool:
    """Still open, and known to have passed: by the newest block that anchored a record of the event."""
    now, due = dossier.last_anchor, reading.due_at
    return reading.run.ended is None and due is not None and now is not None and due.timestamp() < now


def _ended_by_anchor(reading: ClockReading) -> bool:
    """The chain itself shows the end in time: the step that ended it was anchored by then."""
    anchored = None if reading.run.ended is None else reading.run.ended.anchored
    return anchored is not None and reading.due_at is not None and anchored <= reading.due_at.timestamp()


def _name_late(dossier: EventDossier, reading: ClockReading) -> None:
    run, due = reading.run, reading.due_at
    said = "" if due is None else due.strftime("%Y-%m-%dT%H:%M:%SZ")
    ended = "still open" if run.ended_at is None else f"ended {run.ended_at.strftime('%Y-%m-%dT%H:%M:%SZ')}"
    detail = Phrase(
        f"{run.clock.en} ({run.name}): due {said}, {ended}", f"{run.clock.zh}：应于 {said} 前完成"
    )
    if reading.excused:
        detail = Phrase(f"{detail}; excused by an appeal", f"{detail.zh}，申诉成立")
    where = (run.ended or run.started).where
    dossier.tallies["clocks"].name_place("clock-limit", detail, **where)


def _subject(dossier: EventDossier, course: Course | None) -> dict[str, Any]:
    last = course.placed[-1] if course is not None and course.placed else None
    rows = stated_rows(dossier.records).get("event", [])
    return {
        "file": dossier.file.name,
        "event": rows[0].get("number") if rows else None,
        "sub": dossier.file.sub,
        "log": dossier.file.origin,
        "state": None if last is None or course is None or course.unknown else last.state,
        "round": None if last is None else last.round,
        "records": len(dossier.file.records),
        "steps": len(dossier.steps),
        "loop": None if course is None else course.loop.version,
        "timeline": [_row(fact, course) for fact in dossier.steps],
    }


def _row(fact: StepFact, course: Course | None) -> dict[str, Any]:
    name = None if isinstance(fact.step, Hidden) else fact.step
    step = None if course is None or name is None else course.loop.steps.get(name)
    occurred = None if isinstance(fact.occurred_at, Hidden) else int(fact.occurred_at.timestamp())
    result = fact.said("result") or fact.said("outcome")
    return {
        "seq": fact.seq,
        "jti": fact.jti,
        "kind": "event.step.v1",
        "step": name,
        "zh": step.zh if step else "事件环节",
        "en": step.en if step else "event step",
        "outcome": result if isinstance(result, str) else None,
        "milestone": None,
        "rule": None,
        "article": None,
        "occurred_at": None if occurred is None else moment(occurred),
        "anchored": None if fact.anchored is None else moment(fact.anchored),
        "signer": fact.actor if isinstance(fact.actor, str) else "-",
    }
