"""Grids, units and the matters they answer for."""

from gridwitness.grids import kinds

__all__ = ["kinds"]
