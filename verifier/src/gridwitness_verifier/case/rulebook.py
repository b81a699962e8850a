"""The rules a case file carries: the procedure version that its records name, and calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..errors import VerificationError
from ..kinds import REVIEW, RULE
from ..procedure import (
    Calendars,
    DeviceReview,
    Hidden,
    Procedure,
    Year,
    parse_calendar,
    parse_moment,
    parse_procedure,
    version_of,
)
from ..report import Phrase
from .dossier import Dossier, Sheet

_CALENDAR, _PROCEDURE = "calendar/cn/", "procedure/"


@dataclass(frozen=True)
class Rulebook:
    """`procedure` is None where the version is not in the file, or not to be told."""

    procedure: Procedure | None
    calendars: Calendars


def open_rulebook(dossier: Dossier) -> Rulebook:
    """Find the one version that all steps name; what contradicts it fails the check `procedure`."""
    version = _version(dossier)
    years: dict[int, Year] = {}
    procedure: Procedure | None = None
    for sheet in dossier.rules:
        name, content = sheet.field("name"), sheet.field("content")
        if sheet.entry.kind != RULE or isinstance(name, Hidden) or isinstance(content, Hidden):
            continue
        try:
            if name.startswith(_CALENDAR):
                year, found = parse_calendar(content)
                years[year] = found
            elif name.startswith(_PROCEDURE) and version_of(content) == version:
                procedure = parse_procedure(content)
                _check_published(dossier, sheet)
        except VerificationError as error:
            dossier.tallies["procedure"].fail(error.code, error.message, **sheet.where)
    if procedure is None and version is not None:
        reason = f"the file does not hold procedure version {version}"
        _without(dossier, Phrase(reason, f"案卷未附程序版本 {version}"))
    return Rulebook(procedure, Calendars(years))


def _version(dossier: Dossier) -> str | None:
    """The version that the steps name; they all have to name the first one's."""
    version: str | None = None
    for sheet, _ in dossier.steps:
        named = sheet.text("rules")
        if isinstance(named, Hidden) or named is None:
            continue
        if version is None:
            version = named
        elif named != version:
            detail = f"names version {named}, the case was opened with {version}"
            dossier.tallies["procedure"].fail("rules-differ", detail, **sheet.where)
    if version is None:
        _without(dossier, Phrase("no step shows which rules it names", "未披露所依据的程序版本"))
    return version


def _without(dossier: Dossier, reason: Phrase) -> None:
    for name in ("milestones", "officers", "procedure", "clocks"):
        dossier.tallies[name].not_evaluated.append(reason)


def _check_published(dossier: Dossier, sheet: Sheet) -> None:
    """A version that was anchored after the case's first record can not be the one it was opened with."""
    first, published = (dossier.records[0].anchored if dossier.records else None), sheet.anchored
    if first is not None and published is not None and published > first:
        detail = "the rules were published after the case was opened"
        dossier.tallies["procedure"].fail("rules-later", detail, **sheet.where)


def device_reviews(dossier: Dossier) -> list[DeviceReview]:
    """Reviews of devices that the file carries."""
    return [
        DeviceReview(
            device=_shown(sheet, "device"),
            review=_shown(sheet, "review"),
            outcome=_shown(sheet, "outcome"),
            valid_from=_moment(sheet, "valid_from"),
            valid_to=_moment(sheet, "valid_to"),
        )
        for sheet in dossier.related
        if sheet.entry.kind == REVIEW
    ]


def _shown(sheet: Sheet, name: str) -> str | None:
    value = sheet.text(name)
    return None if isinstance(value, Hidden) else value


def _moment(sheet: Sheet, name: str) -> datetime | None:
    text = _shown(sheet, name)
    return None if text is None else parse_moment(text)
