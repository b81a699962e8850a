"""kill -9 at every step from the first byte of a record to its receipt: the API itself, and the database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.crash_stand import CrashStand, needs_proc
from support.fault_order import FaultOrder
from support.fault_points import API_POINTS, MOMENTS

pytestmark = [needs_proc, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def stand() -> Iterator[CrashStand]:
    with CrashStand.new() as stand:
        stand.start()
        yield stand


@pytest.mark.parametrize("victim", ["api", "database"])
@pytest.mark.parametrize("point", API_POINTS)
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_client_gets_its_receipt_and_the_log_keeps_it(
    stand: CrashStand, victim: str, point: str, moment: str
) -> None:
    stand.crash(FaultOrder(point, moment, victim))
    stand.check_whole()


def test_a_batch_is_in_whole_or_not_at_all(stand: CrashStand) -> None:
    """Killed between the two records' writing and their commit; the batch sent again gets its receipts."""
    first = stand.device.sign()
    stand.board.give(FaultOrder("accept", "after", "api"))
    stand.device.deliver_batch([first, stand.device.sign(after=first), stand.device.sign()])
    stand.board.wait_until_hit()
    stand.check_whole()
