"""Each bundle is wrong in exactly one place, and the report names that link and no other."""

from copy import deepcopy

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from gridwitness_verifier.report import Result
from support.bundle_check import KEYS, SEALED, assert_only, check
from support.sealing import validator_keys
from support.verifier_bundle import (
    ORIGIN,
    START,
    KeyRecord,
    Scenario,
    b64u,
    disclose,
    jwk_of,
    sign_note,
    vkey_of,
)


def flip(text, position):
    old = text[position]
    return text[:position] + ("A" if old != "A" else "Q") + text[position + 1 :]


def flip_hex(text, position=-5):
    new = "0" if text[position] != "0" else "1"
    return text[:position] + new + text[position:][1:]


OTHER_SIGNER = ec.derive_private_key(0x7654321, ec.SECP256R1())
OTHER_LOG_KEY = ed25519.Ed25519PrivateKey.from_private_bytes(b"\x08" * 32)

SCENARIOS = {
    "a claim of another form": ({"claims": {"sub": "x"}}, "record", "claims"),
    "a claim too many": ({"claims": {"name": "张三"}}, "record", "claims"),
    "another typ": ({"header": {"typ": "JWT"}}, "record", "header"),
    "a kind of no format": ({"kind": "case.rumour.v1"}, "record", "kind-unknown"),
    "a source the kind never has": ({"src": "import"}, "record", "kind-source"),
    "a foreign log": ({"claims": {"aud": ORIGIN.replace("0123", "9999")}}, "record", "foreign-log"),
    "a field of another type": ({"fields": {"officers": "330106001"}}, "disclosures", "field-type"),
    "a field the kind has not": ({"fields": {"mood": "gut"}}, "disclosures", "field-unknown"),
    "a field null that may not be": ({"fields": {"procedure": None}}, "disclosures", "field-null"),
    "fields missing at signing": ({"fields": {"procedure": "general"}}, "disclosures", "field-missing"),
    "a signature of another key": ({"forger": OTHER_SIGNER}, "signature", "signature"),
    "an algorithm the key has not": ({"header": {"alg": "EdDSA"}}, "signature", "key-algorithm"),
    "a head of another log key": ({"log_key": OTHER_LOG_KEY}, "tree-head", "note-unsigned"),
    "an anchor of another root": ({"anchored_root": b"\x05" * 32}, "anchor", "anchor-head"),
    "an event of another contract": ({"event_contract": b"\x09" * 20}, "anchor", "anchor-contract"),
    "another event": ({"event_topic": b"\x09" * 32}, "anchor", "anchor-event"),
    "an event of another log": ({"event_log": b"\x09" * 32}, "anchor", "anchor-log"),
    "a transaction that failed": ({"status": b""}, "anchor", "anchor-status"),
    "a service key under an officer's record": ({"key": KeyRecord(purpose=2)}, "key", "key-purpose"),
    "a key of another agency": ({"key_agency": "440100"}, "key", "key-unknown"),
    "other code at Members": ({"code_hash": b"\x01" * 32}, "key", "key-state-code"),
    "a key not confirmed": ({"key": KeyRecord(confirmed_at=0, confirmed_by="")}, "key", "key-unconfirmed"),
    "a key confirmed later": ({"key": KeyRecord(confirmed_at=START + 500)}, "key", "key-not-yet"),
    "a key not yet valid": ({"key": KeyRecord(not_before=START + 500)}, "key", "key-window"),
    "a key that had expired": ({"key": KeyRecord(not_after=START + 100)}, "key", "key-window"),
    "a key revoked before": (
        {"key": KeyRecord(revoked_at=START + 90, compromised_since=START + 80)},
        "key",
        "key-revoked",
    ),
    "signed after the anchor": ({"claims": {"iat": START + 9999}}, "time", "backdated"),
    "signed before what it had seen": ({"claims": {"iat": START - 9999}}, "time", "backdated"),
    "a head seen that nobody anchored": (
        {"claims": {"seen": {"size": 3, "root": b64u(b"\x01" * 32)}}},
        "seen",
        "seen-head",
    ),
    "two seals of four": ({**SEALED, "sealers": KEYS[:2]}, "independence", "qbft-quorum"),
    "one seal twice": ({**SEALED, "sealers": [*KEYS[:3], KEYS[0]]}, "independence", "qbft-seal"),
    "a seal of a stranger": (
        {**SEALED, "sealers": [*KEYS[:3], validator_keys(9)[4]]},
        "independence",
        "qbft-seal",
    ),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_wrong_in_one_place(name):
    change, link, code = SCENARIOS[name]
    scenario = Scenario(**change)
    found, report = check(scenario.bundle(), scenario.trust())
    assert_only(found, report, link, code)


def spoil_disclosure(bundle):
    bundle["record"] += disclose("procedure", "summary") + "~"


def spoil_added_disclosure(bundle):
    bundle["record"] += disclose("place", "新街口") + "~"


def spoil_index(bundle):
    bundle["log_proof"] = bundle["log_proof"].replace("index 4", "index 5")


def spoil_path(bundle):
    lines = bundle["log_proof"].split("\n")
    lines[2] = flip(lines[2], 3)
    bundle["log_proof"] = "\n".join(lines)


def spoil_head_signature(bundle):
    proof = bundle["log_proof"]
    bundle["log_proof"] = flip(proof, len(proof) - 20)


def spoil_head_extension(bundle):
    head, _, note = bundle["log_proof"].partition("\n\n")
    text = note.partition("\n\n")[0]
    bundle["log_proof"] = f"{head}\n\n{sign_note(text + chr(10) + 'extension' + chr(10))}"


def spoil_chain_id(bundle):
    bundle["anchor"]["chain_id"] = 1


def spoil_receipt(bundle):
    bundle["anchor"]["receipt"] = flip_hex(bundle["anchor"]["receipt"])


def spoil_receipt_proof(bundle):
    bundle["anchor"]["receipt_proof"].pop()


def spoil_transaction_index(bundle):
    bundle["anchor"]["transaction_index"] = 2


def spoil_log_index(bundle):
    bundle["anchor"]["log_index"] = 1


def spoil_header(bundle):
    bundle["anchor"]["header"] = bundle["seen"]["header"]


def spoil_jwk(bundle):
    bundle["signer"]["jwk"] = jwk_of(OTHER_SIGNER)


def spoil_account_proof(bundle):
    bundle["signer"]["key_state"]["account_proof"].pop()


def spoil_storage_proof(bundle):
    bundle["signer"]["key_state"]["storage_proof"][1].pop()


def spoil_storage_order(bundle):
    bundle["signer"]["key_state"]["storage_proof"].reverse()


def spoil_state_block(bundle):
    bundle["signer"]["key_state"]["header"] = bundle["seen"]["header"]


def spoil_seen(bundle):
    bundle["seen"] = bundle["anchor"]


SPOILED = {
    spoil_disclosure: ("disclosures", "disclosure-duplicate"),
    spoil_added_disclosure: ("disclosures", "disclosure-unreferenced"),
    spoil_index: ("inclusion", "inclusion"),
    spoil_path: ("inclusion", "inclusion"),
    spoil_head_signature: ("tree-head", "note-signature"),
    spoil_head_extension: ("tree-head", "tree-head-form"),
    spoil_chain_id: ("anchor", "anchor-chain"),
    spoil_receipt: ("anchor", "anchor-receipt"),
    spoil_receipt_proof: ("anchor", "trie"),
    spoil_transaction_index: ("anchor", "trie"),
    spoil_log_index: ("anchor", "anchor-event"),
    spoil_header: ("anchor", "trie"),
    spoil_jwk: ("signature", "signature"),
    spoil_account_proof: ("key", "trie"),
    spoil_storage_proof: ("key", "trie"),
    spoil_storage_order: ("key", "trie"),
    spoil_state_block: ("key", "key-state-block"),
    spoil_seen: ("seen", "seen-head"),
}


@pytest.mark.parametrize("spoil", SPOILED, ids=lambda spoil: spoil.__name__)
def test_a_bundle_spoiled_in_one_place(spoil):
    scenario = Scenario()
    bundle = scenario.bundle()
    spoil(bundle)
    found, report = check(bundle, scenario.trust())
    expected, code = SPOILED[spoil]
    assert_only(found, report, expected, code)


def test_a_changed_signature_is_another_leaf_too():
    scenario = Scenario()
    bundle = scenario.bundle()
    entry, tilde, rest = bundle["record"].partition("~")
    bundle["record"] = flip(entry, -10) + tilde + rest
    found, report = check(bundle, scenario.trust())
    assert [item.name for item in report.failed] == ["signature", "inclusion"]
    assert found["signature"].locations[0].code == "signature"


@pytest.mark.parametrize(
    ("change", "link", "code"),
    [
        ({"contracts.record_log.address": "0x" + "01" * 20}, "anchor", "anchor-contract"),
        ({"contracts.members.address": "0x" + "01" * 20}, "key", "key-state-contract"),
        ({"contracts.members.keys_slot": 8}, "key", "trie"),
        ({"contracts.block": 100}, "anchor", "anchor-early"),
        ({"logs.0.vkey": vkey_of(OTHER_LOG_KEY)}, "tree-head", "note-unsigned"),
    ],
)
def test_a_trust_file_of_another_deployment(change, link, code):
    scenario = Scenario()
    trust = scenario.trust()
    for path, value in change.items():
        *steps, last = path.split(".")
        place = trust
        for step in steps:
            place = place[int(step) if step.isdigit() else step]
        place[last] = value
    found, report = check(scenario.bundle(), trust)
    assert_only(found, report, link, code)


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("log_proof", "tree-head"),
        ("anchor", "anchor"),
        ("seen", "seen"),
        ("signer", "signature"),
        ("signer.jwk", "signature"),
        ("signer.key_state", "key"),
    ],
)
@pytest.mark.parametrize("how", ["absent", "null"])
def test_a_stripped_bundle_is_not_proved_and_names_the_part(path, link, how):
    scenario = Scenario()
    bundle = scenario.bundle()
    *steps, last = path.split(".")
    place = bundle
    for step in steps:
        place = place[step]
    if how == "null":
        place[last] = None
    else:
        del place[last]
    found, report = check(bundle, scenario.trust())
    assert found[link].result is Result.NOT_EVALUATED
    assert last in found[link].reason
    assert report.exit_code == 3


def test_conflicting_copies_never_influence_the_verdict():
    scenario = Scenario()
    plain = scenario.bundle()
    bundle = deepcopy(plain)
    bundle["signer"] |= {"agency": "999999", "purpose": "log", "confirmed": True}
    bundle["provenance"] = {"received": "1970-01-01T00:00:00Z", "verdict": "failed"}
    bundle |= {"root": "00", "size": 1, "verdict": "failed", "exit_code": 1}
    bundle["anchor"] |= {"block_hash": "0x00", "root": "0x00"}
    expected, _ = check(plain, scenario.trust())
    found, report = check(bundle, scenario.trust())
    assert report.exit_code == 0
    assert found == expected
