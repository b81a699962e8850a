"""`gridwitness bench`: what the platform does in a second, and what a record costs."""

from gridwitness_cli.bench.command import bench
from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.run import run_bench
from gridwitness_cli.bench.sizes import DEFAULT, FULL, QUICK, Sizes

__all__ = ["DEFAULT", "FULL", "QUICK", "Measurement", "Sizes", "bench", "run_bench"]
