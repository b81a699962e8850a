"""Where events come from, and where news of them goes."""

from gridwitness.channels import kinds

__all__ = ["kinds"]
