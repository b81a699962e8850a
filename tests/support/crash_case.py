"""Enforcement cases on a device while things are killed: summary cases, of five milestones each."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

from support.case_plays import DRIVER
from support.crash_device import Device

_PENALTY = {"fine": "100", "penalty_kinds": ["fine"]}
_PAID = {"amount": "100", "method": "on-the-spot", "receipt_no": "浙财 000001"}
_PLACE = "示范市滨江路与和平路口"
_CLUE = {"source": "patrol", "matter": "muck-spill", "article": "AIR-116", "district": "示范区"}
_STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("clue", {"facts": "车辆沿途撒漏渣土", "details": _CLUE}),
    ("card-shown", {"place": _PLACE, "party": DRIVER, "details": {"party_kind": "citizen"}}),
    ("scene-record", {"place": _PLACE, "facts": "散落渣土约三十米", "details": {"kind": "scene-record"}}),
    ("notice-and-defence", {"outcome": "stated", "details": _PENALTY}),
    ("decision", {"outcome": "penalty", "facts": "撒漏属实", "details": _PENALTY}),
    ("decision-service", {"details": {"receipt_signed": True}}),
    ("payment", {"outcome": "full", "details": _PAID}),
)
TO_FIRST_MILESTONE = 2
"""Steps until a case has its number."""


@dataclass(frozen=True)
class CaseRules:
    """What a summary case names: the version of the procedure, and the accounts of its two officers."""

    version: str
    officers: tuple[str, ...]


@dataclass
class CaseWork:
    """One officer's cases, one after the other; every step is delivered before the next is signed."""

    device: Device
    rules: CaseRules
    _sub: str = ""
    _taken: int = len(_STEPS)

    def step(self) -> None:
        """The case's next step, or the first one of a new case."""
        if self._taken == len(_STEPS):
            self._sub, self._taken = secrets.token_hex(16), 0
        name, given = _STEPS[self._taken]
        fields = {**_EMPTY, **given, "step": name, "rules": self.rules.version}
        fields |= {"officers": [*self.rules.officers], "occurred_at": _now()}
        if name == "scene-record":
            fields["files"] = [self.device.store("现场照片.txt", f"照片 {self._sub}".encode())]
        sign = self.device.sign_next if self._taken else self.device.sign_first
        self.device.deliver(sign(self._sub, "case.step.v2", fields))
        self._taken += 1

    def reach_milestone(self) -> None:
        """A new case up to its first milestone."""
        self._taken = len(_STEPS)
        for _ in range(TO_FIRST_MILESTONE):
            self.step()


_EMPTY: dict[str, Any] = {
    "procedure": "summary", "place": None, "facts": None, "basis": None, "outcome": None, "details": {},
    "party": None, "files": [],
}  # fmt: skip


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
