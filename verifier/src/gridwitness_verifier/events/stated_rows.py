"""The rows of one event as the effects in its file leave them."""

from __future__ import annotations

from collections.abc import Iterable

from ..audit.effect_fold import EVENT_TABLES, key_text, row_changes
from ..case.dossier import Sheet
from ..kinds import EFFECT
from .standing import Row


def stated_rows(sheets: Iterable[Sheet]) -> dict[str, list[Row]]:
    """By table without its schema; `sheets` in the order of the event."""
    found: dict[str, dict[str, dict[str, str | None]]] = {}
    for sheet in sheets:
        if sheet.entry.kind != EFFECT:
            continue
        for change in row_changes(sheet.fields):
            if not change.table.startswith(EVENT_TABLES):
                continue
            rows, key = found.setdefault(change.table.removeprefix(EVENT_TABLES), {}), key_text(change.key)
            if change.put:
                rows[key] = {**rows.get(key, change.key), **change.columns}
            else:
                rows.pop(key, None)
    return {table: list(rows.values()) for table, rows in found.items()}
