"""When a process under `up` is started again."""

from __future__ import annotations

import subprocess
import sys
import time

from gridwitness_cli.processes import _SETTLED, Child


class Ending(Child):
    """A process that ends at once."""

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-S", "-c", ""])
        self.started = time.monotonic()


def pause_after_death(child: Child) -> float:
    """See it die and be started again; the seconds between."""
    assert child.process is not None
    died = child.process
    died.wait()
    child.look_after()  # notes the death
    noted = time.monotonic()
    while child.process is died:
        child.look_after()
        time.sleep(0.002)
    return time.monotonic() - noted


def test_pauses_grow_while_it_keeps_dying_and_a_good_life_ends_that() -> None:
    child = Ending("worker", [], {})
    child.start()
    pauses = [pause_after_death(child) for _ in range(4)]
    assert pauses == sorted(pauses), pauses
    assert pauses[-1] > 4 * pauses[0], pauses
    child.started -= _SETTLED + 1  # it lived so long
    assert pause_after_death(child) < pauses[1]
    assert child.process is not None
    child.process.wait()
