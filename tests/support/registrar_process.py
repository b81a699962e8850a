"""One worker round in a process of its own, in which the worker or the chain is killed with kill -9.

python -m support.registrar_process HOME APP_URL RPC_URL STEP VICTIM
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from gridwitness.cases import registering
from gridwitness.clock import clock_for
from gridwitness.platform import open_platform
from gridwitness.settings import load_settings
from gridwitness.worker import Worker
from support.platform import RunningPlatform
from support.victims import kill_victim

TESTS = Path(__file__).resolve().parents[1]

SENT = 5


def round_with_a_kill(running: RunningPlatform, step: str, victim: str) -> int:
    """The exit code of a process that does a round, and kills `worker` (itself) or `chain` when `some sent`
    or when all is `final` and not stored.
    """
    arguments = (str(running.home), running.urls.app, running.rpc_url, step, victim)
    command = [sys.executable, "-m", "support.registrar_process", *arguments]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, timeout=120, check=False)
    assert step in done.stdout, done.stderr
    return done.returncode


def main(home: Path, app_url: str, rpc_url: str, step: str, victim: str) -> None:
    """The round itself."""
    settings = load_settings(home=home, simulated_clock=True)
    platform = open_platform(settings, clock_for(settings), app_url, rpc_url, "registrar")
    real = registering.settle

    def strike() -> None:
        print(step, flush=True)
        if victim == "chain":
            assert kill_victim(home, "chain")
        else:
            os.kill(os.getpid(), 9)

    def settle(transactions: Any, signed: Any, **named: Any) -> Any:
        if step == "some sent":
            for one in signed[:SENT]:
                transactions.send(one)
            strike()
        settled = real(transactions, signed, **named)
        strike()
        return settled

    registering.settle = settle
    Worker(platform).round()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
