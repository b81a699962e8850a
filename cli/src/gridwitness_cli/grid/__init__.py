"""`gridwitness grid`: grids, units, addresses, staff, and the responsibility list."""

from gridwitness_cli.grid.commands import app

__all__ = ["app"]
