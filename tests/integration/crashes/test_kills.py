"""kill -9 of API, worker, database and chain node at every step from acceptance to the stored anchor.

Each state that can be told apart once; every victim before and after every step is `make soak MATRIX=whole`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.crash_plan import CrashPlan, distinct_states
from support.crash_soak import soak
from support.crash_stand import CrashStand, needs_proc
from support.fault_order import FaultOrder

pytestmark = [needs_proc, pytest.mark.timeout(900)]

_SEED, _KILLS = 20_260, 8


@pytest.fixture(scope="module")
def stand() -> Iterator[CrashStand]:
    with CrashStand.new() as stand:
        stand.start()
        yield stand


@pytest.mark.parametrize("order", distinct_states(), ids=str)
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
