"""`gridwitness archive`: parts of passages and positions, proof of one row, removal after retention."""

from gridwitness_cli.archive.commands import app

__all__ = ["app"]
