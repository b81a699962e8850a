"""The report as plain text for a terminal."""

from __future__ import annotations

from typing import Any

from . import wording
from .explanations import explain
from .map_rows import map_rows
from .model import Check, Location, Report
from .phrase import Phrase, chinese
from .sanitise import clean

LANGUAGES = ("zh", "en", "both")
SHOWN_LOCATIONS = 20


def render_text(report: Report, language: str) -> str:
    """Lines for people; every value from outside is escaped. `language` is one of LANGUAGES."""
    trust = report.trust
    status = wording.CONFIRMED if trust.confirmed else wording.UNCONFIRMED
    lines = [f"{say(wording.TITLE, language)} ({report.command})", say(status, language)]
    if trust.clock == "simulated":
        lines.append(say(wording.SIMULATED, language))
    lines.append(f"{say(wording.TRUST, language)}: sha256 {trust.sha256}")
    lines.append(f"{say(wording.PROFILE, language)}: {trust.profile}")
    lines.append(f"{say(wording.SUBJECT, language)}: {describe_subject(report)}")
    rows = describe_timeline(report, language)
    if rows:
        lines.append(f"{say(wording.TIMELINE, language)}:")
        lines.extend(f"  {row}" for row in rows)
    for zh, en in map_rows(report.subject):
        lines.append(f"  {say(Phrase(en, zh), language)}")
    lines.append("")
    for check in report.checks:
        lines.extend(_check_lines(report, check, language))
    if report.not_shown:
        lines.extend(["", f"{say(wording.NOT_SHOWN, language)}:"])
        lines.extend(f"  - {say(text, language)}" for text in report.not_shown)
    lines.extend(["", f"{say(wording.VERDICT, language)}: {say(report.verdict, language)}"])
    lines.append(f"{say(wording.EXIT_CODE, language)}: {report.exit_code}")
    return "\n".join(lines) + "\n"


def say(text: str, language: str) -> str:
    """A text in the language asked for, escaped; `both` gives Chinese, then English."""
    translated = chinese(text)
    if language == "en" or translated == text:
        return clean(str(text))
    if language == "zh":
        return clean(translated)
    return f"{clean(translated)} / {clean(str(text))}"


def describe_subject(report: Report) -> str:
    """`name value, name value` of what was checked."""
    return ", ".join(
        f"{clean(name)} {clean(_plain(value))}"
        for name, value in report.subject.items()
        if name not in ("timeline", "map") and value not in (None, [])
    )


def describe_timeline(report: Report, language: str) -> list[str]:
    """One line for every row of `timeline`, where the subject is a case: what, by which article, when."""
    return [_timeline_line(row, language) for row in report.subject.get("timeline", ())]


def _timeline_line(row: dict[str, Any], language: str) -> str:
    name = say(Phrase(row["en"], row["zh"]), language)
    outcome, milestone = row["outcome"], row["milestone"]
    parts = [
        f"#{row['seq']}",
        name if outcome is None else f"{name} ({clean(outcome)})",
        None if milestone is None else f"[{clean(milestone)}]",
        None if row["article"] is None else clean(row["article"]),
        clean(row["occurred_at"] or "-"),
        f"⚓ {clean(row['anchored'] or '-')}",
        clean(row["signer"], 43),
    ]
    return "  ".join(part for part in parts if part is not None)


def describe_location(location: Location, language: str, *, told: str = "") -> str:
    """One line: places, code, its meaning, the detail where `told` did not say it."""
    places = " ".join(f"{name}={clean(value)}" for name, value in location.places().items())
    meaning = say(explain(location.code) or "", language)
    detail = "" if location.detail == told else say(location.detail, language)
    said = ": ".join(part for part in (meaning, detail) if part)
    return f"{places} [{clean(location.code)}] {said}".strip()


def _check_lines(report: Report, check: Check, language: str) -> list[str]:
    required = f" ({say(wording.REQUIRED, language)})" if report.is_required(check) else ""
    result = say(wording.RESULTS[check.result], language)
    lines = [f"{clean(check.name):<13} {result}{required}: {say(check.reason, language)}"]
    lines.extend(
        f"    {describe_location(place, language, told=check.reason)}"
        for place in check.locations[:SHOWN_LOCATIONS]
    )
    hidden = len(check.locations) - SHOWN_LOCATIONS
    if hidden > 0:
        lines.append(f"    … {hidden} {say(wording.MORE, language)}")
    return lines


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
