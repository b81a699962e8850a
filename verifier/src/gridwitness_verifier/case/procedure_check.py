"""`procedure`: every step is lawful where it stands; `clocks`: the statutory terms were kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ..procedure import (
    CALENDAR,
    HOLDER,
    QUALIFICATION,
    REDACTED,
    CaseFacts,
    ClockReading,
    Finding,
    Hidden,
    Judged,
    Procedure,
    judge_case,
    local_day,
    read_clocks,
)
from ..report import Phrase
from .dossier import Dossier, Sheet
from .rulebook import Rulebook, device_reviews

_BREACHES = {"state": "procedure-state", "fields": "procedure-fields"}


@dataclass(frozen=True)
class RuleCounts:
    """Ids of the rules that hold wherever they apply, that are breached, and that could not be told."""

    held: list[str]
    breached: list[str]
    unknown: list[str]


def check_procedure(dossier: Dossier, rules: Rulebook) -> tuple[Judged | None, RuleCounts]:
    """Judge every step; breaches fail by rule and record, what is not shown is counted."""
    tally, procedure = dossier.tallies["procedure"], rules.procedure
    if procedure is None:
        return None, RuleCounts([], [], [])
    facts = _facts(dossier)
    judged = judge_case(procedure, rules.calendars, facts)
    tally.checked = len(judged.held) + len(judged.findings)
    sheets = dossier.by_jti
    for found in judged.findings:
        if found.truth.is_false:
            code = _BREACHES.get(found.kind, "procedure-requirement")
            tally.fail(code, _said(procedure, found), rule=found.rule or None, **sheets[found.fact.jti].where)
    for sheet, fact in dossier.steps:
        _check_not_ahead(dossier, sheet, fact.occurred_at)
    _count_unknown(dossier, judged)
    return judged, _counts(judged)


def _facts(dossier: Dossier) -> CaseFacts:
    return CaseFacts(tuple(fact for _, fact in dossier.steps), device_reviews(dossier))


def _said(procedure: Procedure, found: Finding) -> Phrase:
    law, step = procedure.law(found.rule), None
    if not isinstance(found.fact.step, Hidden):
        step = procedure.steps.get(found.fact.step)
    names = ("", "") if step is None else (f"{step.en}: ", f"{step.zh}：")
    return Phrase(
        f"{found.rule} ({law.article}), {names[0]}{found.detail}",
        f"{law.article}，{names[1]}{found.detail.zh}",
    )


def _check_not_ahead(dossier: Dossier, sheet: Sheet, occurred: datetime | Hidden) -> None:
    if isinstance(occurred, Hidden):
        return
    ahead = int(occurred.timestamp()) - sheet.entry.iat
    if ahead > dossier.trust.tolerance:
        text = f"says it occurred {ahead} s after it was signed"
        detail = Phrase(text, f"所载发生时间晚于签名时间 {ahead} 秒")
        dossier.tallies["procedure"].fail("step-dated-ahead", detail, **sheet.where)


def _count_unknown(dossier: Dossier, judged: Judged) -> None:
    tally = dossier.tallies["procedure"]
    unknown = [found for found in judged.findings if found.truth.value is None]
    redacted = sum(REDACTED in found.truth.reasons for found in unknown)
    undated = sum(CALENDAR in found.truth.reasons for found in unknown)
    persons = sum(bool(found.truth.reasons & {QUALIFICATION, HOLDER}) for found in unknown)
    if redacted:
        text = f"{redacted} demands rest on fields that are not shown"
        tally.not_evaluated.append(Phrase(text, f"{redacted} 项要求取决于未披露的字段"))
    if undated:
        text = f"{undated} demands rest on a calendar that is not published"
        tally.not_evaluated.append(Phrase(text, f"{undated} 项要求取决于未发布的日历"))
    if persons:
        text = f"{persons} demands rest on the agency's lists of persons (qualification, who holds a key)"
        tally.claimed.append(Phrase(text, f"{persons} 项要求以机关人员名册为据（执法资格、密钥持有人）"))


def _counts(judged: Judged) -> RuleCounts:
    breached = {found.rule for found in judged.findings if found.truth.is_false}
    unknown = {found.rule for found in judged.findings if found.truth.value is None} - breached
    held = set(judged.held) - breached - unknown
    return RuleCounts(*(sorted(rules - {""}) for rules in (held, breached, unknown)))


def check_clocks(dossier: Dossier, rules: Rulebook) -> None:
    """Every clock read at the last anchor, or a node's newest block. A party's own terms are named, and are
    nobody's breach.
    """
    tally, now = dossier.tallies["clocks"], dossier.now
    if rules.procedure is None:
        return
    if now is None:
        tally.not_evaluated.append(Phrase("no record is proved to be anchored", "没有可核实的锚定时间"))
        return
    today = local_day(datetime.fromtimestamp(min(now, 2**37), UTC))
    readings = read_clocks(rules.procedure, rules.calendars, _facts(dossier), today)
    tally.checked = len(readings)
    if not readings:
        tally.not_evaluated.append(Phrase("no clock has begun", "尚无期限起算"))
    unknown = 0
    claimed = not dossier.times_proved
    for reading in readings:
        if reading.problem is not None and reading.state != "met":
            unknown += 1
        elif reading.overdue or reading.state == "late":
            _report(dossier, rules.procedure, reading)
        elif reading.ended is not None and not _ended_by_anchor(dossier, reading):
            claimed = True
            _report_by_word(dossier, rules.procedure, reading)
    if unknown:
        text = f"{unknown} clocks rest on what is not shown, or on a calendar that is not published"
        tally.not_evaluated.append(Phrase(text, f"{unknown} 个期限取决于未披露内容或未发布的日历"))
    if claimed and readings:
        text = "rests on the times that the records state"
        tally.claimed.append(Phrase(text, "以记录自述的时间为据"))


def _report(dossier: Dossier, procedure: Procedure, reading: ClockReading) -> None:
    clock, tally = reading.clock, dossier.tallies["clocks"]
    law = procedure.law(clock.rule)
    done = reading.ended is not None
    term = f"begun {reading.started_on}, due {reading.due_on}"
    term_zh = f"{reading.started_on} 起算，{reading.due_on} 届满"
    end = f"done {reading.ended_on}" if done else "still open"
    end_zh = f"{reading.ended_on} 完成" if done else "尚未完成"
    detail = Phrase(
        f"{clock.en}: {term}, {end}; {clock.rule} ({law.article})",
        f"{clock.zh}：{term_zh}，{end_zh}；{law.article}",
    )
    sheet = dossier.by_jti[(reading.ended or reading.started).jti]
    if clock.duty == "party":
        tally.name_place("clock-party", detail, rule=clock.rule, **sheet.where)
        return
    code = "clock-overdue" if reading.ended is None else "clock-late"
    tally.fail(code, detail, rule=clock.rule, **sheet.where)


def _report_by_word(dossier: Dossier, procedure: Procedure, reading: ClockReading) -> None:
    """In time by the date that the step itself states, and anchored later: named, no failure."""
    assert reading.ended is not None
    sheet, clock = dossier.by_jti[reading.ended.jti], reading.clock
    if sheet.anchored is None or reading.due_on is None:
        return
    day, law = local_day(datetime.fromtimestamp(min(sheet.anchored, 2**37), UTC)), procedure.law(clock.rule)
    detail = Phrase(
        f"{clock.en}: due {reading.due_on}, done {reading.ended_on} by its own word, anchored {day}"
        f"; {clock.rule} ({law.article})",
        f"{clock.zh}：{reading.due_on} 届满，自述 {reading.ended_on} 完成，{day} 上链；{law.article}",
    )
    dossier.tallies["clocks"].name_place("clock-by-word", detail, rule=clock.rule, **sheet.where)


def _ended_by_anchor(dossier: Dossier, reading: ClockReading) -> bool:
    """The chain itself shows the end in time: the step that ended it was anchored by the due day."""
    anchored = None if reading.ended is None else dossier.by_jti[reading.ended.jti].anchored
    if anchored is None or reading.due_on is None:
        return False
    return local_day(datetime.fromtimestamp(min(anchored, 2**37), UTC)) <= reading.due_on
