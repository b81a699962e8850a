"""The bundle as a file: one JSON object, its parts still unverified."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import strict_json
from ..errors import Unusable, VerificationError

MAXIMUM_FILE = 16 * 2**20
CASE_FORMAT = "gridwitness-case/v1"
EVENT_FORMAT = "gridwitness-event/v1"
PASSAGE_FORMAT = "gridwitness-passage/v1"
MAXIMUM_CASE = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Bundle:
    """Parts of a bundle as they stand in the file; None where a part is missing or null.

    Only what the checks rest on is taken. Copies beside it (`signer.agency`, `signer.purpose`, `provenance`,
    members this format does not know) are not read, so they cannot influence a verdict.
    """

    name: str
    record: str
    log_proof: Any
    anchor: Any
    seen: Any
    jwk: Any
    key_state: Any


def read_evidence(path: Path) -> Bundle | dict[str, Any]:
    """Read a bundle, or the object of a case or event file or of a proof of a row, not taken apart yet.

    Raises Unusable: `bundle-unreadable`, `bundle-form`, `bundle-record`, `json-…`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAXIMUM_CASE + 1)
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or "not a file name"
        raise Unusable("bundle-unreadable", f"cannot read {path}: {detail}") from error
    return parse_evidence(data, path.name)


def parse_evidence(data: bytes, name: str) -> Bundle | dict[str, Any]:
    """Parse the bytes of a bundle or case file called `name`; raises Unusable."""
    if len(data) > MAXIMUM_CASE:
        raise Unusable("bundle-form", f"{name} has more than {MAXIMUM_CASE} bytes")
    try:
        value = strict_json.loads(data)
    except VerificationError as error:
        raise Unusable(error.code, f"{name} is not a bundle: {error.message}") from error
    if isinstance(value, dict) and value.get("format") in (CASE_FORMAT, EVENT_FORMAT):
        return value
    if len(data) > MAXIMUM_FILE:
        raise Unusable("bundle-form", f"{name} has more than {MAXIMUM_FILE} bytes")
    if isinstance(value, dict) and value.get("format") == PASSAGE_FORMAT:
        return value
    return bundle_of(value, name)


def parse_bundle(data: bytes, name: str) -> Bundle:
    """Parse the bytes of a bundle called `name`; raises Unusable."""
    found = parse_evidence(data, name)
    if not isinstance(found, Bundle):
        raise Unusable("bundle-form", f"{name} is a case or event file or a proof of a row, not a bundle")
    return found


def bundle_of(value: Any, name: str) -> Bundle:
    """The parts of a bundle's object; raises Unusable."""
    if not isinstance(value, dict) or value.get("format") != "gridwitness-bundle/v1":
        raise Unusable("bundle-form", f"{name} is not a gridwitness-bundle/v1 object")
    record = value.get("record")
    if not isinstance(record, str):
        raise Unusable("bundle-record", f"{name} has no `record`, so there is nothing to check")
    signer = value.get("signer")
    parts = signer if isinstance(signer, dict) else {}
    return Bundle(
        name=name,
        record=record,
        log_proof=value.get("log_proof"),
        anchor=value.get("anchor"),
        seen=value.get("seen"),
        jwk=parts.get("jwk"),
        key_state=parts.get("key_state"),
    )
