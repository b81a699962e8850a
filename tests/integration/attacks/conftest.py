"""A deployment that told its story, once per test process, and a copy of it for every attack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from gridwitness_evidence import Record
from support.attack import judge
from support.attack_docket import CaseStage, Docket, standing_cases
from support.attack_door import Door
from support.attack_events import EventStage, Ledger, ledger_at, standing_events
from support.attack_recorder import Recorder
from support.attack_target import Stage, Target, standing
from support.attack_week import Week, WeekStage, standing_week, week_at
from support.platform import Officer
from support.submit_door import served

__all__ = ["judge"]


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """The honest deployment."""
    with standing() as stage:
        yield stage


@pytest.fixture
def target(stage: Stage) -> Iterator[Target]:
    """A copy to attack."""
    with stage.target() as target:
        yield target


@pytest.fixture(scope="session")
def case_stage() -> Iterator[CaseStage]:
    """The honest deployment with enforcement cases."""
    with standing_cases() as stage:
        yield stage


@pytest.fixture
def case_target(case_stage: CaseStage) -> Iterator[Target]:
    """A copy to attack."""
    with case_stage.target() as target:
        yield target


@pytest.fixture(scope="session")
def week_stage() -> Iterator[WeekStage]:
    """The honest deployment with a week of trucks."""
    with standing_week() as stage:
        yield stage


@pytest.fixture
def week_target(week_stage: WeekStage) -> Iterator[Target]:
    """A copy to attack."""
    with week_stage.target() as target:
        yield target


@pytest.fixture
def week(week_stage: WeekStage, week_target: Target) -> Week:
    """Its week."""
    return week_at(week_stage, week_target)


@pytest.fixture(scope="session")
def event_stage() -> Iterator[EventStage]:
    """The honest deployment with events and their figures."""
    with standing_events() as stage:
        yield stage


@pytest.fixture
def event_target(event_stage: EventStage) -> Iterator[Target]:
    """A copy to attack."""
    with event_stage.target() as target:
        yield target


@pytest.fixture
def ledger(event_stage: EventStage, event_target: Target) -> Ledger:
    """Its events."""
    return ledger_at(event_stage, event_target)


@pytest.fixture
def docket(case_stage: CaseStage, case_target: Target) -> Docket:
    """Its cases and who takes part."""
    return case_stage.docket.at(case_target.running)


@pytest.fixture
def thief(case_target: Target) -> Recorder:
    """Who stole the recorder's account."""
    return Recorder(case_target.platform.chain)


@pytest.fixture
def zhang(target: Target) -> Officer:
    """The officer of the case."""
    return target.mine(target.story.zhang)


@pytest.fixture
def url(target: Target) -> Iterator[str]:
    """Where the platform serves records and logs over HTTP."""
    with served(target.platform) as url:
        yield url


@pytest.fixture
def door(url: str, zhang: Officer) -> Door:
    """The door, for the officer of the case."""
    return Door(url, zhang)


@pytest.fixture
def record(target: Target) -> Record:
    """The decision of the case."""
    return target.story.case[2]


@pytest.fixture
def bundle(target: Target, record: Record) -> dict[str, Any]:
    """Its honest bundle."""
    made = target.bundle(record)
    assert target.check(made).exit_code == 0
    return made
