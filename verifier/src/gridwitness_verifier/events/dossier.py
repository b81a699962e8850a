"""An event file under check: its sheets, and the rules it carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..base64url import encode
from ..case.dossier import Sheet
from ..case.file import CaseFile
from ..errors import VerificationError
from ..event_kinds import STEP
from ..kinds import OFFER, RULE
from ..log.tally import Tally
from ..procedure.calendar import parse_calendar
from ..procedure.document import version_of
from ..procedure.facts import HIDDEN, Hidden
from ..report import Phrase
from ..trust import Trust
from .clock_rows import Rules
from .facts import StepFact, step_fact
from .loop import Loop, parse_loop
from .matters import DECIDED, PROPOSED, MatterRecord, approved_entries

CHECKS = ("event", "loop", "clocks", "approvals")


@dataclass
class EventDossier:
    """The event file, its sheets, and what the checks find in them."""

    file: CaseFile
    trust: Trust
    records: Sequence[Sheet]
    rules: Sequence[Sheet]
    related: Sequence[Sheet]
    unread: int
    whole: bool = False
    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally(name) for name in CHECKS})

    @cached_property
    def steps(self) -> list[StepFact]:
        """The steps in order of the file."""
        return [self._fact(sheet) for sheet in self.records if sheet.entry.kind == STEP]

    @cached_property
    def holders(self) -> dict[str, str]:
        """Who holds an officer key, by its thumbprint, as its offer says."""
        found = {}
        for sheet in self.related:
            holder = sheet.field("holder")
            if sheet.entry.kind == OFFER and sheet.case.signed and isinstance(holder, str):
                found[sheet.entry.kid] = holder
        return found

    @property
    def last_anchor(self) -> int | None:
        """Time of the newest block that anchored a record of the event (Unix seconds)."""
        return max((sheet.anchored for sheet in self.records if sheet.anchored is not None), default=None)

    def _fact(self, sheet: Sheet) -> StepFact:
        entry, key = sheet.entry, sheet.case.key
        # Whose officer key it is says the offer; without it, nobody knows.
        service = key is not None and key.purpose == "service"
        signer: str | Hidden | None = None if service else self.holders.get(entry.kid, HIDDEN)
        return step_fact(
            sheet.fields,
            jti=entry.jti,
            seq=entry.seq,
            iat=entry.iat,
            signer=signer,
            where=sheet.where,
            anchored=sheet.anchored,
            imported=entry.src == "import",
        )

    def open_rules(self) -> tuple[Loop | None, Rules]:
        """The loop that all steps name, calendars, and approved entries of the list."""
        version = self._version()
        loop, rules = None, Rules()
        for sheet in self.rules:
            name, content = sheet.field("name"), sheet.field("content")
            if sheet.entry.kind != RULE or isinstance(name, Hidden) or isinstance(content, Hidden):
                continue
            try:
                if name.startswith("calendar/cn/"):
                    number, year = parse_calendar(content)
                    rules.years[number] = (year, sheet.anchored)
                elif name == "events/loop" and version_of(content) == version:
                    loop = parse_loop(content)
            except VerificationError as error:
                self.tallies["loop"].fail(error.code, error.message, **sheet.where)
        rules.entries.update(approved_entries(map(_matter, filter(_is_matter, self.related))))
        if loop is None and version is not None:
            self._without(
                Phrase(f"the file does not hold loop version {version}", f"事件档案未附闭环规则 {version}")
            )
        return loop, rules

    def _version(self) -> str | None:
        version: str | None = None
        for fact in self.steps:
            if isinstance(fact.loop, Hidden):
                continue
            if version is not None and fact.loop != version:
                detail = Phrase(
                    "names another loop than the event was opened with", "所依据的闭环规则前后不同"
                )
                self.tallies["loop"].fail("loop-differs", detail, **fact.where)
            version = version or fact.loop
        if version is None:
            self._without(Phrase("no step shows which loop it names", "未披露所依据的闭环规则"))
        return version

    def _without(self, reason: Phrase) -> None:
        for name in ("loop", "clocks", "approvals"):
            self.tallies[name].not_evaluated.append(reason)


def _is_matter(sheet: Sheet) -> bool:
    return sheet.entry.kind in (PROPOSED, DECIDED)


def _matter(sheet: Sheet) -> MatterRecord:
    entry = sheet.entry
    return MatterRecord(entry.kind, entry.jti, encode(entry.digest), entry.iat, sheet.fields)
