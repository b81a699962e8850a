"""`gridwitness ingest`: the doors for outside data, and what they read, for the field engineer."""

from gridwitness_cli.ingest.commands import app

__all__ = ["app"]
