"""The officer's device: keys, statements signed offline, sent when there is a network, receipts kept."""

from gridwitness_cli.submit.commands import app

__all__ = ["app"]
