"""The evidence bundle: one JSON file that carries a record and all that proves it (docs/format.md section 9).

Structure only. What a bundle says of itself adds no trust: every part is checked against `trust.json`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import forms, strict_json
from .chain_proofs import KeyStateProof, ReceiptProof
from .errors import BundleError
from .keys import PublicKey
from .log_proof import LogProof
from .records import Record, parse_presentation

FORMAT = "gridwitness-bundle/v1"
MAXIMUM_BUNDLE = 16 * 2**20

_MEMBERS = ("format", "record", "log_proof", "anchor", "seen", "signer", "provenance")
_SIGNER = ("jwk", "agency", "purpose", "key_state")
_PROVENANCE = ("received", "receipt", "captured", "device", "clock_source", "capture")
_PURPOSES = ("officer", "service", "feed", "log")


@dataclass(frozen=True, slots=True)
class BundleSigner:
    """Who signed: the public key, its agency and purpose, and its state at the anchor's block.

    `key_state` is None for `key.offered` records only, which are signed by the key they offer.
    """

    jwk: dict[str, str]
    agency: str
    purpose: str
    key_state: KeyStateProof | None

    def to_value(self) -> dict[str, Any]:
        return {
            "jwk": self.jwk,
            "agency": self.agency,
            "purpose": self.purpose,
            "key_state": self.key_state and self.key_state.to_value(),
        }


@dataclass(frozen=True, slots=True)
class Provenance:
    """What came with the record, apart from proof. Times `YYYY-MM-DDTHH:MM:SSZ`; `capture` an SD-JWT."""

    received: str
    receipt: str
    captured: str | None = None
    device: str | None = None
    clock_source: str | None = None
    capture: str | None = None

    def to_value(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _PROVENANCE}


@dataclass(frozen=True, slots=True)
class Bundle:
    """`record` the SD-JWT with the fields shown, `log_proof` the tlog-proof text under an anchored head."""

    record: str
    log_proof: str
    anchor: ReceiptProof
    seen: ReceiptProof | None
    signer: BundleSigner
    provenance: Provenance

    def parsed_record(self) -> Record:
        """The record, read strictly; its signature is not checked here."""
        return parse_presentation(self.record)

    def parsed_log_proof(self) -> LogProof:
        """The log proof; its checkpoint is not opened here."""
        return LogProof.parse(self.log_proof)

    def to_value(self) -> dict[str, Any]:
        """The file's JSON value, members in the order of the format."""
        return {
            "format": FORMAT,
            "record": self.record,
            "log_proof": self.log_proof,
            "anchor": self.anchor.to_value(),
            "seen": self.seen and self.seen.to_value(),
            "signer": self.signer.to_value(),
            "provenance": self.provenance.to_value(),
        }

    def to_json(self) -> str:
        """The file; `too-large` beyond 16 MiB."""
        encoded = strict_json.compact(self.to_value())
        _check_size(len(encoded))
        return encoded.decode("utf-8")


def parse_bundle(data: bytes | str) -> Bundle:
    """Read a bundle: size, strict JSON, every member in form, and the parts consistent with each other.

    Refuses with `too-large`, `json-*`, `bundle-form`, or the code of the part (record, key, log proof).
    """
    # 1. Size, before parsing.
    _check_size(len(data))
    # 2. Strict JSON of exactly these members.
    form, record, log_proof, anchor, seen, signer, provenance = forms.members(
        strict_json.loads(data), _MEMBERS, "a bundle"
    )
    if form != FORMAT:
        raise BundleError("bundle-form", f"the format is not {FORMAT}")
    # 3. The parts.
    bundle = Bundle(
        forms.text(record, "record"),
        forms.text(log_proof, "log_proof"),
        ReceiptProof.from_value(anchor, "anchor"),
        None if seen is None else ReceiptProof.from_value(seen, "seen"),
        _signer(signer),
        _provenance(provenance),
    )
    # 4. Record and log proof in form, and a proof of the seen head exactly where the record names one.
    claims = bundle.parsed_record().claims
    bundle.parsed_log_proof()
    if (claims.seen is None) != (bundle.seen is None):
        raise BundleError("bundle-form", "seen is null exactly when the record has no seen")
    if bundle.signer.key_state is None and not claims.kind.startswith("key.offered."):
        raise BundleError("bundle-form", "key_state is null only for a key.offered record")
    return bundle


def _signer(value: Any) -> BundleSigner:
    jwk, agency, purpose, state = forms.members(value, _SIGNER, "signer")
    key = PublicKey.from_jwk(jwk)
    if purpose not in _PURPOSES:
        raise BundleError("bundle-form", f"purpose is one of {', '.join(_PURPOSES)}")
    key_state = None if state is None else KeyStateProof.from_value(state, "key_state")
    return BundleSigner(key.jwk, forms.text(agency, "agency"), purpose, key_state)


def _provenance(value: Any) -> Provenance:
    received, receipt, captured, device, clock_source, capture = forms.members(
        value, _PROVENANCE, "provenance"
    )
    return Provenance(
        forms.time(received, "received"),
        forms.text(receipt, "receipt"),
        forms.optional_time(captured, "captured"),
        forms.optional_text(device, "device"),
        forms.optional_text(clock_source, "clock_source"),
        forms.optional_text(capture, "capture"),
    )


def _check_size(size: int) -> None:
    if size > MAXIMUM_BUNDLE:
        raise BundleError("too-large", f"a bundle is at most {MAXIMUM_BUNDLE} bytes, this one has {size}")
