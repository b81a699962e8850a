"""`gridwitness dispatch`: whose an event is — learned models, their measure, rules and articles."""

from gridwitness_cli.dispatch.commands import app

__all__ = ["app"]
