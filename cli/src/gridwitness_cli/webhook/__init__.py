"""`gridwitness webhook`: whom news of events goes to, and what was delivered."""

from gridwitness_cli.webhook.commands import app

__all__ = ["app"]
