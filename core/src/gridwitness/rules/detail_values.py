"""Whether what a step says is of the type its procedure declares (`docs/format.md` section 15)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gridwitness.records import is_time
from gridwitness.rules.condition_forms import DECIMAL
from gridwitness.rules.document import Detail

LARGEST_INTEGER = 36_500
"""Of a detail: days of a hundred years, so that every term has an end in the calendar."""


def is_value(detail: Detail, value: Any) -> bool:
    """Whether the value is one of the detail's."""
    match detail.type:
        case "decimal":
            return isinstance(value, str) and re.fullmatch(DECIMAL, value) is not None
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_INTEGER
        case "boolean":
            return isinstance(value, bool)
        case "time":
            return is_time(value)
        case "texts":
            return isinstance(value, list) and all(_is_listed(detail, part) for part in value)
        case _:
            return value != "" and _is_listed(detail, value)


def value_of(details: Mapping[str, Detail], given: Mapping[str, Any], name: str) -> Any:
    """What a step says of a detail; None where it says nothing, or nothing of the detail's type."""
    detail, value = details.get(name), given.get(name)
    return value if detail is not None and is_value(detail, value) else None


def _is_listed(detail: Detail, value: Any) -> bool:
    return isinstance(value, str) and (not detail.values or value in detail.values)
