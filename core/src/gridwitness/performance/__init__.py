"""How well matters are handled, in figures that can be recomputed.

What writes reports (`report_*`) loads the libraries of its format: it is imported from its own module.
"""

from gridwitness.performance import kinds
from gridwitness.performance.dictionary import Dictionary, check_metrics
from gridwitness.performance.figures import Figure
from gridwitness.performance.handler import PERFORMANCE_HANDLERS
from gridwitness.performance.models import PerformanceSnapshotRow
from gridwitness.performance.periods import Days, Period
from gridwitness.performance.publication import publish_metrics
from gridwitness.performance.service import Performance
from gridwitness.performance.tallies import Selection

__all__ = [
    "PERFORMANCE_HANDLERS",
    "Days",
    "Dictionary",
    "Figure",
    "Performance",
    "PerformanceSnapshotRow",
    "Period",
    "Selection",
    "check_metrics",
    "kinds",
    "publish_metrics",
]
