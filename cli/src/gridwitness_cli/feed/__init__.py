"""`gridwitness feed`: sources of outside data, who may send, and what could not be read."""

from gridwitness_cli.feed.commands import app

__all__ = ["app"]
