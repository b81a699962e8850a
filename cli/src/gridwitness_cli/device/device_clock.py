"""The device's clock: the system's, or the simulated one of GRIDWITNESS_HOME where a demo runs on one."""

from __future__ import annotations

import os
from datetime import datetime

from gridwitness.clock import SystemClock, clock_for
from gridwitness.settings import load_settings


def device_now() -> datetime:
    """The present time, aware, UTC. Without GRIDWITNESS_HOME nothing of a deployment is asked for."""
    clock = clock_for(load_settings()) if os.environ.get("GRIDWITNESS_HOME") else SystemClock()
    return clock.now()
