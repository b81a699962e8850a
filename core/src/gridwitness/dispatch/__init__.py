"""Whose an event is: rules, a learned model, then people; and what is known about such matters."""

from gridwitness.dispatch import kinds

__all__ = ["kinds"]
