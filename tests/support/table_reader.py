"""A reader of files' pieces in a process of its own, that is killed with kill -9 before it commits.

python -m support.table_reader HOME APP_URL RPC_URL
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from gridwitness.clock import clock_for
from gridwitness.platform import open_platform
from gridwitness.settings import load_settings
from gridwitness.trucks.sightings import Sightings
from gridwitness_ingest.tables.reading import PieceReader
from support.platform import RunningPlatform

TESTS = Path(__file__).resolve().parents[1]
HELD = "stored, not committed"


def start_reader(running: RunningPlatform) -> subprocess.Popen[str]:
    """Start one that stores a piece, says so, and waits to be let go (a line) to its end."""
    arguments = (str(running.home), running.urls.app, running.rpc_url)
    command = [sys.executable, "-m", "support.table_reader", *arguments]
    return subprocess.Popen(
        command, cwd=TESTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.stderr, text=True
    )


def main(home: Path, app_url: str, rpc_url: str) -> None:
    """Read one piece up to its commit."""
    settings = load_settings(home=home, simulated_clock=True)
    platform = open_platform(settings, clock_for(settings), app_url, rpc_url, "reader")
    with platform.transaction() as session:
        read = PieceReader(platform.intake, Sightings()).read_next(session)
        assert read is not None
        print(HELD, flush=True)
        sys.stdin.readline()
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
