"""One archived row proved without the others: `gridwitness-passage/v1` (docs/format.md section 19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from .. import base64url, strict_json
from ..errors import Unusable, VerificationError
from ..merkle import MAXIMUM_PROOF, verify_inclusion
from ..report import Check, Phrase
from ..truck_kinds import ARCHIVED
from .case import Case
from .file import Bundle, bundle_of

SALT_SIZE = 16

_TIME = {"passages": "captured_at", "positions": "fixed_at"}
_MOST_COLUMNS = 64


@dataclass(frozen=True, slots=True)
class Passage:
    """A row, what leads from it to its part's root, and the record of that part; nothing is verified yet."""

    bundle: Bundle
    row: dict[str, Any]
    salt: str
    index: int
    size: int
    path: tuple[str, ...]

    @property
    def name(self) -> str:
        """The row as people name it: message and place in it."""
        return f"{self.row.get('serial')}:{self.row.get('item')}"


def parse_passage(value: dict[str, Any], name: str) -> Passage:
    """Take the object of a file called `name` apart; raises Unusable `passage-form`, `bundle-…`."""
    row, salt, path = value.get("row"), value.get("salt"), value.get("path")
    index, size = value.get("index"), value.get("size")
    if not isinstance(row, dict) or len(row) > _MOST_COLUMNS:
        raise _refused(name, "`row` is no object of columns")
    if not isinstance(salt, str):
        raise _refused(name, "`salt` is no text")
    if type(index) is not int or type(size) is not int:
        raise _refused(name, "`index` or `size` is no integer")
    if not isinstance(path, list) or len(path) > MAXIMUM_PROOF or not all(isinstance(p, str) for p in path):
        raise _refused(name, "`path` is no list of hashes")
    return Passage(bundle_of(value.get("record"), name), row, salt, index, size, tuple(path))


def check_row(case: Case, passage: Passage) -> Check:
    """`row`: the row is leaf `index` of the part that the record names."""
    if case.entry is None or case.disclosures is None:
        return case.waiting("row", "record", "disclosures")
    fields = {disclosure.name: disclosure.value for disclosure in case.disclosures}
    try:
        if case.entry.kind != ARCHIVED:
            raise VerificationError("row-record", f"a {case.entry.kind} is no record of an archived part")
        for part in ("rows", "root", "content", "captured_from", "captured_to"):
            if part not in fields:
                return case.missing("row", f"record: {part}")
        _check_path(passage, fields)
        _check_time(passage.row, fields)
    except VerificationError as error:
        return case.failed("row", error)
    return case.proved(
        "row",
        Phrase(
            f"row {passage.index} of the {passage.size} of its part",
            f"所在归档 {passage.size} 行中的第 {passage.index} 行",
        ),
    )


def _check_path(passage: Passage, fields: dict[str, Any]) -> None:
    if passage.size != fields["rows"]:
        raise VerificationError(
            "row-size", f"the proof is of {passage.size} rows, the record of {fields['rows']}"
        )
    leaf = sha256(b"\x00" + _salt(passage.salt) + _row_bytes(passage.row)).digest()
    path = [base64url.decode(text) for text in passage.path]
    try:
        verify_inclusion(leaf, passage.index, passage.size, path, base64url.decode(fields["root"]))
    except VerificationError as error:
        raise VerificationError("row-path", f"the row is not in the part: {error.message}") from error


def _salt(text: str) -> bytes:
    salt = base64url.decode(text)
    if len(salt) != SALT_SIZE:
        raise VerificationError("row-salt", f"a salt of {len(salt)} bytes")
    return salt


def _row_bytes(row: dict[str, Any]) -> bytes:
    for name, value in row.items():
        if type(value) not in (str, int):
            raise VerificationError("row-form", f"column {name[:40]} is neither text nor an integer")
    if type(row.get("serial")) is not int or type(row.get("item")) is not int:
        raise VerificationError("row-form", "the row has no `serial` and `item`")
    return strict_json.canonical(row)


def _check_time(row: dict[str, Any], fields: dict[str, Any]) -> None:
    """The part spans the row's time, or its record said something else than its rows."""
    told = row.get(_TIME.get(fields["content"], ""))
    try:
        at, since, until = (
            datetime.fromisoformat(str(t)) for t in (told, fields["captured_from"], fields["captured_to"])
        )
        inside = since <= at <= until
    except (ValueError, TypeError):
        inside = False
    if not inside:
        raise VerificationError("row-time", "the row's time lies outside of what the record says of its part")


def _refused(name: str, why: str) -> Unusable:
    return Unusable("passage-form", f"{name} is no proof of a row: {why}")
