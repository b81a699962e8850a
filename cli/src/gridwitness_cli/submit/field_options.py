"""`--field name=value` and `--field name:=JSON`, made into exactly the fields of a kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness.records import KINDS, Kind, kind_named
from gridwitness.records.kinds import check_fields

from gridwitness_cli.device.typed_option import json_option, split_option, typed_option


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
    name, text, is_json = split_option(option)
    if name not in kind.fields:
        raise InvalidInput(
            "field-option",
            f"{option!r} names no field of {kind.name}.",
            f"name=value, of {list(kind.fields)}",
        )
    if is_json:
        return name, json_option("field-option", name, text)
    return name, typed_option("field-option", kind.fields[name].type, name, text)


def _version(name: str) -> int:
    return int(name.rpartition(".v")[2])
