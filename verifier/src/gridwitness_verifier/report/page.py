"""The report as one self-contained page that can be printed and put into a case file."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from . import wording
from .model import Report
from .text import SHOWN_LOCATIONS, describe_location, describe_subject, describe_timeline, say


def render_page(report: Report, language: str) -> str:
    """HTML without scripts, links or anything fetched; every value is cleaned and then escaped."""
    environment = Environment(
        loader=PackageLoader("gridwitness_verifier.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(_context(report, language))


def _context(report: Report, language: str) -> dict[str, Any]:
    def local(text: str) -> str:
        return say(text, language)

    return {
        "language": "en" if language == "en" else "zh-CN",
        "title": local(wording.TITLE),
        "command": report.command,
        "status": local(wording.CONFIRMED if report.trust.confirmed else wording.UNCONFIRMED),
        "confirmed": report.trust.confirmed,
        "simulated": local(wording.SIMULATED) if report.trust.clock == "simulated" else "",
        "facts": [
            (local(wording.TRUST), report.trust.sha256),
            (local(wording.PROFILE), report.trust.profile),
            (local(wording.SUBJECT), describe_subject(report)),
            (local(wording.EXIT_CODE), str(report.exit_code)),
        ],
        "timeline_heading": local(wording.TIMELINE),
        "timeline": describe_timeline(report, language),
        "verdict_heading": local(wording.VERDICT),
        "verdict": local(report.verdict),
        "checks": [
            {
                "name": check.name,
                "meaning": local(wording.CHECKS[check.name]) if check.name in wording.CHECKS else "",
                "style": check.result.value.replace(" ", "-"),
                "result": local(wording.RESULTS[check.result]),
                "required": local(wording.REQUIRED) if report.is_required(check) else "",
                "reason": local(check.reason),
                "locations": [
                    describe_location(place, language, told=check.reason)
                    for place in check.locations[: SHOWN_LOCATIONS * 10]
                ],
            }
            for check in report.checks
        ],
        "not_shown_heading": local(wording.NOT_SHOWN),
        "not_shown": [local(text) for text in report.not_shown],
    }
