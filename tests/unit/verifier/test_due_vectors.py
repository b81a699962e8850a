"""When a time limit is over: the shared vectors, answered by the verifier's own arithmetic."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.events.hours import limit_end, parse_hours
from gridwitness_verifier.procedure import Calendars, parse_calendar
from support.vectors import load

CALENDARS = Calendars(dict(map(parse_calendar, load("procedure/calendars"))))
CASES = load("due")


def moment(text):
    return None if text is None else datetime.fromisoformat(text)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_due(case):
    def answer():
        return limit_end(
            moment(case["start"]),
            case["amount"],
            case["measure"],
            parse_hours(case["calendar"], case["hours"]),
            CALENDARS,
            ZoneInfo(case["zone"]),
            [(moment(begun), moment(ended)) for begun, ended in case["pauses"]],
        )

    if case["due"] == "unpublished":
        with pytest.raises(VerificationError) as refused:
            answer()
        assert refused.value.code == "calendar-unpublished"
    else:
        assert answer() == moment(case["due"])


@pytest.mark.parametrize(
    "hours",
    [
        None,
        {},
        {"hours": []},
        {"hours": [["09:00"]]},
        {"hours": [["09:00", "09:00"]]},
        {"hours": [["12:00", "13:00"], ["09:00", "10:00"]]},
        {"hours": [["09:00", "24:01"]]},
        {"hours": [["9:00", "10:00"]]},
    ],
)
def test_hours_without_their_form(hours):
    with pytest.raises(VerificationError) as refused:
        parse_hours("cn", hours)
    assert refused.value.code == "hours-form"
