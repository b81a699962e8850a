"""`gridwitness hotspot`: snapshots of where anomalies gather, from the operator's side."""

from gridwitness_cli.hotspot.commands import app

__all__ = ["app"]
