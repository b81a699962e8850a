"""`gridwitness channel`: ways in for events, who sends through them, and what machines claim."""

from gridwitness_cli.channel.commands import app

__all__ = ["app"]
