"""Simulated cities and real tracks: `gridwitness simulate`."""

from gridwitness_cli.simulate.commands import app

__all__ = ["app"]
