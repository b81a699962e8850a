"""What a command found, and how it is shown."""

from .explanations import explain
from .model import Check, Location, Report
from .phrase import Phrase
from .verdict import Result, is_required

__all__ = ["Check", "Location", "Phrase", "Report", "Result", "explain", "is_required"]
