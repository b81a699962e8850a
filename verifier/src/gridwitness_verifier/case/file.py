"""The case file as a file: one JSON object, its shared parts resolved, nothing of it verified yet
(docs/format.md section 16).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..bundle.file import Bundle
from ..claims import ORIGIN, SUBJECT, is_integer
from ..errors import Unusable

# Far beyond any case; what stands in these lists costs more to check than to write.
_LONGEST = {
    "records": 5_000, "rules": 200, "related": 2_000, "anchors": 10_000, "signers": 10_000,
    "milestones": 2_000,
}  # fmt: skip
_BUNDLE_FORMAT = "gridwitness-bundle/v1"


@dataclass(frozen=True, slots=True)
class Item:
    """A bundle of the case file with the receipt it carries (text, or None where it has none)."""

    bundle: Bundle
    receipt: str | None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """`milestones` are receipt proofs as they stand in the file."""

    name: str
    sub: str
    origin: str
    records: tuple[Item, ...]
    rules: tuple[Item, ...]
    related: tuple[Item, ...]
    milestones: tuple[Any, ...]


def parse_case(value: dict[str, Any], name: str) -> CaseFile:
    """Take the object of a case file called `name` apart; raises Unusable `case-form`."""
    sub, origin = value.get("sub"), value.get("origin")
    if not isinstance(sub, str) or not SUBJECT.match(sub):
        raise _refused(name, "`sub` is no subject")
    if not isinstance(origin, str) or not ORIGIN.match(origin):
        raise _refused(name, "`origin` is no origin of a log")
    parts = {part: _list(value, part, name) for part in _LONGEST}
    shared = _Shared(name, parts["anchors"], parts["signers"])
    if not parts["records"]:
        raise _refused(name, "there are no records, so there is nothing to check")
    items = {
        part: tuple(shared.item(item, f"{part}/{at}") for at, item in enumerate(parts[part]))
        for part in ("records", "rules", "related")
    }
    milestones = tuple(parts["milestones"])
    return CaseFile(name, sub, origin, items["records"], items["rules"], items["related"], milestones)


@dataclass(frozen=True, slots=True)
class _Shared:
    """Anchors and signers that the bundles name by their index."""

    name: str
    anchors: list[Any]
    signers: list[Any]

    def item(self, value: Any, place: str) -> Item:
        if not isinstance(value, dict) or value.get("format", _BUNDLE_FORMAT) != _BUNDLE_FORMAT:
            raise _refused(self.name, f"{place} is not a bundle")
        record = value.get("record")
        if not isinstance(record, str):
            raise _refused(self.name, f"{place} has no `record`")
        signer = self._at(self.signers, value.get("signer"), f"{place}/signer")
        members = signer if isinstance(signer, dict) else {}
        provenance = value.get("provenance")
        receipt = provenance.get("receipt") if isinstance(provenance, dict) else None
        bundle = Bundle(
            name=f"{self.name}#{place}",
            record=record,
            log_proof=value.get("log_proof"),
            anchor=self._at(self.anchors, value.get("anchor"), f"{place}/anchor"),
            seen=self._at(self.anchors, value.get("seen"), f"{place}/seen"),
            jwk=members.get("jwk"),
            key_state=members.get("key_state"),
        )
        return Item(bundle, receipt if isinstance(receipt, str) else None)

    def _at(self, shared: list[Any], index: Any, place: str) -> Any:
        if index is None:
            return None
        if not is_integer(index, 0, len(shared) - 1):
            raise _refused(self.name, f"{place} is no index of a shared part")
        return shared[index]


def _list(value: dict[str, Any], part: str, name: str) -> list[Any]:
    items = value.get(part, [])
    if not isinstance(items, list) or len(items) > _LONGEST[part]:
        raise _refused(name, f"`{part}` is not an array of at most {_LONGEST[part]}")
    return items


def _refused(name: str, detail: str) -> Unusable:
    return Unusable("case-form", f"{name} is not a case file: {detail}")
