"""`gridwitness event`: events as who works on them sees them, signed on the device or sent to the door."""

from gridwitness_cli.event.commands import app

__all__ = ["app"]
