"""Enforcement cases."""

from gridwitness.cases.models import CaseRow

__all__ = ["CaseRow"]
