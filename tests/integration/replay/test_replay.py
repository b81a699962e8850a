"""A city's requests through the loop in simulated time: figures as in the file, oddities told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from gridwitness.clock import SimulatedClock
from gridwitness.events import EventFilter
from gridwitness_cli.replay.city_files import CityFile, read_city_file
from gridwitness_cli.replay.counting import counted_figures
from gridwitness_cli.replay.layouts import LOS_ANGELES
from gridwitness_cli.replay.playing import Played, Player
from gridwitness_cli.replay.register import register_city
from gridwitness_cli.replay.stand import Stand
from gridwitness_cli.replay.straight import straight_figures
from gridwitness_cli.replay.telling import Outcome, oddities
from support.city_rows import LA, NOON, odd_rows, written
from support.platform import CITY, RunningPlatform, running_platform


@dataclass(frozen=True)
class Replayed:
    running: RunningPlatform
    city: CityFile
    played: Played


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    path = written(tmp_path_factory.mktemp("city") / "la.csv.gz", LA, odd_rows())
    city = read_city_file(path)
    city = replace(city, layout=replace(LOS_ANGELES, agency=CITY))
    begin, zone = NOON - timedelta(hours=2), LOS_ANGELES.zone.key
    with running_platform(agencies=1, begin=begin, time_zone=zone) as running:
        assert isinstance(running.clock, SimulatedClock)
        stand = Stand(running.home, running.platform, running.clock, CITY)
        register_city(stand, city)
        yield Replayed(running, city, Player(stand, city, lambda *_: None).play())


def test_figures_by_body_are_those_of_the_file(replayed: Replayed) -> None:
    straight = straight_figures(replayed.city.path)
    counted = counted_figures(replayed.running.platform, CITY, replayed.played.refused)
    outcome = Outcome(
        "la.csv.gz", "Los Angeles", ("BOS", "BSL", "LADWP"), replayed.played, straight, counted, 1
    )
    assert outcome.differing == []
    yard = counted["BOS-EV"]
    assert (yard.in_time, yard.late, yard.waiting, yard.backwards) == (3, 3, 2, 1)
    assert (counted["BOS-EV"].own_in_time, counted["BSL-NORTH"].own_late) == (2, 1)
    wrong = replace(outcome, counted={**counted, "BOS-EV": replace(yard, late=2)})
    assert wrong.differing == ["BOS-EV"]


def test_closed_before_created_is_told_and_the_event_stays_open(replayed: Replayed) -> None:
    assert [(one.key, one.step, one.code) for one in replayed.played.refused] == [
        ("1-6", "answer", "event-time")
    ]
    assert "closed before created 先结后报 1" in oddities(replayed.city.requests)
    platform = replayed.running.platform
    with platform.transaction() as session:
        page = platform.events.page(session, EventFilter([CITY]), None, 100)
    states = {event.channel_key: (event.state, event.outcome) for event in page.rows}
    assert states["1-6"] == states["1-9"] == ("handling", None)
    assert states["1-7"] == ("closed", "not-fixed") and states["1-8"] == ("closed", "referred")
    assert states["1-0"] == ("closed", "solved") and len(states) == 13
    assert replayed.played.events == 13 and replayed.played.steps == 13 * 5 + 11 * 3


def test_a_replayed_city_audits_clean(replayed: Replayed) -> None:
    replayed.running.drain()
    replayed.running.audit().require_proved()


def test_a_request_comes_at_its_own_time_and_by_its_channel(replayed: Replayed, tmp_path: Path) -> None:
    platform = replayed.running.platform
    with platform.transaction() as session:
        page = platform.events.page(session, EventFilter([CITY]), None, 100)
        found = {event.channel_key: event for event in page.rows}
        history = platform.events.history(session, found["1-12"].sub)
    assert found["1-12"].channel == "33-driver-self-report" and found["1-12"].grid is None
    assert [step.step for step in history.steps] == [
        "report", "accept", "file", "dispatch", "sign", "answer", "check", "close"
    ]  # fmt: skip
    assert history.steps[0].occurred_at == NOON + timedelta(seconds=12)
