"""Enforcement cases: steps judged by their procedure, clocks, milestones, files for auditors."""

from gridwitness.cases.anomalies import AnomalyStanding, KnownAnomaly
from gridwitness.cases.handler import CaseHandler, case_handlers
from gridwitness.cases.kinds import COSIGN, DOCUMENT, PARTY_MEMBERS, STEP
from gridwitness.cases.listing import FINISHED, CaseFilter
from gridwitness.cases.models import CaseRow
from gridwitness.cases.refused import ProcedureRefused, is_procedural
from gridwitness.cases.service import Cases
from gridwitness.cases.views import case_number

__all__ = [
    "COSIGN",
    "DOCUMENT",
    "FINISHED",
    "PARTY_MEMBERS",
    "STEP",
    "AnomalyStanding",
    "CaseFilter",
    "CaseHandler",
    "CaseRow",
    "Cases",
    "KnownAnomaly",
    "ProcedureRefused",
    "case_handlers",
    "case_number",
    "is_procedural",
]
