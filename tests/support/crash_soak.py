"""Random kills, one after another, under a load of records: `make soak` (SEED=…, KILLS=…, MATRIX=whole).

After every kill: all parts are back, everything accepted before it is anchored, every receipt given since
stands at its record, leaf indexes have no gap, the contract is not ahead. Every hundred kills and at the end
all of it, with `gridwitness-verify audit` and `log --receipts`. The first violation ends the run with exit
code 1; the platform's own words are then in `var/soak/up.log`.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import secrets
import shutil
import statistics
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from gridwitness.errors import GridWitnessError
from support.crash_load import CrashLoad, crash_load
from support.crash_plan import INSTANT, CrashPlan, whole_matrix
from support.crash_stand import CrashStand
from support.fault_order import FaultOrder
from support.victims import VICTIMS, kill_victim, victim_processes

_PATIENCE = 90.0
_FULL_EVERY = 100
_LONG = 10.0
"""Seconds of a recovery that is named also between the tens."""
_RESULTS = Path("var/soak")


@dataclass
class Killing:
    """Kills on one stand under one load, counted and timed."""

    stand: CrashStand
    load: CrashLoad
    begun_with: int
    """Records before the load began."""
    kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    full_checks: int = 0
    _checked: set[str] = field(default_factory=set)

    def kill(self, order: FaultOrder) -> float:
        """Carry one order out and see everything back; gives the seconds that took."""
        before = self._main_process(order.victim)
        owed = self.begun_with + len(self.load.receipts)
        if order.point == INSTANT:
            time.sleep(order.delay)
            kill_victim(self.stand.home, order.victim)
        else:
            self.stand.board.give(order)
            self.stand.board.wait_until_hit(_PATIENCE)
        self._until(lambda: before not in victim_processes(self.stand.home, order.victim), f"{order}: lives")
        died = time.monotonic()
        self._until(lambda: self._recovered(owed), f"{order}: no recovery", pause=0.1)
        taken = time.monotonic() - died
        self.kills[order.victim, f"{order.moment} {order.point}"] += 1
        self.recoveries.setdefault(order.victim, []).append(taken)
        self._check_cheap()
        return taken

    def check_all(self) -> None:
        """Everything, while the load goes on: what an auditor would do at any moment."""
        self.load.require_good()
        receipts = self.load.receipts
        self.stand.checks.cheap(receipts)
        self.stand.checks.audit().require_proved()
        self.stand.checks.hold_to_receipts(self.stand.url, self.stand.home / "receipts").require_proved()
        self.full_checks += 1

    def _check_cheap(self) -> None:
        self.load.require_good()
        receipts = self.load.receipts
        fresh = {jti: receipt for jti, receipt in receipts.items() if jti not in self._checked}
        self.stand.checks.cheap(fresh)
        self._checked.update(fresh)

    def _main_process(self, victim: str) -> int:
        found: list[int] = []

        def runs() -> bool:
            found[:] = victim_processes(self.stand.home, victim)[:1]
            return bool(found)

        self._until(runs, f"{victim} does not run")
        return found[0]

    def _recovered(self, owed: int) -> bool:
        """All four parts run, the API is ready, and what was accepted before is anchored."""
        if not all(self.stand.is_running(victim) for victim in VICTIMS) or not self.stand.is_ready():
            return False
        try:
            return self.stand.checks.standing().anchored >= owed
        except (psycopg.OperationalError, GridWitnessError):
            return False

    def _until(self, question: Callable[[], bool], otherwise: str, pause: float = 0.02) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not question():
            self.load.require_good()
            assert time.monotonic() < deadline, otherwise
            time.sleep(pause)


def run(plan: CrashPlan, *, matrix: bool = False) -> dict[str, Any]:
    """A whole soak on a deployment of its own; gives what `results.json` holds. Raises on a violation."""
    with CrashStand.new() as stand:
        try:
            stand.start()
            cells = run_matrix(stand) if matrix else 0
            return {**soak(stand, plan, say=_say), "matrix_cells": cells}
        except BaseException:
            _RESULTS.mkdir(parents=True, exist_ok=True)
            shutil.copy(stand.home / "up.log", _RESULTS / "up.log")
            raise


def soak(stand: CrashStand, plan: CrashPlan, say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """The kills of a plan on a running stand, everything checked at the end."""
    began, begun_with = time.monotonic(), stand.settle().accepted
    with crash_load(stand, plan.seed) as load:
        killing = Killing(stand, load, begun_with)
        for number, order in enumerate(plan, 1):
            taken = killing.kill(order)
            if number % 10 == 0 or taken > _LONG:
                since = time.monotonic() - began
                say(f"{number}/{plan.kills} · {since:.0f} s · {order} · {taken:.1f} s")
            if number % _FULL_EVERY == 0:
                killing.check_all()
    per_kill = (time.monotonic() - began) / max(1, plan.kills)
    load.require_good()
    stand.check_whole(load.receipts)
    standing = stand.checks.standing()
    return {
        "seed": plan.seed,
        "kills": plan.kills,
        "violations": [],
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "kills_by_victim": _totals(killing.kills, 0),
        "kills_by_step": _totals(killing.kills, 1),
        "receipts": len(load.receipts),
        "records_accepted": standing.accepted,
        "anchors": len(standing.heads),
        "milestones_registered": standing.registered,
        "refusals_waited_out": load.refusals,
        "recovery_seconds": {victim: _spread(killing.recoveries.get(victim, [])) for victim in VICTIMS},
        "full_checks": killing.full_checks + 1,
        "seconds_per_kill": round(per_kill, 2),
        "seconds": round(time.monotonic() - began, 1),
    }


def run_matrix(stand: CrashStand) -> int:
    """Every victim before and after every step, each with everything checked after it."""
    orders = whole_matrix()
    for number, order in enumerate(orders, 1):
        began = time.monotonic()
        stand.crash(order)
        stand.check_whole()
        _say(f"matrix {number}/{len(orders)} · {order} · {time.monotonic() - began:.1f} s")
    return len(orders)


def _say(line: str) -> None:
    print(line, flush=True)


def _totals(kills: Counter[tuple[str, str]], place: int) -> dict[str, int]:
    found: Counter[str] = Counter()
    for key, times in kills.items():
        found[key[place]] += times
    return dict(sorted(found.items()))


def _spread(seconds: list[float]) -> dict[str, float]:
    if not seconds:
        return {}
    ordered = sorted(seconds)
    return {
        "median": round(statistics.median(ordered), 2),
        "p95": round(ordered[math.ceil(0.95 * len(ordered)) - 1], 2),
        "longest": round(ordered[-1], 2),
    }


def main() -> int:
    """`python -m support.crash_soak`, from `tests` on the path."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--kills", type=int, default=500)
    options.add_argument("--matrix", action="store_true", help="first every victim at every step")
    chosen = options.parse_args()
    seed = secrets.randbelow(1_000_000) if chosen.seed is None else chosen.seed
    print(f"seed {seed}, {chosen.kills} kills", flush=True)
    plan = CrashPlan(seed, chosen.kills)
    try:
        results = run(plan, matrix=chosen.matrix)
    except Exception as violation:
        traceback.print_exc()
        said = f"{type(violation).__name__}: {violation}"
        results = {"seed": seed, "kills": chosen.kills, "violations": [said[:4000]]}
    _RESULTS.mkdir(parents=True, exist_ok=True)
    (_RESULTS / "results.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n")
    print(json.dumps(results, ensure_ascii=False, indent=1))
    print(f"written to {_RESULTS / 'results.json'}")
    return 1 if results["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
