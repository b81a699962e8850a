"""`gridwitness case`: enforcement cases from the officer's device."""

from gridwitness_cli.case.commands import app

__all__ = ["app"]
