"""Case documents: composed from a step's record, rendered as PDF, issued on record.

Whoever renders without issuing imports `rendering`: its library takes long to load.
"""

from gridwitness.cases.documents.content import DocumentContent, Officer, Origin, Party, PastStep, Terms
from gridwitness.cases.documents.issuing import Documents, Issued

__all__ = [
    "DocumentContent",
    "Documents",
    "Issued",
    "Officer",
    "Origin",
    "Party",
    "PastStep",
    "Terms",
]
