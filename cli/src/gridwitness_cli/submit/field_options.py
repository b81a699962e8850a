"""`--field name=value` and `--field name:=JSON`, made into exactly the fields of a kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness.records import KINDS, Kind, kind_named, rfc3339
from gridwitness.records.kinds import check_fields
from gridwitness_evidence import EvidenceError, strict_json

_LISTS = frozenset({"texts", "digests", "files"})


def chosen_kind(name: str) -> Kind:
    """`case.step.v1`, or `case.step` for its newest version. Raises InvalidInput `kind-unknown`."""
    versions = [kind for kind in KINDS if kind.rpartition(".")[0] == name]
    return kind_named(max(versions, key=_version) if versions else name)


def read_fields(kind: Kind, options: Sequence[str], files: list[dict[str, Any]]) -> dict[str, Any]:
    """Every field of the kind; what is not given is null (an empty list for files).

    Text for a list may be given several times, a time with any offset. Raises InvalidInput `field-option`,
    `fields`.
    """
    fields: dict[str, Any] = {name: None for name in kind.fields}
    for option in options:
        name, value = _read(kind, option)
        if isinstance(fields[name], list) and isinstance(value, list):
            fields[name] = fields[name] + value
        elif fields[name] is not None:
            raise InvalidInput("field-option", f"Field {name!r} is given twice.", "give it once")
        else:
            fields[name] = value
    for name, declared in kind.fields.items():
        if declared.type == "files" and fields[name] is None:
            fields[name] = files
        elif files and declared.type == "files":
            raise InvalidInput("field-option", f"Give --file or --field {name}, not both.", None)
    if files and all(declared.type != "files" for declared in kind.fields.values()):
        raise InvalidInput("field-option", f"{kind.name} names no files.", "leave --file out")
    check_fields(kind, fields)
    return fields


def _read(kind: Kind, option: str) -> tuple[str, Any]:
    name, sign, text = option.partition("=")
    is_json = name.endswith(":")
    name = name.removesuffix(":").strip()
    if not sign or name not in kind.fields:
        raise InvalidInput(
            "field-option",
            f"{option!r} names no field of {kind.name}.",
            f"name=value, of {list(kind.fields)}",
        )
    if is_json:
        try:
            return name, strict_json.loads(text)
        except EvidenceError as error:
            raise InvalidInput("field-option", f"{name}: {error.message}", "name:=JSON") from error
    return name, _typed(kind.fields[name].type, name, text)


def _typed(type_name: str, name: str, text: str) -> Any:
    if type_name in _LISTS:
        return [text]
    try:
        if type_name == "integer":
            return int(text)
        if type_name == "time":
            return _utc(text)
    except ValueError:
        raise InvalidInput("field-option", f"{name}: {text!r} is no {type_name}.", None) from None
    return text


def _utc(text: str) -> str:
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError("no offset")
    return rfc3339(when)


def _version(name: str) -> int:
    return int(name.rpartition(".v")[2])
