"""Feeds: where outside data come from, what they sent byte for byte, and what could not be read."""

from gridwitness.feeds import kinds

__all__ = ["kinds"]
