import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from gridwitness_evidence import (
    Bundle,
    BundleSigner,
    EvidenceError,
    KeyStateProof,
    LogProof,
    NoteSigner,
    Provenance,
    Receipt,
    ReceiptProof,
    SigningKey,
    TreeHead,
    parse_bundle,
    sign_receipt,
    sign_tree_head,
)
from hypothesis import given
from hypothesis import strategies as st
from support.evidence_records import AUD, signed_record

KEY = SigningKey.generate("ES256")
LOG = NoteSigner(AUD, SigningKey.generate("EdDSA"))
RECORD = signed_record(KEY)
ANCHOR = ReceiptProof(1337, "0x" + "ab" * 20, "0xf901", 0, "0x02f9", ("0xf851", "0xf8"), 1)
BUNDLE = Bundle(
    RECORD.presentation,
    LogProof(0, (), sign_tree_head(TreeHead(AUD, 1, RECORD.leaf_hash), LOG)).encode(),
    ANCHOR,
    replace(ANCHOR, transaction_index=3),
    BundleSigner(
        KEY.jwk, "330106", "officer", KeyStateProof(ANCHOR.contract, "0xf901", ("0xf8",), ((), ("0xe1",), ()))
    ),
    Provenance(
        "2026-03-02T01:30:01Z",
        sign_receipt(Receipt(AUD, RECORD.leaf_hash, 1772415001, 1772415601), LOG),
        device="执法记录仪 7",
    ),
)


def test_round_trip() -> None:
    text = BUNDLE.to_json()
    assert parse_bundle(text) == parse_bundle(text.encode()) == BUNDLE
    assert parse_bundle(text).parsed_record() == RECORD
    assert parse_bundle(text).parsed_log_proof().index == 0
    assert list(json.loads(text)) == [
        "format",
        "record",
        "log_proof",
        "anchor",
        "seen",
        "signer",
        "provenance",
    ]


def test_a_first_offer_needs_neither_seen_nor_key_state() -> None:
    offer = signed_record(KEY, kind="key.offered.v1", seen=None)
    bundle = replace(
        BUNDLE, record=offer.presentation, seen=None, signer=replace(BUNDLE.signer, key_state=None)
    )
    assert parse_bundle(bundle.to_json()) == bundle


def _put(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(bundle: Any) -> None:
        for name in path[:-1]:
            bundle = bundle[name]
        if value is ...:
            del bundle[path[-1]]
        else:
            bundle[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_put("format", value="gridwitness-bundle/v2"), "bundle-form"),
        (_put("extra", value=1), "bundle-form"),
        (_put("provenance", value=...), "bundle-form"),
        (_put("record", value=None), "bundle-form"),
        (_put("record", value="a.b.c~"), "base64url"),
        (_put("log_proof", value="c2sp.org/tlog-proof@v2"), "log-proof"),
        (_put("anchor", value=None), "bundle-form"),
        (_put("anchor", "chain_id", value="1"), "bundle-form"),
        (_put("anchor", "chain_id", value=True), "bundle-form"),
        (_put("anchor", "log_index", value=-1), "bundle-form"),
        (_put("anchor", "contract", value="0x" + "AB" * 20), "bundle-form"),
        (_put("anchor", "contract", value="0x" + "ab" * 19), "bundle-form"),
        (_put("anchor", "header", value="f901"), "bundle-form"),
        (_put("anchor", "header", value="0xf90"), "bundle-form"),
        (_put("anchor", "receipt_proof", value="0xf8"), "bundle-form"),
        (_put("anchor", "receipt_proof", 0, value=1), "bundle-form"),
        (_put("seen", value=None), "bundle-form"),
        (_put("signer", "jwk", "alg", value="ES256"), "key-form"),
        (_put("signer", "purpose", value="judge"), "bundle-form"),
        (_put("signer", "purpose", value=[]), "bundle-form"),
        (_put("signer", "key_state", value=None), "bundle-form"),
        (_put("signer", "key_state", "storage_proof", value=[[], []]), "bundle-form"),
        (_put("provenance", "received", value="2026-03-02 01:30:01"), "bundle-form"),
        (_put("provenance", "received", value="2026-03-02T01:30:01Z\n"), "bundle-form"),
        (_put("provenance", "captured", value=1772415001), "bundle-form"),
        (_put("provenance", "device", value={}), "bundle-form"),
    ],
)
def test_what_a_bundle_may_not_be(change: Callable[[dict[str, Any]], None], code: str) -> None:
    value = json.loads(BUNDLE.to_json())
    change(value)
    with pytest.raises(EvidenceError) as refusal:
        parse_bundle(json.dumps(value))
    assert refusal.value.code == code


def test_a_bundle_is_bounded_before_it_is_read() -> None:
    with pytest.raises(EvidenceError, match="too-large"):
        parse_bundle(b" " * (16 * 2**20 + 1))
    with pytest.raises(EvidenceError, match="too-large"):
        replace(BUNDLE, log_proof="x" * 2**24).to_json()


@given(st.data())
def test_mutated_bundles_raise_only_evidence_errors(data: st.DataObject) -> None:
    text = BUNDLE.to_json()
    at, width = data.draw(st.integers(0, len(text) - 1)), data.draw(st.integers(0, 40))
    mutated = (
        text[:at] + data.draw(st.text(st.sampled_from('{}[]",:0nx\\é'), max_size=3)) + text[at + width :]
    )
    try:
        read = parse_bundle(mutated)
    except EvidenceError as error:
        assert error.code
    else:
        assert parse_bundle(read.to_json()) == read
