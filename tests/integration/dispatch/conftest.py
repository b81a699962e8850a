"""One platform with its cast for every test of the folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from support.event_desk import EventDesk
from support.grid_registers import admit, duty, entry, proposal
from support.platform import running_platform

OUTSIDE = "0999"
"""A matter whose owner stands in no register: the list finds nobody."""
MONDAY = datetime(2026, 5, 11, 1, tzinfo=UTC)
"""09:00 in China."""


@pytest.fixture(scope="package")
def desk() -> Iterator[EventDesk]:
    with running_platform(begin=MONDAY) as running:
        desk = EventDesk.open(running)
        proposer, approver = (
            running.officer(f"list-{role}", roles=[role]) for role in ("dispatcher", "duty_chief")
        )
        nobody = entry(duties=[duty(who="owner:department")], zh="其他设施", en="other")
        admit(proposer, approver, [proposal(OUTSIDE, entry=nobody)])
        yield desk
