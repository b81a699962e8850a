"""Case documents: composed from a step's record, rendered as PDF, issued on record."""

from gridwitness.cases.documents.content import DocumentContent, Officer, Origin, Party, PastStep, Terms
from gridwitness.cases.documents.rendering import DOCUMENTS, render

__all__ = [
    "DOCUMENTS",
    "DocumentContent",
    "Officer",
    "Origin",
    "Party",
    "PastStep",
    "Terms",
    "render",
]
