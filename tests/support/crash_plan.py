"""The kills of one soak: drawn from a seed, so that a run can be had again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from support.fault_order import FaultOrder
from support.fault_points import API_POINTS, MOMENTS, REGISTRAR_POINTS, WORKER_POINTS
from support.victims import VICTIMS

INSTANT = "any instant"
_POINTS = API_POINTS + WORKER_POINTS + REGISTRAR_POINTS
_LONGEST_DELAY = 0.3
_LONGEST_WAIT = 0.6
_MOST_SKIPPED = 2


@dataclass(frozen=True)
class CrashPlan:
    """`kills` orders from `seed`: most at a fault point, exactly or a little later; some at any instant."""

    seed: int
    kills: int

    def __iter__(self) -> Iterator[FaultOrder]:
        chance = random.Random(self.seed)
        for _ in range(self.kills):
            yield _draw(chance)


def whole_matrix() -> list[FaultOrder]:
    """Every victim before and after every step."""
    return [FaultOrder(point, moment, victim) for point, moment, victim in product(_POINTS, MOMENTS, VICTIMS)]


def distinct_states() -> list[FaultOrder]:
    """One order for each state that can be told apart: after one step is mostly before the next.

    A step's own process at each of them, database and chain where they hold something of it.
    """
    at_acceptance = [("accept", "before"), ("accept", "after"), ("commit", "after"), ("answer", "after")]
    at_sequencing = [
        ("sequence", "before"),
        ("sequence", "after"),
        ("tile-name", "before"),
        ("tile-name", "after"),
        ("tile", "after"),
        ("sign", "after"),
        ("publish", "before"),
        ("publish", "after"),
    ]
    at_anchoring = [
        ("prepare", "after"),
        ("send", "before"),
        ("send", "after"),
        ("confirm", "after"),
        ("store", "after"),
    ]
    in_database = [
        ("accept", "after"),
        ("commit", "after"),
        ("sequence", "after"),
        ("tile", "after"),
        ("publish", "before"),
        ("prepare", "after"),
        ("send", "before"),
        ("confirm", "after"),
        ("store", "after"),
    ]
    at_registering = [("register-sign", "after"), ("register", "after"), ("register-store", "after")]
    groups = {
        "api": at_acceptance,
        "worker": at_sequencing + at_anchoring + at_registering,
        "database": [*in_database, ("register", "after")],
        "chain": [*at_anchoring, ("register", "before")],
    }
    return [FaultOrder(*place, victim) for victim, places in groups.items() for place in places]


def _draw(chance: random.Random) -> FaultOrder:
    victim = chance.choice(VICTIMS)
    if chance.random() < 0.2:
        return FaultOrder(INSTANT, "at", victim, delay=round(chance.uniform(0, _LONGEST_WAIT), 3))
    point, moment = chance.choice(_POINTS), chance.choice(MOMENTS)
    delay = round(chance.uniform(0, _LONGEST_DELAY), 3) if chance.random() < 0.4 else 0.0
    return FaultOrder(point, moment, victim, skip=chance.randint(0, _MOST_SKIPPED), delay=delay)
