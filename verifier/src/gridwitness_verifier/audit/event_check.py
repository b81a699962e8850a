"""The check `events` (docs/format.md section 24): every step lawful where it stands, every row as it follows.

1. steps are held to the loop that the event keeps; nobody decides what it asked for
2. clocks follow from the steps: start, due time, pauses, extensions, end
3. so do the other rows: the event, its steps, assignments, asks, orders, whistles, check-ins, links
4. numbers of an agency's year have no gap: no event is taken out of its tables
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gridwitness_verifier import strict_json
from gridwitness_verifier.audit.event_reader import AuditedEvent, anything_of_events, read_events
from gridwitness_verifier.audit.event_rules import EventRules
from gridwitness_verifier.events.approvals import check_approvals
from gridwitness_verifier.events.beside import KEYS, key_of, read_beside
from gridwitness_verifier.events.clock_rows import LATE, MET, ClockReading, compare_clocks
from gridwitness_verifier.events.course import Breach, Course, judge_steps
from gridwitness_verifier.events.event_columns import read_columns
from gridwitness_verifier.events.runs import read_runs
from gridwitness_verifier.events.standing import Row
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.procedure.facts import Hidden
from gridwitness_verifier.report import Phrase

if TYPE_CHECKING:
    from gridwitness_verifier.audit.audit import Audit
    from gridwitness_verifier.audit.entry_pass import LogWalk

_SCHEMA = "events."
_ROUND_THE_CLOCK = frozenset({("none", '{"hours":[["00:00","24:00"]]}')})


def check_events(audit: Audit, walks: dict[str, LogWalk], rules: EventRules) -> bool:
    """Whether there is anything to check; if so it is, with its findings in the tally `events`."""
    if not anything_of_events(audit.scratch):
        return False
    logs = {name: walk.log for name, walk in walks.items()}
    check = EventCheck(audit.tallies["events"], rules, audit.trust.tolerance)
    for found in read_events(audit.scratch, logs):
        agency = None if found.log is None else logs[found.log].pin.agency
        check.take(found, agency)
    check.finish()
    audit.subject["events"] = check.tally.checked
    return True


class EventCheck:
    """One audit's look at all events, one after the other."""

    def __init__(self, tally: Tally, rules: EventRules, tolerance: int) -> None:
        self.tally = tally
        self._rules = rules
        self._tolerance = tolerance
        self._counts: Counter[str] = Counter()
        self._numbers: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._links: dict[tuple[str, str, str], Mapping[str, Any]] = {}

    def take(self, found: AuditedEvent, agency: str | None) -> None:
        """The next event; `agency` is that of the log its steps stand in."""
        self.tally.checked += 1
        where: dict[str, Any] = (
            {"sub": found.sub} if found.log is None else {"log": found.log, "sub": found.sub}
        )
        self._note_links(found, where)
        into = (found.event or {}).get("merged_into")
        if into is not None and (found.sub, into, "merged-into") not in self._links:
            self.tally.fail("link-one-way", f"merged into {into}, and no link says so", **where)
        if not found.facts:
            if found.event is not None:
                self.tally.fail("event-without-step", "rows of an event that no step makes", **where)
            return
        self._note_number(found, agency, where)
        course = self._course(found)
        if course is None:
            self._counts["unjudged"] += 1
            return
        breaches = [*course.breaches]
        wrong, untold = check_approvals(course, self._rules.rules.entries, self._tolerance)
        self._counts["unknown"] += course.unknown + untold
        for breach in [*breaches, *wrong]:
            self._fail(breach)
        # What follows from steps that are out of place, or not shown, is nobody's guess.
        if course.whole:
            self._check_clocks(found, course, where)
            self._check_rows(found, course, agency, where)

    def _course(self, found: AuditedEvent) -> Course | None:
        """The steps judged by the one loop that all of them name; None where it is not published."""
        first = found.facts[0]
        for fact in found.facts:
            if fact.loop != first.loop and not isinstance(fact.loop, Hidden):
                detail = Phrase(
                    "names another loop than the event was opened with", "所依据的闭环规则与立项时不同"
                )
                self._fail(Breach("loop-differs", detail, fact))
        loop = None if isinstance(first.loop, Hidden) else self._rules.loops.get(first.loop)
        return None if loop is None else judge_steps(loop, found.facts, self._tolerance)

    def _fail(self, breach: Breach) -> None:
        self.tally.fail(breach.code, breach.detail, **breach.fact.where)

    def _check_clocks(self, found: AuditedEvent, course: Course, where: dict[str, Any]) -> None:
        differences, readings = compare_clocks(
            course.loop, self._rules.rules, read_runs(course), found.rows.get("clock", [])
        )
        for difference in differences:
            place: Mapping[str, Any] = {"sub": found.sub, "log": found.log}
            if difference.run is not None:
                place = difference.run.started.where
            column = {} if difference.column is None else {"column": difference.column}
            self.tally.fail(difference.code, difference.detail, table=f"{_SCHEMA}clock", **place, **column)
        self._check_hours(found, where)
        self._counts["word"] += sum(map(_by_word, readings))
        self._counts["late"] += sum(reading.state == LATE for reading in readings)

    def _check_hours(self, found: AuditedEvent, where: dict[str, Any]) -> None:
        """Clocks count by hours that their unit had; where none was registered then, round the clock."""
        for row in found.rows.get("clock", []):
            known = self._rules.hours.get(row.get("unit") or "", frozenset()) | _ROUND_THE_CLOCK
            if (row.get("calendar"), row.get("hours")) not in known:
                detail = f"{row.get('clock')} counts by hours that unit {row.get('unit')!r:.40} never had"
                self.tally.fail("clock-hours", detail, table=f"{_SCHEMA}clock", column="hours", **where)

    def _check_rows(
        self, found: AuditedEvent, course: Course, agency: str | None, where: dict[str, Any]
    ) -> None:
        event, columns = found.event, read_columns(course, found.fields)
        if event is None:
            self.tally.fail("event-row-missing", "no row for the event", table=f"{_SCHEMA}event", **where)
        else:
            self._compare("event", event, {**columns, "agency": agency}, where)
            self._check_matter(event, where)
        for table, expected in read_beside(course).items():
            rows = {key_of(table, row): row for row in found.rows.get(table, [])}
            for key, right in expected.items():
                row = rows.pop(key, None)
                place = {**where, "key": key}
                if row is None:
                    detail = f"the steps give a row {key} of it"
                    self.tally.fail("event-row-missing", detail, table=f"{_SCHEMA}{table}", **place)
                else:
                    self._compare(table, row, right, place)
            for key in rows:
                detail = f"no step gives the row {key}"
                self.tally.fail("event-row-extra", detail, table=f"{_SCHEMA}{table}", **where, key=key)
        self._check_details(found, where)

    def _compare(
        self, table: str, row: Row, right: Mapping[str, str | None], where: Mapping[str, Any]
    ) -> None:
        for column, value in right.items():
            # A column that was erased says nothing any more.
            if column in KEYS.get(table, ()) or column not in row:
                continue
            if row[column] != value:
                detail = f"{_short(row[column])}; the steps give {_short(value)}"
                self.tally.fail(
                    "event-row-differs", detail, table=f"{_SCHEMA}{table}", column=column, **where
                )

    def _check_matter(self, event: Row, where: dict[str, Any]) -> None:
        matter, version = event.get("matter"), event.get("matter_version")
        if matter is not None and f"{matter}@{version}" not in self._rules.rules.entries:
            detail = f"{matter}@{version} is no approved entry of the list"
            self.tally.fail(
                "list-unapproved", detail[:300], table=f"{_SCHEMA}event", column="matter_version", **where
            )

    def _check_details(self, found: AuditedEvent, where: dict[str, Any]) -> None:
        """Details and notes of steps, which rows repeat."""
        for row in found.rows.get("step", []):
            shown = found.fields.get(row.get("jti") or "", {})
            expected: dict[str, str | None] = {}
            if "details" in shown:
                expected["details"] = strict_json.canonical(shown["details"]).decode()
            if "note" in shown:
                expected["note"] = shown["note"]
            self._compare("step", row, expected, {**where, "key": row.get("jti")})

    def _note_number(self, found: AuditedEvent, agency: str | None, where: dict[str, Any]) -> None:
        number = (found.event or {}).get("number") or ""
        series, year, serial = [*number.rsplit("-", maxsplit=2), "", ""][:3]
        if series != agency or not (year.isdigit() and serial.isdigit()) or len(serial) < 6:
            if found.event is not None:
                self.tally.fail("event-number", f"{number[:60]!r} is no number of {agency}", **where)
            return
        taken = self._numbers[series, year]
        if int(serial) in taken:
            self.tally.fail("event-number", f"{number} is there twice", **where)
        taken.add(int(serial))

    def _note_links(self, found: AuditedEvent, where: Mapping[str, Any]) -> None:
        for row in found.rows.get("link", []):
            self._links[found.sub, row.get("other") or "", row.get("relation") or ""] = where

    def finish(self) -> None:
        """What only all events together show, and what is counted and no failure."""
        for series, serials in self._numbers.items():
            expected = 1
            for serial in sorted(serials):
                if serial > expected:
                    number = f"{'-'.join(series)}-{expected:06d}"
                    detail = f"{number} is missing, and what follows it up to {serial - 1:06d}"
                    self.tally.fail("event-number", detail, table=f"{_SCHEMA}event", key=number)
                expected = serial + 1
        turned = {"merged-into": "holds", "holds": "merged-into", "similar": "similar"}
        for (sub, other, relation), where in self._links.items():
            if (other, sub, turned.get(relation, "")) not in self._links:
                detail = f"{relation} {other}, which does not say so"
                self.tally.fail("link-one-way", detail, table=f"{_SCHEMA}link", key=sub, **dict(where))
        if self._counts["unjudged"]:
            text = f"{self._counts['unjudged']} events name a loop that no record publishes"
            self.tally.not_evaluated.append(
                Phrase(text, f"{self._counts['unjudged']} 个事件所依据的闭环规则未见发布记录")
            )
        if self._counts["unknown"]:
            text = f"{self._counts['unknown']} steps rest on what is not shown"
            self.tally.not_evaluated.append(Phrase(text, f"{self._counts['unknown']} 个环节取决于未披露内容"))
        if self._counts["word"]:
            count = self._counts["word"]
            text = f"{count} time limits were kept by the times that the steps themselves state"
            self.tally.notes.append(Phrase(text, f"{count} 个时限以环节自述时间为按期"))
        if self._counts["late"]:
            text = f"{self._counts['late']} time limits were not kept"
            self.tally.notes.append(Phrase(text, f"{self._counts['late']} 个时限超期"))


def _by_word(reading: ClockReading) -> bool:
    """Kept by the time that the step itself states, and anchored after the limit was over."""
    ended, due = reading.run.ended, reading.due_at
    late = ended is not None and due is not None and (ended.anchored or 0) > due.timestamp()
    return reading.state == MET and late


def _short(value: str | None) -> str:
    return "nothing" if value is None else repr(value[:60])
