"""What a whole bundle shows, and what it leaves open."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gridwitness_verifier.report import Result
from support.bundle_check import KEYS, SEALED, assert_only, check
from support.verifier_bundle import (
    AGENCY,
    LOG_KEY,
    ORIGIN,
    START,
    KeyRecord,
    Scenario,
    jwk_of,
    thumbprint_of,
    vkey_of,
)

OTHER_SIGNER = ec.derive_private_key(0x7654321, ec.SECP256R1())


def test_a_whole_bundle_of_a_single_operator():
    scenario = Scenario()
    found, report = check(scenario.bundle(), scenario.trust())
    results = {name: item.result.value for name, item in found.items()}
    assert results == {
        "record": "proved",
        "signature": "proved",
        "key": "proved",
        "vouching": "proved",
        "disclosures": "proved",
        "inclusion": "proved",
        "tree-head": "proved",
        "anchor": "proved",
        "seen": "proved",
        "time": "claimed",
        "independence": "not evaluated",
    }
    assert list(found) == list(results)
    assert found["independence"].reason == "one operator can rewrite this chain"
    assert "2026-03-02T01:30:00Z and 2026-03-02T01:32:00Z" in found["time"].reason
    assert report.exit_code == 0


@pytest.mark.parametrize("block_round", [0, 3])
def test_a_whole_bundle_of_a_consortium_proves_everything(block_round):
    scenario = Scenario(**SEALED, round=block_round, sealers=KEYS[1:])
    found, report = check(scenario.bundle(), scenario.trust())
    assert {item.result for item in found.values()} == {Result.PROVED}, found
    assert report.exit_code == 0


def test_redacted_fields_stay_committed():
    scenario = Scenario(shown=["milestone"])
    found, report = check(scenario.bundle(), scenario.trust())
    assert "1 of 7 fields shown" in found["disclosures"].reason
    assert report.exit_code == 0


def test_one_agency_alone_is_claimed():
    key = KeyRecord(confirmed_at=0, confirmed_by="", registered_agencies=1)
    scenario = Scenario(key=key)
    found, report = check(scenario.bundle(), scenario.trust())
    assert found["key"].result is Result.PROVED
    assert found["vouching"].result is Result.CLAIMED
    assert AGENCY in found["vouching"].reason
    assert report.exit_code == 0
    scenario = Scenario(key=key, profile="server")
    assert check(scenario.bundle(), scenario.trust())[1].exit_code == 3


def test_a_key_confirmed_by_its_own_agency_is_not_vouched_for():
    scenario = Scenario(key=KeyRecord(confirmed_by=AGENCY))
    assert check(scenario.bundle(), scenario.trust())[0]["vouching"].result is Result.CLAIMED


def test_an_operator_with_a_quorum_of_validators_is_no_independence():
    scenario = Scenario(**SEALED, operators=["330106", "330106", "330106", "330100"])
    found, report = check(scenario.bundle(), scenario.trust())
    assert found["independence"].result is Result.CLAIMED
    assert "330106" in found["independence"].reason
    assert found["time"].result is Result.CLAIMED
    assert report.exit_code == 3


def test_validators_of_other_blocks_prove_nothing():
    scenario = Scenario(**SEALED)
    trust = scenario.trust()
    for validator in trust["validators"]:
        validator["to_block"] = 11
    found, _ = check(scenario.bundle(), trust)
    assert found["independence"].result is Result.NOT_EVALUATED


def test_a_simulated_clock_is_named():
    scenario = Scenario(clock="simulated")
    found, report = check(scenario.bundle(), scenario.trust())
    assert "simulated clock" in found["time"].reason
    assert report.to_json()["trust"]["clock"] == "simulated"


def test_a_wide_interval_is_named_late():
    scenario = Scenario(anchor_time=START + 86_400)
    found, _ = check(scenario.bundle(), scenario.trust())
    assert found["time"].reason.split(";")[0].endswith(", late")


def test_before_the_first_anchor_no_head_was_seen():
    scenario = Scenario(with_seen=False, old_size=0, **SEALED)
    found, report = check(scenario.bundle(), scenario.trust())
    assert found["seen"].result is Result.PROVED
    assert found["time"].result is Result.PROVED
    assert "no lower bound" in found["time"].reason
    assert report.exit_code == 0


def test_without_seen_a_later_anchor_leaves_it_open():
    scenario = Scenario(with_seen=False)
    found, report = check(scenario.bundle(), scenario.trust())
    assert found["seen"].result is Result.NOT_EVALUATED
    assert report.exit_code == 3


def test_an_entry_before_the_head_it_names_is_impossible():
    scenario = Scenario(index=2)
    found, report = check(scenario.bundle(), scenario.trust())
    assert_only(found, report, "inclusion", "seen-later")


OFFER = {
    "jwk": jwk_of(OTHER_SIGNER),
    "purpose": "officer",
    "holder": None,
    "not_before": "2026-03-02T01:31:00Z",
    "not_after": "2027-03-02T01:31:00Z",
    "replaces": None,
}


def test_an_offer_is_signed_by_the_key_it_offers():
    scenario = Scenario(kind="key.offered.v1", fields=OFFER, signer=OTHER_SIGNER)
    bundle = scenario.bundle()
    bundle["signer"]["key_state"] = None
    found, report = check(bundle, scenario.trust())
    assert found["key"].result is Result.PROVED
    assert report.exit_code == 0


def test_an_offer_signed_by_another_key_fails():
    scenario = Scenario(kind="key.offered.v1", fields=OFFER)
    found, report = check(scenario.bundle(), scenario.trust())
    assert_only(found, report, "key", "key-offer")


def test_constants_of_the_signer_are_what_the_contract_says():
    assert len(thumbprint_of(jwk_of(OTHER_SIGNER))) == 32
    assert vkey_of(LOG_KEY).startswith(ORIGIN + "+")
