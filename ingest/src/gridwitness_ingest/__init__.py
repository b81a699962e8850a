"""Doors for outside data."""

from gridwitness_ingest.importing import ImportSummary, import_rows
from gridwitness_ingest.mapping import ColumnMapping, importable_kind
from gridwitness_ingest.row import BadRow, Row, RowTable
from gridwitness_ingest.rows import open_rows

__all__ = [
    "BadRow",
    "ColumnMapping",
    "ImportSummary",
    "Row",
    "RowTable",
    "import_rows",
    "importable_kind",
    "open_rows",
]
