"""Which truck breaks which rule in which night: the plan, drawn before anything drives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gridwitness_cli.simulate.fleet import Truck

ON_TRACKS = (
    "NO_PERMIT",
    "EXPIRED",
    "ROUTE_DEV",
    "TIME_WIN",
    "WRONG_SITE",
    "UNCOVERED",
    "OVERLOAD",
    "STOP_ABN",
    "DUMP_SUS",
    "OFFLINE",
    "OVERSPEED",
    "GATE_MISMATCH",
    "TERMINAL_TWICE",
)
AT_CHECKPOINTS = ("BLACK_CLONE_ST", "BLACK_CLONE_GPS", "BLACK_ATTR")
STANDING = ("NO_PERMIT", "EXPIRED")
"""What a truck is in every night; it works in one."""


def plan(
    rng: np.random.Generator, trucks: Sequence[Truck], days: int, per_rule: int
) -> dict[tuple[int, int], str]:
    """`(truck, night)` → rule. A truck breaks at most one rule in a night; few trucks without permit exist.

    What is seen by terminals alone is planted on trucks that have one; a clone in space and time on trucks
    without (beside a terminal it is a clone by GPS as well).
    """
    per_rule = min(per_rule, max(1, len(trucks) * days // 30))  # a small fleet has some of each, too
    found: dict[tuple[int, int], str] = {}
    order = rng.permutation(len(trucks)).tolist()
    with_terminal = [n for n in order if trucks[n].terminal is not None]
    without = [n for n in order if trucks[n].terminal is None]
    marked: set[int] = set()
    each = min(per_rule, max(1, len(with_terminal) // 8))
    for rule in STANDING:
        for truck in [n for n in with_terminal if n not in marked][:each]:
            marked.add(truck)
            found[truck, int(rng.integers(days))] = rule
    for rule in (*ON_TRACKS, *AT_CHECKPOINTS):
        if rule in STANDING:
            continue
        among = [n for n in (without if rule == "BLACK_CLONE_ST" else with_terminal) if n not in marked]
        free = [(n, night) for n in among for night in range(days) if (n, night) not in found]
        chosen = rng.permutation(len(free))[: min(per_rule, len(free) // 2)].tolist()
        found.update({free[n]: rule for n in chosen})
    return found
