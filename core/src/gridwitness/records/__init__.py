"""Signed records: accepted, sequenced, anchored, proved.

What speaks to the chain (`anchoring`, `recovery`) is imported from its own module: an officer's device signs
and sends without loading a chain library.
"""

from gridwitness.records.acceptance import Acceptance
from gridwitness.records.bundles import (
    BundleMaker,
    presentation,
    record_row,
    record_state,
    rfc3339,
    stored_record,
    unanchored,
)
from gridwitness.records.effects import RowChange, change, put_new, remove
from gridwitness.records.entry_lookup import EntryStanding, entry_standing
from gridwitness.records.erasure import Erasures, find_erasure
from gridwitness.records.field_types import is_digest, is_time
from gridwitness.records.files import FileStore, add_file
from gridwitness.records.kinds import KINDS, MILESTONES, Kind, check_fields, kind_named, register
from gridwitness.records.logs import (
    Log,
    current_log,
    latest_seen,
    log_named,
    logs_by_origin,
    newest_anchor_time,
    open_log,
    open_logs,
)
from gridwitness.records.manifest import MANIFEST_KIND
from gridwitness.records.models import LogRow
from gridwitness.records.sequencing import sole_sequencer
from gridwitness.records.signers import OwnKeys, RegisteredKey, SignerDirectory
from gridwitness.records.sources import SOURCE_HANDLERS, SourceHandler, find_sources, row_digest
from gridwitness.records.subjects import SubjectHead, head_view, heads_of, lock_subjects, subject_log
from gridwitness.records.submissions import Outcome, StepHandler, Submission
from gridwitness.records.tiles import TileStore

__all__ = [
    "KINDS",
    "MANIFEST_KIND",
    "MILESTONES",
    "SOURCE_HANDLERS",
    "Acceptance",
    "BundleMaker",
    "EntryStanding",
    "Erasures",
    "FileStore",
    "Kind",
    "Log",
    "LogRow",
    "Outcome",
    "OwnKeys",
    "RegisteredKey",
    "RowChange",
    "SignerDirectory",
    "SourceHandler",
    "StepHandler",
    "SubjectHead",
    "Submission",
    "TileStore",
    "add_file",
    "change",
    "check_fields",
    "current_log",
    "entry_standing",
    "find_erasure",
    "find_sources",
    "head_view",
    "heads_of",
    "is_digest",
    "is_time",
    "kind_named",
    "latest_seen",
    "lock_subjects",
    "log_named",
    "logs_by_origin",
    "newest_anchor_time",
    "open_log",
    "open_logs",
    "presentation",
    "put_new",
    "record_row",
    "record_state",
    "register",
    "remove",
    "rfc3339",
    "row_digest",
    "sole_sequencer",
    "stored_record",
    "subject_log",
    "unanchored",
]
