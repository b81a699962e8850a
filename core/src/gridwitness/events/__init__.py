"""Grid events: seven stages, clocks, and every way beside them."""

from gridwitness.events import kinds

__all__ = ["kinds"]
