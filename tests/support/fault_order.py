"""An order to kill at a fault point: given by a test, claimed by the process that reaches the point."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

_ARMED, _HIT = "armed.json", "hit.json"


@dataclass(frozen=True)
class FaultOrder:
    """Kill -9 `victim` at the `skip`-th time that `point` is reached, `moment` it ("before", "after").

    `delay` seconds later where it is not 0: the process runs on meanwhile, to wherever it gets.
    """

    point: str
    moment: str
    victim: str
    skip: int = 0
    delay: float = 0.0

    def __str__(self) -> str:
        late = f" + {self.delay * 1000:.0f} ms" if self.delay else ""
        return f"{self.victim} killed {self.moment} {self.point}{late}"


class FaultBoard:
    """The folder in which orders are given; at most one stands at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def give(self, order: FaultOrder) -> None:
        """From now on the next process at the point obeys."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / _HIT).unlink(missing_ok=True)
        draft = self.folder / ".draft"
        draft.write_text(json.dumps(asdict(order)))
        draft.replace(self.folder / _ARMED)

    def standing(self) -> FaultOrder | None:
        """The order that nobody has claimed yet."""
        try:
            return FaultOrder(**json.loads((self.folder / _ARMED).read_bytes()))
        except FileNotFoundError:
            return None

    def claim(self) -> bool:
        """Whether the order is ours to carry out: one process, one thread gets it."""
        try:
            (self.folder / _ARMED).rename(self.folder / _HIT)
        except FileNotFoundError:
            return False
        return True

    def withdraw(self) -> bool:
        """Take the order back; False where it was claimed meanwhile."""
        try:
            (self.folder / _ARMED).unlink()
        except FileNotFoundError:
            return False
        return True

    def wait_until_hit(self, seconds: float = 60) -> None:
        """A point that was never reached is a failed test, not a passed one."""
        deadline = time.monotonic() + seconds
        while not (self.folder / _HIT).exists():
            assert time.monotonic() < deadline, f"never reached: {self.standing()}"
            time.sleep(0.01)
