"""kill -9 of API, worker, database and chain node at every step from acceptance to the stored anchor.

Every fourth state that can be told apart, all of them in `make test-all`; every victim before and after every
step is `make soak MATRIX=whole`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from gridwitness_evidence import Record
from support.crash_plan import CrashPlan, distinct_states
from support.crash_soak import soak
from support.crash_stand import CrashStand, needs_proc
from support.fault_order import FaultOrder
from support.victims import VICTIMS, victim_processes

pytestmark = [needs_proc, pytest.mark.timeout(900)]

_SEED, _KILLS = 20_260, 8
_WATCHED = 4.0
"""Seconds in which a worker that does not wait would have ended: importing takes it two."""


@pytest.fixture(scope="module")
def stand() -> Iterator[CrashStand]:
    with CrashStand.new() as stand:
        stand.start()
        yield stand


STATES = [
    pytest.param(order, marks=() if place % 4 == 0 else pytest.mark.thorough)
    for place, order in enumerate(distinct_states())
]


@pytest.mark.parametrize("order", STATES, ids=str)
def test_nothing_is_lost_and_nothing_is_twice(stand: CrashStand, order: FaultOrder) -> None:
    stand.crash(order)
    stand.check_whole()


def test_a_batch_is_in_whole_or_not_at_all(stand: CrashStand) -> None:
    """Killed between the writing of its records and their commit; sent again, it gets its receipts."""
    first = stand.device.sign()
    stand.board.give(FaultOrder("accept", "after", "api"))
    stand.device.deliver_batch([first, stand.device.sign(after=first), stand.device.sign()])
    stand.board.wait_until_hit()
    stand.check_whole()


@pytest.mark.thorough
def test_random_kills_under_load(stand: CrashStand) -> None:
    results = soak(stand, CrashPlan(_SEED, _KILLS))
    assert sum(results["kills_by_victim"].values()) == _KILLS


def test_a_point_that_is_never_reached_fails_the_test(stand: CrashStand) -> None:
    """Else a renamed function would make every kill a pass."""
    stand.board.give(FaultOrder("no such step", "before", "worker"))
    stand.device.deliver(stand.device.sign())
    stand.settle()
    with pytest.raises(AssertionError, match="never reached"):
        stand.board.wait_until_hit(seconds=1)
    assert stand.board.withdraw()


def test_all_at_once_and_a_database_that_stays_away(stand: CrashStand) -> None:
    """The chain is brought back all the same; the API says 503 and the worker waits, without a restart."""
    version = stand.home / "postgres" / "data" / "PG_VERSION"
    hidden = version.with_name("PG_VERSION.hidden")
    record = stand.device.sign()
    version.rename(hidden)  # as a data folder that is not mounted: the server refuses to start
    try:
        for victim in VICTIMS:
            stand.kill_part(victim)
        await_code(stand, record, "database-unavailable")
        stand.until(lambda: stand.is_running("chain") and stand.is_running("worker"))
        waiting = [victim_processes(stand.home, victim) for victim in ("api", "worker")]
        time.sleep(_WATCHED)
        assert not stand.is_running("database")
        assert [victim_processes(stand.home, victim) for victim in ("api", "worker")] == waiting
    finally:
        hidden.rename(version)
    stand.device.deliver(record)
    stand.check_whole()
    assert [victim_processes(stand.home, victim) for victim in ("api", "worker")] == waiting


def await_code(stand: CrashStand, record: Record, code: str) -> None:
    """Until the API is back and answers a record so."""
    stand.until(lambda: stand.device.attempt(record) == code)
