"""The fields of a `case.step.v2`, made of options as the case's own procedure declares them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gridwitness.cases import STEP as KIND
from gridwitness.errors import InvalidInput
from gridwitness.records import kind_named
from gridwitness.records.kinds import check_fields

from gridwitness_cli.case.step_options import StepOptions
from gridwitness_cli.device.local_files import read_json_object
from gridwitness_cli.device.typed_option import given_time, json_option, split_option, typed_option

PARTY_FIELDS = ("name", "document_type", "document_number", "address", "phone", "representative")
_ACCOUNT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def step_fields(
    options: StepOptions,
    document: Mapping[str, Any],
    rules: str,
    account: str,
    now: str,
    files: Sequence[Mapping[str, Any]],
    roster: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """Every field.

    Raises InvalidInput `step-unknown`, `detail-option`, `officer-form`, `party-form`, `time-form`, `fields`.

    `document`: the procedure; `account`: the signer's; `now`: where no time is given; `roster`: the
    agency's people, whom options may name by user name.
    """
    declared = declared_step(document, options.step)
    officers = [] if options.without_me else [account]
    officers += [_account(named, roster) for named in options.officers or ()]
    fields = {
        "procedure": document["procedure"],
        "rules": rules,
        "step": options.step,
        "occurred_at": now if options.at is None else given_time(options.at),
        "officers": list(dict.fromkeys(officers)),
        "place": options.place,
        "facts": options.facts,
        "basis": options.basis or None,
        "outcome": options.outcome,
        "details": read_details(declared.get("details", {}), options.details or []),
        "party": None if options.party is None else read_party(options.party),
        "files": list(files),
    }
    check_fields(kind_named(KIND), fields)
    return fields


def declared_step(document: Mapping[str, Any], step: str) -> Mapping[str, Any]:
    """What the procedure says of a step. Raises InvalidInput `step-unknown`."""
    steps: dict[str, Mapping[str, Any]] = {found["step"]: found for found in document["steps"]}
    if step not in steps:
        raise InvalidInput(
            "step-unknown",
            f"The {document['procedure']} procedure has no step {step[:80]!r}.",
            f"one of {', '.join(steps)}",
        )
    return steps[step]


def read_details(declared: Mapping[str, Any], options: Sequence[str]) -> dict[str, Any]:
    """`NAME=VALUE` by the declared type, `NAME:=JSON` as it is. Raises InvalidInput `detail-option`."""
    details: dict[str, Any] = {}
    for option in options:
        name, text, is_json = split_option(option)
        if name not in declared:
            raise InvalidInput(
                "detail-option",
                f"{option!r} names no detail of this step.",
                f"name=value, of {', '.join(declared) or 'none: the step has no details'}",
            )
        value = (
            json_option("detail-option", name, text)
            if is_json
            else typed_option("detail-option", declared[name]["type"], name, text)
        )
        if name in details and not isinstance(value, list):
            raise InvalidInput("detail-option", f"Detail {name!r} is given twice.", "give it once")
        details[name] = details.get(name, []) + value if isinstance(value, list) else value
    return details


def read_party(path: Path) -> dict[str, Any]:
    """The party's own data; missing members are null. Raises InvalidInput `party-form`, `file-unreadable`."""
    given = read_json_object(path)
    unknown = sorted(given.keys() - set(PARTY_FIELDS))
    wrong = [name for name, value in given.items() if value is not None and not isinstance(value, str)]
    if unknown or wrong or not given.get("name"):
        raise InvalidInput(
            "party-form",
            f"{path} is no party: unknown {unknown}, not text {wrong}; a name is needed.",
            f"an object of {', '.join(PARTY_FIELDS)}",
        )
    return {name: given.get(name) for name in PARTY_FIELDS}


def _account(named: str, roster: Iterable[Mapping[str, Any]]) -> str:
    by_name = {str(person["username"]): str(person["account"]) for person in roster}
    if named not in by_name and not _ACCOUNT.fullmatch(named):
        raise InvalidInput(
            "officer-form",
            f"{named[:80]!r} is nobody of this agency, and no account id.",
            f"one of {', '.join(by_name)}",
        )
    return by_name.get(named, named)
