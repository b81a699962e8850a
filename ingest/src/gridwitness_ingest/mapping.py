"""From the columns of an outside table to the fields of a kind."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import tzinfo
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness.records import KINDS, Kind

from gridwitness_ingest.cells import BadCellError, decimal, instant

SOURCE = "source"

WELL_KNOWN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "event.reported.v1": {
        "title": ("title", "标题", "RequestType", "Complaint Type"),
        "category": ("category", "类别", "案件类别", "RequestType", "Complaint Type"),
        "description": ("description", "描述", "问题描述", "Descriptor"),
        "status": ("status", "状态"),
        "reported_at": ("reported_at", "上报时间", "CreatedDate"),
        "closed_at": ("closed_at", "结案时间", "ClosedDate"),
        "latitude": ("latitude", "纬度", "lat"),
        "longitude": ("longitude", "经度", "lon", "lng"),
        "address": ("address", "地址", "Incident Address"),
        "channel": ("channel", "问题来源", "RequestSource", "Open Data Channel Type"),
        "unit": ("unit", "处置部门", "AssignTo", "Owner", "Agency"),
    }
}
"""Kind → field → column names, the first one present is taken; case, spaces and `_` do not matter.

Los Angeles (MyLA311) and New York (311) as published. In Los Angeles Owner answers for a request and AssignTo
is the unit within; every column, mapped or not, stands in `source`.
"""


def importable_kind(name: str) -> Kind:
    """A kind that rows can become: `event.reported` (its newest version) or `event.reported.v1`.

    Raises InvalidInput `kind-unknown`, `kind-not-importable`.
    """
    versions = {
        int(version.removeprefix("v")): kind
        for kind in KINDS.values()
        for family, _, version in [kind.name.rpartition(".")]
        if name in (family, kind.name)
    }
    if not versions:
        raise InvalidInput("kind-unknown", f"There is no kind {name!r}.", f"one of {sorted(WELL_KNOWN)}")
    kind = versions[max(versions)]
    if kind.name not in WELL_KNOWN:
        raise InvalidInput(
            "kind-not-importable",
            f"Rows cannot be imported as {kind.name}.",
            f"one of {sorted(WELL_KNOWN)}",
        )
    return kind


class ColumnMapping:
    """Which column becomes which field of one kind."""

    def __init__(self, kind: Kind, zone: tzinfo, overrides: Mapping[str, str] | None = None) -> None:
        """`overrides`: field → column, the empty column for none. Raises InvalidInput `map-field`."""
        self._kind = kind
        self._zone = zone
        self._overrides = dict(overrides or {})
        unknown = sorted(self._overrides.keys() - (kind.fields.keys() - {SOURCE}))
        if unknown:
            fields = sorted(kind.fields.keys() - {SOURCE})
            raise InvalidInput(
                "map-field", f"{kind.name} has no field {unknown[0]!r} to map.", f"one of {fields}"
            )
        self._known: dict[tuple[str, ...], dict[str, str]] = {}

    def check_columns(self, columns: Collection[str]) -> None:
        """Raise InvalidInput `map-column` where a mapped column is not among a table's."""
        for field, column in self._overrides.items():
            if column and column not in columns:
                raise InvalidInput(
                    "map-column", f"There is no column {column!r} for {field}.", f"one of {list(columns)}"
                )

    def fields_of(self, row: Mapping[str, str], key: str, system: str) -> dict[str, Any]:
        """Every field of the kind for one row, null where the cell is empty. Raises BadCellError."""
        places = self._places(tuple(row))
        fields: dict[str, Any] = {
            name: self._value(declared.type, places.get(name), row)
            for name, declared in self._kind.fields.items()
            if name != SOURCE
        }
        fields[SOURCE] = {"system": system, "key": key, "row": dict(row)}
        return fields

    def _value(self, type_name: str, column: str | None, row: Mapping[str, str]) -> str | None:
        cell = row.get(column, "") if column else ""
        if not cell.strip():
            return None
        try:
            match type_name:
                case "time":
                    return instant(cell, self._zone)
                case "decimal":
                    return decimal(cell)
        except BadCellError as bad:
            raise BadCellError(f"{column}: {bad}") from None
        return cell

    def _places(self, columns: tuple[str, ...]) -> dict[str, str]:
        """Field → column; worked out once for rows of the same columns."""
        places = self._known.get(columns)
        if places is None:
            if len(self._known) > 256:  # NDJSON rows may each have other members
                self._known.clear()
            present = {_plain(column): column for column in reversed(columns)}
            well_known = WELL_KNOWN[self._kind.name]
            found: dict[str, str] = {
                field: next((present[_plain(name)] for name in names if _plain(name) in present), "")
                for field, names in well_known.items()
            }
            places = found | self._overrides
            self._known[columns] = places
        return places


def _plain(name: str) -> str:
    return re.sub(r"[\s_]", "", name).casefold()
