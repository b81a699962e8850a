"""kill -9 at every step from the accepted record to its stored anchor: worker, database and chain node."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.crash_stand import CrashStand, needs_proc
from support.fault_order import FaultOrder
from support.fault_points import MOMENTS, WORKER_POINTS

pytestmark = [needs_proc, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def stand() -> Iterator[CrashStand]:
    with CrashStand.new() as stand:
        stand.start()
        yield stand


@pytest.mark.parametrize("victim", ["worker", "database", "chain"])
@pytest.mark.parametrize("point", WORKER_POINTS)
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_next_round_finishes_what_was_begun(
    stand: CrashStand, victim: str, point: str, moment: str
) -> None:
    stand.crash(FaultOrder(point, moment, victim))
    stand.check_whole()
