"""Bundles of one file that share their anchors and signers (`docs/format.md` section 16)."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from gridwitness_evidence import Bundle

from gridwitness.records.erasure import ERASABLE_COLUMNS
from gridwitness.records.kinds import KINDS

_EFFECT = "state.effect.v1"


class Distinct:
    """Equal proofs share one place in a list."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[Hashable, int] = {}

    def place(self, part: Hashable, to_value: Callable[[], Any]) -> int:
        """The part's index; its JSON value is made once."""
        if part not in self._places:
            self._places[part] = len(self.values)
            self.values.append(to_value())
        return self._places[part]


class SharedProofs:
    """Anchors and signers that the bundles of one file share."""

    def __init__(self) -> None:
        self.anchors = Distinct()
        self.signers = Distinct()

    def put(self, bundle: Bundle, *, hide: bool) -> dict[str, Any]:
        """The bundle with its anchors and signer as indexes; `hide`: without what is personal."""
        signer, seen = bundle.signer, bundle.seen
        key = (*sorted(signer.jwk.items()), signer.agency, signer.purpose, signer.key_state)
        return bundle.to_value() | {
            "record": _redacted(bundle) if hide else bundle.record,
            "anchor": self.anchors.place(bundle.anchor, bundle.anchor.to_value),
            "seen": None if seen is None else self.anchors.place(seen, seen.to_value),
            "signer": self.signers.place(key, signer.to_value),
        }


def _redacted(bundle: Bundle) -> str:
    """The record without the disclosures of what may be erased: exactly those are personal."""
    record = bundle.parsed_record()
    if record.claims.kind == _EFFECT:
        hidden = _personal_columns(record.fields)
    else:
        kind = KINDS.get(record.claims.kind)
        hidden = frozenset() if kind is None else kind.erasable
    kept = [d.encoded for d in record.disclosures if d is not None and d.name not in hidden]
    return "~".join([record.entry, *kept]) + "~"


def _personal_columns(fields: dict[str, Any]) -> frozenset[str]:
    tables = {
        name: value["table"]
        for name, value in fields.items()
        if name.count(".") == 1 and isinstance(value, dict)
    }
    return frozenset(
        name
        for name in fields
        if name.count(".") == 2
        and f"{tables.get(name.rpartition('.')[0])}.{name.rpartition('.')[2]}" in ERASABLE_COLUMNS
    )
