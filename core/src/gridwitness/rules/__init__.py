"""Procedures of law as published, versioned data: what a case may do next, and why not."""

from gridwitness.rules.document import Clock, Law, Requirement, Step, Threshold
from gridwitness.rules.facts import (
    LOCAL,
    Attempt,
    CalendarUnpublished,
    CaseFacts,
    DeviceReview,
    Judgement,
    Option,
    Refusal,
    StepFact,
    TermEnd,
)
from gridwitness.rules.milestones import NUMBERS
from gridwitness.rules.models import VersionRow
from gridwitness.rules.node import Node
from gridwitness.rules.packs import bundled, jurisdictions, resolve
from gridwitness.rules.procedure import Procedure
from gridwitness.rules.publication import PUBLISHED, RuleHandler, check_procedure, digest_of
from gridwitness.rules.service import CalendarSource, Rules
from gridwitness.rules.summary import SummaryLawful, summary_lawful
from gridwitness.rules.words import word

__all__ = [
    "LOCAL",
    "NUMBERS",
    "PUBLISHED",
    "Attempt",
    "CalendarSource",
    "CalendarUnpublished",
    "CaseFacts",
    "Clock",
    "DeviceReview",
    "Judgement",
    "Law",
    "Node",
    "Option",
    "Procedure",
    "Refusal",
    "Requirement",
    "RuleHandler",
    "Rules",
    "Step",
    "StepFact",
    "SummaryLawful",
    "TermEnd",
    "Threshold",
    "VersionRow",
    "bundled",
    "check_procedure",
    "digest_of",
    "jurisdictions",
    "resolve",
    "summary_lawful",
    "word",
]
