"""QBFT seals: one real Besu header, and synthetic headers sealed with test keys."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.header import parse_header
from gridwitness_verifier.qbft import quorum, verify_seals
from support.sealing import BlockSpec, address_of, validator_keys

KEYS = validator_keys(4)
ADDRESSES = [address_of(key) for key in KEYS]
BLOCK = BlockSpec(validators=KEYS)


def refusal(header, validators=ADDRESSES):
    with pytest.raises(VerificationError) as caught:
        verify_seals(header, validators)
    return caught.value.code


@pytest.fixture
def public_headers():
    folder = os.environ.get("GRIDWITNESS_REFERENCE_DATA")
    if not folder:
        pytest.skip("GRIDWITNESS_REFERENCE_DATA is not set: no public headers")
    return json.loads((Path(folder) / "ethereum" / "qbft_vectors.json").read_text())


def test_verifier_on_public_besu_header(public_headers):
    vector = public_headers["qbft_besu_4val_round1"]
    header_rlp = bytes.fromhex(vector["header_rlp"][2:])
    header = parse_header(header_rlp)
    assert header.qbft.round == 1
    assert f"0x{header.block_hash.hex()}" == vector["onchain_hash"]
    assert header.number == vector["number"]
    signers = verify_seals(header_rlp, header.qbft.validators)
    assert [f"0x{signer.hex()}" for signer in signers] == vector["signers"]
    text_form = [f"0x{address.hex()}" for address in header.qbft.validators]
    assert verify_seals(header_rlp, text_form) == signers
    assert refusal(header_rlp, ADDRESSES) == "qbft-validators"


def test_a_public_ibft2_header_is_no_qbft_header(public_headers):
    vector = public_headers["ibft2_besu_1val_round0"]
    header = bytes.fromhex(vector["header_rlp"][2:])
    assert refusal(header, vector["signers"]) == "qbft-form"


def test_every_changed_byte_of_the_public_header_is_refused(public_headers):
    header = bytes.fromhex(public_headers["qbft_besu_4val_round1"]["header_rlp"][2:])
    validators = parse_header(header).qbft.validators
    for position in range(0, len(header), 7):
        changed = bytearray(header)
        changed[position] ^= 0x11
        with pytest.raises(VerificationError):
            verify_seals(bytes(changed), validators)


@pytest.mark.parametrize("block_round", [0, 1, 300])
def test_verifier_on_synthetic_seals(block_round):
    block = replace(BLOCK, round=block_round, sealers=KEYS[:3])
    assert verify_seals(block.encode(), ADDRESSES) == tuple(ADDRESSES[:3])
    assert parse_header(block.encode()).block_hash == block.chain_hash()


def test_the_block_hash_does_not_depend_on_round_and_seals():
    blocks = [replace(BLOCK, round=number, sealers=KEYS[number : number + 3]) for number in range(2)]
    assert len({parse_header(block.encode()).block_hash for block in blocks}) == 1


def test_two_of_four_are_no_quorum():
    assert refusal(replace(BLOCK, sealers=KEYS[:2]).encode()) == "qbft-quorum"


def test_no_seal_of_one_is_no_quorum():
    alone = replace(BLOCK, validators=KEYS[:1], sealers=[])
    assert refusal(alone.encode(), ADDRESSES[:1]) == "qbft-quorum"
    assert verify_seals(replace(alone, sealers=KEYS[:1]).encode(), ADDRESSES[:1]) == (ADDRESSES[0],)


def test_one_validator_sealing_twice_is_refused():
    assert refusal(replace(BLOCK, sealers=[*KEYS[:2], KEYS[0]]).encode()) == "qbft-seal"
    assert refusal(replace(BLOCK, sealers=[*KEYS, KEYS[0]]).encode()) == "qbft-seal"


def test_a_stranger_among_the_seals_is_refused():
    stranger = next(key for key in validator_keys(9) if key not in KEYS)
    assert refusal(replace(BLOCK, sealers=[*KEYS[:3], stranger]).encode()) == "qbft-seal"


@pytest.mark.parametrize("position", [0, 3, 5, 8, 11])
def test_a_changed_header_item_makes_strangers_of_the_signers(position):
    items = BLOCK.items(b"")
    changed = bytes([items[position][0] ^ 1]) + items[position][1:]
    assert refusal(BLOCK.encode(change={position: changed})) == "qbft-seal"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"difficulty": 2}, "qbft-rules"),
        ({"coinbase": b"\x01" * 20}, "qbft-rules"),
        ({"named": [*ADDRESSES[::-1]]}, "qbft-rules"),
        ({"named": ADDRESSES[:3]}, "qbft-validators"),
        ({"named": sorted([*ADDRESSES, b"\x07" * 20])}, "qbft-validators"),
        ({"named": []}, "qbft-validators"),
        ({"mix_hash": b"\x01" * 32}, "qbft-form"),
        ({"number": 0}, "qbft-form"),
        ({"vote": b""}, "qbft-form"),
        ({"validators": []}, "qbft-form"),
    ],
)
def test_header_rules(change, code):
    assert refusal(replace(BLOCK, **change).encode()) == code


@pytest.mark.parametrize("recovery_id", [2, 27, 28, 255])
def test_other_recovery_ids_are_refused(recovery_id):
    content = BLOCK.encode()
    header = parse_header(content)
    old = header.qbft.seals[0]
    assert refusal(content.replace(old, old[:64] + bytes([recovery_id]))) == "qbft-seal"
    assert refusal(content.replace(old, b"\x00" * 65)) == "qbft-seal"
    assert refusal(content.replace(old, b"\xff" * 64 + b"\x00")) == "qbft-seal"


@pytest.mark.parametrize("validators", [[], [b"\x01" * 19], ["0xzz"], [*ADDRESSES, ADDRESSES[0]], ["0x01"]])
def test_a_pinned_set_that_is_none(validators):
    assert refusal(BLOCK.encode(), validators) == "qbft-validators"


def test_quorum_is_two_thirds_rounded_up():
    assert [quorum(count) for count in range(1, 8)] == [1, 2, 2, 3, 4, 4, 5]
