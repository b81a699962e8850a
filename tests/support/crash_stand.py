"""A deployment to crash: `gridwitness up` in processes of its own, with fault points in API and worker.

with CrashStand.new() as stand:
    stand.start()
    stand.give(FaultOrder("tile", "after", "worker"))
    stand.device.deliver(stand.device.sign())
    stand.board.wait_until_hit()
    stand.settle()
    stand.checks.whole(stand.device.receipts)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import psycopg
import pytest
from gridwitness.errors import GridWitnessError
from support.crash_case import CaseRules, CaseWork
from support.crash_checks import CrashChecks, Standing
from support.crash_device import Device
from support.demo_home import DemoHome
from support.fault_order import FaultBoard, FaultOrder
from support.fault_points import REGISTRAR_POINTS
from support.victims import kill_victim, victim_processes

_TESTS = Path(__file__).resolve().parents[1]
_SITE = Path(__file__).with_name("fault_site")
_SETTLE_SECONDS = 90.0
OFFICERS = ("zhang.wei", "li.na")
"""Who works on cases."""

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="needs /proc to find the processes to kill"
)


@dataclass
class CrashStand(DemoHome):
    """One home under `gridwitness up`, its clients' receipts and its checks."""

    anchor_interval: float = 0.3
    fault_points: bool = True
    urls: dict[str, str] = field(default_factory=dict)
    """Settings that name database and chain kept by somebody else than `up`."""
    provisioned: int | None = None
    """Records the log began with."""

    @property
    def environment(self) -> dict[str, str]:
        inherited = super().environment
        # Restarts are what we wait for; a start from bytecode takes half the time, and is the usual one.
        inherited.pop("PYTHONDONTWRITEBYTECODE", None)
        chosen = {"GRIDWITNESS_ANCHOR_INTERVAL_SECONDS": str(self.anchor_interval), **self.urls}
        if self.fault_points:
            paths = [str(_SITE), str(_TESTS), inherited.get("PYTHONPATH", "")]
            chosen |= {"PYTHONPATH": ":".join(filter(None, paths)), "FAULTS": str(self.board.folder)}
        return inherited | chosen

    @cached_property
    def board(self) -> FaultBoard:
        """Where orders to kill are given."""
        return FaultBoard(self.home / "faults")

    @cached_property
    def checks(self) -> CrashChecks:
        """What must hold."""
        return CrashChecks(self.home)

    @cached_property
    def device(self) -> Device:
        """An officer's device that keeps its receipts in `receipts/`."""
        return self.new_device()

    @cached_property
    def case_rules(self) -> CaseRules:
        """What cases of the two officers name; first they are qualified, while nobody else adds records."""
        before = self.checks.standing().accepted
        self.checks.qualify(OFFICERS)
        self.provisioned = (self.provisioned or 0) + self.checks.standing().accepted - before
        return self.checks.case_rules(OFFICERS)

    def new_device(self, username: str = "zhang.wei") -> Device:
        """Another device of the same receipts folder."""
        return Device(self.url, self.key(username), self.home / "receipts", username)

    def kill_part(self, victim: str) -> None:
        """kill -9 of a part, at this moment."""
        assert kill_victim(self.home, victim), f"{victim} does not run"

    def is_running(self, victim: str) -> bool:
        """Whether a part lives, be it well or not."""
        return bool(victim_processes(self.home, victim))

    def crash(self, order: FaultOrder) -> None:
        """Carry an order out under a load of two records of one subject, and a case where it is to meet
        the registrar.
        """
        self.board.give(order)
        first = self.device.sign()
        self.device.deliver(first)
        self.device.deliver(self.device.sign(after=first))
        if order.point in REGISTRAR_POINTS:
            CaseWork(self.device, self.case_rules).reach_milestone()
        self.board.wait_until_hit()

    def until(self, question: Callable[[], bool], seconds: float = _SETTLE_SECONDS) -> None:
        """Wait until it is so."""
        deadline = time.monotonic() + seconds
        while not question():
            assert time.monotonic() < deadline, self._messages()
            time.sleep(0.05)

    def settle(self, seconds: float = _SETTLE_SECONDS) -> Standing:
        """Until every part is back and everything accepted is anchored; nobody but `up` helps."""
        deadline = time.monotonic() + seconds
        while True:
            standing = self._standing() if self.is_ready() else None
            if standing is not None and standing.done:
                return standing
            assert self.process is None or self.process.poll() is None, self._messages()
            assert time.monotonic() < deadline, f"{standing}\n{self._messages()}"
            time.sleep(0.05)

    def start(self) -> None:
        super().start()
        if self.provisioned is None:
            self.provisioned = self.checks.standing().accepted

    def check_whole(self, others: Mapping[str, str] | None = None) -> None:
        """Settle, then everything that must hold after a crash, receipts over HTTP included.

        `others`: receipts that were given to other devices than `device`.
        """
        receipts = self.device.receipts
        receipts.update(others or {})
        standing = self.settle()
        self.checks.whole(receipts)
        sent = len(receipts) + self.checks.effects(receipts)
        assert standing.accepted == (self.provisioned or 0) + sent, "more records than were sent"
        self.checks.hold_to_receipts(self.url, self.device.folder).require_proved()

    def messages(self) -> str:
        """What `up` and its children said so far."""
        return (self.home / "up.log").read_text("utf-8", "replace")

    def _standing(self) -> Standing | None:
        try:
            return self.checks.standing()
        except (psycopg.OperationalError, GridWitnessError):
            return None
