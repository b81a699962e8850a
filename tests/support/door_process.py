"""The doors as a process of their own on a test database, to be killed: `python -m support.door_process`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gridwitness.clock import clock_for
from gridwitness.local_port import free_port
from gridwitness.platform import open_platform
from gridwitness.settings import load_settings
from gridwitness_ingest.serving import serve_doors
from support.platform import RunningPlatform

_TESTS = Path(__file__).resolve().parents[1]
_URL, _RPC = "DOOR_DATABASE_URL", "DOOR_RPC_URL"


@dataclass
class DoorProcess:
    """A process with the terminals' door on `port`; `kill` is kill -9."""

    process: subprocess.Popen[str]
    port: int

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(20)


def start_door(running: RunningPlatform, port: int | None = None, **settings: str) -> DoorProcess:
    """Start it and wait until it listens."""
    port = port or free_port()
    chosen = {"HOME": str(running.home), "JT808_PORT": str(port), **settings}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GRIDWITNESS_")}
    environment |= {f"GRIDWITNESS_{name}": value for name, value in chosen.items()}
    environment |= {_URL: running.urls.app, _RPC: running.rpc_url, "PYTHONPATH": str(_TESTS)}
    process = subprocess.Popen(
        [sys.executable, "-m", "support.door_process"], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == f"jt808 {port}", process.poll()
    return DoorProcess(process, port)


@contextmanager
def door_process(running: RunningPlatform, **settings: str) -> Iterator[DoorProcess]:
    """A door that is gone at the end."""
    started = start_door(running, **settings)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait()


def main(environment: Mapping[str, str] = os.environ) -> None:
    """Serve on the database that the environment names."""
    settings = load_settings()
    platform = open_platform(
        settings, clock_for(settings), environment[_URL], environment[_RPC], "gridwitness-ingest"
    )
    serve_doors(platform, lambda door, port: print(f"{door} {port}", flush=True))
    platform.close()


if __name__ == "__main__":
    main()
