"""How well matters are handled, in figures that can be recomputed."""

from gridwitness.performance import kinds

__all__ = ["kinds"]
