"""Signed records: accepted, sequenced, anchored, proved."""

from gridwitness.records.acceptance import Acceptance, Outcome, StepHandler, Submission
from gridwitness.records.bundles import BundleMaker, presentation, record_row, record_state, rfc3339
from gridwitness.records.effects import RowChange, change, put_new, remove
from gridwitness.records.kinds import KINDS, Kind, kind_named, register
from gridwitness.records.logs import Log, current_log, latest_seen, log_named, logs_by_origin
from gridwitness.records.signers import OwnKeys, RegisteredKey, SignerDirectory
from gridwitness.records.subjects import heads_of, subject_log

__all__ = [
    "KINDS",
    "Acceptance",
    "BundleMaker",
    "Kind",
    "Log",
    "Outcome",
    "OwnKeys",
    "RegisteredKey",
    "RowChange",
    "SignerDirectory",
    "StepHandler",
    "Submission",
    "change",
    "current_log",
    "heads_of",
    "kind_named",
    "latest_seen",
    "log_named",
    "logs_by_origin",
    "presentation",
    "put_new",
    "record_row",
    "record_state",
    "register",
    "remove",
    "rfc3339",
    "subject_log",
]
