"""One simulated clock: shared, forwards only, kept over restarts."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from gridwitness.clock import SimulatedClock, SystemClock, clock_for
from gridwitness.errors import InvalidInput, Misconfigured
from gridwitness.settings import load_settings

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Hand:
    """A base clock moved by hand."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def base() -> Hand:
    """The machine's clock, in our hand."""
    return Hand()


def test_it_runs_with_its_base_and_jumps_forwards(tmp_path: Path, base: Hand) -> None:
    clock = SimulatedClock(tmp_path / "clock.json", base)
    assert clock.now() == START
    assert clock.advance(3600) == START + timedelta(hours=1)
    base.time += timedelta(seconds=5)
    assert clock.now() == START + timedelta(hours=1, seconds=5)
    assert clock.set_to(START + timedelta(days=30)) == START + timedelta(days=30)


def test_it_is_shared_through_the_file(tmp_path: Path, base: Hand) -> None:
    mine, yours = (SimulatedClock(tmp_path / "clock.json", base) for _ in range(2))
    assert mine.now() == yours.now()
    for days in range(1, 20):
        mine.advance(86400)
        assert yours.now() == START + timedelta(days=days)


def test_another_process_sees_the_move(tmp_path: Path) -> None:
    clock = SimulatedClock(tmp_path / "clock.json")
    before = clock.now()
    program = (
        "import sys; from pathlib import Path; from gridwitness.clock import SimulatedClock;"
        "SimulatedClock(Path(sys.argv[1])).advance(86400)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "clock.json")], check=True)
    assert clock.now() - before >= timedelta(days=1)


def test_it_may_begin_in_the_past_and_never_goes_back_from_there(tmp_path: Path, base: Hand) -> None:
    clock = SimulatedClock(tmp_path / "clock.json", base)
    clock.now()
    begun = START - timedelta(days=400)
    assert clock.set_to(begun) == begun
    assert clock.now() == begun
    with pytest.raises(InvalidInput) as refusal:
        clock.set_to(begun - timedelta(microseconds=1))
    assert refusal.value.code == "clock-backwards"
    for seconds in (-1, float("nan")):
        with pytest.raises(InvalidInput):
            clock.advance(seconds)
    with pytest.raises(InvalidInput, match="zone"):
        clock.set_to(datetime(2030, 1, 1))


def test_a_base_set_back_does_not_take_it_back(tmp_path: Path, base: Hand) -> None:
    clock = SimulatedClock(tmp_path / "clock.json", base)
    moved = clock.advance(60)
    base.time -= timedelta(hours=1)
    assert clock.now() == moved
    assert SimulatedClock(tmp_path / "clock.json", base).now() == moved
    assert clock.advance(1) == moved + timedelta(seconds=1)


def test_it_goes_on_after_a_restart(tmp_path: Path, base: Hand) -> None:
    SimulatedClock(tmp_path / "clock.json", base).advance(3600)
    base.time += timedelta(minutes=10)
    assert SimulatedClock(tmp_path / "clock.json", base).now() == START + timedelta(minutes=70)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"offset_microseconds": "x", "floor": "y"}'])
def test_a_spoilt_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "clock.json").write_bytes(content)
    with pytest.raises(Misconfigured, match=r"clock\.json"):
        SimulatedClock(tmp_path / "clock.json").now()


def test_the_deployment_has_a_system_clock_until_one_is_simulated(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    assert isinstance(clock_for(settings), SystemClock)
    assert isinstance(clock_for(load_settings(home=tmp_path, simulated_clock=True)), SimulatedClock)
    SimulatedClock(settings.clock_file).advance(0)
    assert isinstance(clock_for(settings), SimulatedClock)


def test_it_is_refused_outside_the_embedded_profile(tmp_path: Path) -> None:
    SimulatedClock(tmp_path / "clock.json").advance(0)
    server = load_settings(
        home=tmp_path, profile="server", database_url="postgresql://h/d", rpc_url="http://h"
    )
    with pytest.raises(Misconfigured) as refusal:
        clock_for(server)
    assert refusal.value.code == "simulated-clock-refused"


def test_the_system_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)
