"""`gridwitness performance`: figures, rankings, reports and fixed figures, from the operator's side."""

from gridwitness_cli.performance.commands import app

__all__ = ["app"]
