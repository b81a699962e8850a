"""`gridwitness truck`: registers of muck trucks, anomalies and their review, a vehicle's passages."""

from gridwitness_cli.truck.commands import app

__all__ = ["app"]
