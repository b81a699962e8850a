"""Signing keys: registered by their agency, vouched for by another, windows that shrink, one revocation."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account.signers.local import LocalAccount
from support.contract_chain import ContractChain, account, artifact
from support.contract_consortium import DEPLOYER, REGISTRAR, Consortium, admin, agency, found, key_of
from web3 import Web3

DAY = 86_400
FAR_BACK = 7 * DAY
OFFICER, SERVICE = 1, 2
NONE = bytes(32)
STRANGER = account(90)
ONE, TWO, THREE = agency(1), agency(2), agency(3)


def thumb(number: int) -> bytes:
    return bytes(Web3.keccak(text=f"thumbprint {number}"))


@pytest.fixture
def consortium(chain: ContractChain) -> Consortium:
    return found(chain, 3)


def register(consortium: Consortium, number: int = 1, *, age: int = 0) -> tuple[int, int]:
    """Register key `number` of agency 1, valid for a year, and let `age` seconds pass; its window."""
    now = consortium.chain.now()
    window = now - 100, now + 365 * DAY
    consortium.members.send(admin(1), "registerKey", ONE, thumb(number), OFFICER, *window, NONE)
    if age:
        consortium.chain.set_time(consortium.chain.now() + age)
        consortium.chain.rpc("evm_mine")
    return window


def test_a_key_is_registered_by_a_registrar_of_its_agency_once(consortium: Consortium) -> None:
    members = consortium.members
    sent = members.send(admin(1), "registerKey", ONE, thumb(1), OFFICER, 10, 20, NONE)
    now = consortium.chain.now()
    assert members.events(sent) == [
        (
            "KeyRegistered",
            {
                "agency": ONE,
                "thumbprint": thumb(1),
                "purpose": OFFICER,
                "notBefore": 10,
                "notAfter": 20,
                "replaces": NONE,
            },
        )
    ]
    assert key_of(members, ONE, thumb(1)) == {
        "purpose": OFFICER,
        "registeredAt": now,
        "confirmedAt": 0,
        "notBefore": 10,
        "notAfter": 20,
        "revokedAt": 0,
        "compromisedSince": 0,
        "registeredAgencies": 3,
        "confirmedBy": NONE,
    }
    again = ("registerKey", ONE, thumb(1), OFFICER, 10, 20, NONE)
    assert members.error(admin(1), *again) == "MembersKeyExists"
    for caller in (admin(2), STRANGER, DEPLOYER):
        assert (
            members.error(caller, "registerKey", ONE, thumb(2), OFFICER, 10, 20, NONE)
            == "MembersNotARegistrar"
        )
    # The same thumbprint under another agency is another key.
    members.send(admin(2), "registerKey", TWO, thumb(1), SERVICE, 1, 2, NONE)
    assert key_of(members, ONE, thumb(1))["purpose"] == OFFICER


def test_what_is_no_key_is_refused(consortium: Consortium) -> None:
    members = consortium.members
    members.send(admin(1), "registerKey", ONE, thumb(1), SERVICE, 10, 20, NONE)
    refusals = [
        ((ONE, NONE, OFFICER, 10, 20, NONE), "MembersThumbprintZero"),
        ((ONE, thumb(2), 0, 10, 20, NONE), "MembersPurposeUnknown"),
        ((ONE, thumb(2), 5, 10, 20, NONE), "MembersPurposeUnknown"),
        ((ONE, thumb(2), OFFICER, 21, 20, NONE), "MembersWindowRefused"),
        ((ONE, thumb(2), OFFICER, 10, 20, thumb(3)), "MembersKeyUnknown"),
        ((ONE, thumb(2), OFFICER, 10, 20, thumb(1)), "MembersKeyUnknown"),
        ((ONE, thumb(2), OFFICER, 10, 20, thumb(2)), "MembersKeyUnknown"),
        ((agency(9), thumb(2), OFFICER, 10, 20, NONE), "MembersAgencyUnknown"),
    ]
    for arguments, error in refusals:
        assert members.error(admin(1), "registerKey", *arguments) == error, arguments


def test_rotation_names_the_key_it_replaces_and_leaves_it_alone(consortium: Consortium) -> None:
    members = consortium.members
    register(consortium)
    before = key_of(members, ONE, thumb(1))
    sent = members.send(admin(1), "registerKey", ONE, thumb(2), OFFICER, 10, 20, thumb(1))
    assert members.events(sent)[0][1]["replaces"] == thumb(1)
    assert key_of(members, ONE, thumb(1)) == before
    members.send(admin(2), "registerKey", TWO, thumb(5), OFFICER, 10, 20, NONE)
    assert (
        members.error(admin(1), "registerKey", ONE, thumb(3), OFFICER, 1, 2, thumb(5)) == "MembersKeyUnknown"
    )


def test_a_second_agency_confirms_once(consortium: Consortium) -> None:
    members = consortium.members
    register(consortium)
    assert members.error(admin(1), "confirmKey", ONE, thumb(1), ONE) == "MembersOwnConfirmation"
    assert members.error(admin(1), "confirmKey", ONE, thumb(1), TWO) == "MembersNotARegistrar"
    assert members.error(STRANGER, "confirmKey", ONE, thumb(1), agency(9)) == "MembersAgencyUnknown"
    assert members.error(admin(2), "confirmKey", ONE, thumb(9), TWO) == "MembersKeyUnknown"
    sent = members.send(admin(2), "confirmKey", ONE, thumb(1), TWO)
    assert members.events(sent) == [
        ("KeyConfirmed", {"agency": ONE, "thumbprint": thumb(1), "confirmer": TWO})
    ]
    key = key_of(members, ONE, thumb(1))
    assert (key["confirmedAt"], key["confirmedBy"]) == (consortium.chain.now(), TWO)
    assert members.error(admin(3), "confirmKey", ONE, thumb(1), THREE) == "MembersKeyAlreadyConfirmed"


def test_a_registrar_without_its_role_changes_nothing(consortium: Consortium) -> None:
    members = consortium.members
    register(consortium)
    consortium.decide(members, "revokeAgencyRole", ONE, REGISTRAR, admin(1).address)
    calls: list[tuple[Any, ...]] = [
        ("registerKey", ONE, thumb(2), OFFICER, 1, 2, NONE),
        ("shrinkWindow", ONE, thumb(1), 1, 2),
        ("revokeKey", ONE, thumb(1), 0),
        ("confirmKey", TWO, thumb(1), ONE),
    ]
    for call in calls:
        assert members.error(admin(1), *call) == "MembersNotARegistrar", call


def test_a_window_only_shrinks(consortium: Consortium) -> None:
    members = consortium.members
    start, end = register(consortium)
    for window in [
        (start - 1, end),
        (start, end + 1),
        (start - 1, end - 1),
        (start, end),
        (end, start),
        (end, end - 1),
    ]:
        assert members.error(admin(1), "shrinkWindow", ONE, thumb(1), *window) == "MembersWindowRefused", (
            window
        )
    assert members.error(admin(2), "shrinkWindow", ONE, thumb(1), start, end - 1) == "MembersNotARegistrar"
    assert members.error(admin(1), "shrinkWindow", ONE, thumb(9), start, end) == "MembersKeyUnknown"
    sent = members.send(admin(1), "shrinkWindow", ONE, thumb(1), start + 1, end - 1)
    assert members.events(sent) == [
        (
            "KeyWindowShrunk",
            {"agency": ONE, "thumbprint": thumb(1), "notBefore": start + 1, "notAfter": end - 1},
        )
    ]
    assert members.error(admin(1), "shrinkWindow", ONE, thumb(1), start, end - 1) == "MembersWindowRefused"
    members.send(admin(1), "shrinkWindow", ONE, thumb(1), start + 5, start + 5)
    key = key_of(members, ONE, thumb(1))
    assert (key["notBefore"], key["notAfter"]) == (start + 5, start + 5)


def test_a_shrinking_window_is_no_way_around_the_second_agency(consortium: Consortium) -> None:
    members = consortium.members
    start, end = register(consortium, age=FAR_BACK + 100)
    now = consortium.chain.now()
    assert (
        members.error(admin(1), "shrinkWindow", ONE, thumb(1), start + 1, end) == "MembersWindowCutsFarBack"
    )
    early = now - FAR_BACK - 50
    assert members.error(admin(1), "shrinkWindow", ONE, thumb(1), start, early) == "MembersWindowCutsFarBack"
    members.send(admin(1), "shrinkWindow", ONE, thumb(1), start, now - FAR_BACK + 50)


def test_a_young_keys_window_may_be_cut_before_its_registration(consortium: Consortium) -> None:
    members, now = consortium.members, consortium.chain.now()
    members.send(admin(1), "registerKey", ONE, thumb(1), OFFICER, now - 60 * DAY, now + DAY, NONE)
    members.send(admin(1), "shrinkWindow", ONE, thumb(1), now - 30 * DAY, now + DAY)
    assert key_of(members, ONE, thumb(1))["notBefore"] == now - 30 * DAY


def test_revocation_is_set_once(consortium: Consortium) -> None:
    members = consortium.members
    register(consortium)
    assert members.error(admin(1), "revokeKey", ONE, thumb(9), 0) == "MembersKeyUnknown"
    assert members.error(STRANGER, "revokeKey", ONE, thumb(1), 0) == "MembersNotARegistrar"
    ahead = consortium.chain.now() + 1_000
    assert members.error(admin(1), "revokeKey", ONE, thumb(1), ahead) == "MembersCompromiseInFuture"
    sent = members.send(admin(1), "revokeKey", ONE, thumb(1), 0)
    now = consortium.chain.now()
    assert members.events(sent) == [
        ("KeyRevoked", {"agency": ONE, "thumbprint": thumb(1), "compromisedSince": now})
    ]
    key = key_of(members, ONE, thumb(1))
    assert (key["revokedAt"], key["compromisedSince"]) == (now, now)
    later: list[tuple[LocalAccount, tuple[Any, ...]]] = [
        (admin(1), ("revokeKey", ONE, thumb(1), now - 10)),
        (admin(2), ("confirmKey", ONE, thumb(1), TWO)),
        (admin(1), ("shrinkWindow", ONE, thumb(1), now, now)),
    ]
    for sender, call in later:
        assert members.error(sender, *call) == "MembersKeyAlreadyRevoked", call
    assert members.error(admin(1), "registerKey", ONE, thumb(1), OFFICER, 1, 2, NONE) == "MembersKeyExists"
    assert key_of(members, ONE, thumb(1)) == key


def test_an_agency_alone_disowns_the_last_seven_days(consortium: Consortium) -> None:
    members = consortium.members
    register(consortium)
    since = consortium.chain.now() - FAR_BACK + 100
    sent = members.send(admin(1), "revokeKey", ONE, thumb(1), since)
    assert [name for name, _ in members.events(sent)] == ["KeyRevoked"]
    assert key_of(members, ONE, thumb(1))["compromisedSince"] == since


def test_far_back_takes_a_second_agency(consortium: Consortium) -> None:
    members = consortium.members
    register(consortium)
    before = key_of(members, ONE, thumb(1))
    since = consortium.chain.now() - FAR_BACK - 100
    call = ("revokeKey", ONE, thumb(1), since)
    assert members.error(admin(2), *call) == "MembersRevocationNotProposed"
    sent = members.send(admin(1), *call)
    proposed = {"agency": ONE, "thumbprint": thumb(1), "compromisedSince": since}
    assert members.events(sent) == [("KeyRevocationProposed", proposed)]
    assert key_of(members, ONE, thumb(1)) == before
    assert members.error(admin(1), *call) == "MembersRevocationAlreadyProposed"
    assert members.error(STRANGER, *call) == "MembersNotARegistrar"
    for other in (0, since - 1, since + 1):
        assert members.error(admin(2), "revokeKey", ONE, thumb(1), other) == "MembersRevocationNotProposed"
    sent = members.send(admin(2), *call)
    assert members.events(sent) == [("KeyRevoked", proposed)]
    key = key_of(members, ONE, thumb(1))
    assert (key["revokedAt"], key["compromisedSince"]) == (consortium.chain.now(), since)


def test_a_second_registrar_of_the_same_agency_is_no_second_agency(consortium: Consortium) -> None:
    members = consortium.members
    register(consortium)
    consortium.decide(members, "grantAgencyRole", ONE, REGISTRAR, STRANGER.address)
    assert (
        members.error(admin(2), "grantAgencyRole", TWO, REGISTRAR, STRANGER.address) == "MembersAccountTaken"
    )
    call = ("revokeKey", ONE, thumb(1), consortium.chain.now() - FAR_BACK - 100)
    members.send(admin(1), *call)
    assert members.error(STRANGER, *call) == "MembersRevocationAlreadyProposed"
    assert key_of(members, ONE, thumb(1))["revokedAt"] == 0


def test_a_proposal_can_be_replaced_and_a_near_revocation_overtakes_it(consortium: Consortium) -> None:
    members = consortium.members
    register(consortium)
    far = consortium.chain.now() - FAR_BACK - 1_000
    members.send(admin(1), "revokeKey", ONE, thumb(1), far)
    members.send(admin(1), "revokeKey", ONE, thumb(1), far + 1)
    assert members.error(admin(2), "revokeKey", ONE, thumb(1), far) == "MembersRevocationNotProposed"
    near = consortium.chain.now() - 50
    members.send(admin(1), "revokeKey", ONE, thumb(1), near)
    assert members.error(admin(2), "revokeKey", ONE, thumb(1), far + 1) == "MembersKeyAlreadyRevoked"
    assert key_of(members, ONE, thumb(1))["compromisedSince"] == near


def test_one_agency_alone_registers_as_claimed_and_revokes_far_back(chain: ContractChain) -> None:
    alone = found(chain, 1)
    register(alone)
    assert key_of(alone.members, ONE, thumb(1))["registeredAgencies"] == 1
    since = chain.now() - 100 * DAY
    sent = alone.members.send(admin(1), "revokeKey", ONE, thumb(1), since)
    assert [name for name, _ in alone.members.events(sent)] == ["KeyRevoked"]


def test_keys_of_a_removed_agency_stay_readable_and_fixed(consortium: Consortium) -> None:
    members = consortium.members
    register(consortium)
    before = key_of(members, ONE, thumb(1))
    consortium.decide(members, "removeAgency", ONE)
    assert members.error(admin(2), "confirmKey", ONE, thumb(1), TWO) == "MembersAgencyUnknown"
    assert members.error(admin(1), "revokeKey", ONE, thumb(1), 0) == "MembersAgencyUnknown"
    assert key_of(members, ONE, thumb(1)) == before


def test_the_storage_of_a_key_is_what_state_proofs_read(consortium: Consortium) -> None:
    members = consortium.members
    register(consortium)
    members.send(admin(2), "confirmKey", ONE, thumb(1), TWO)
    members.send(admin(1), "revokeKey", ONE, thumb(1), consortium.chain.now() - 60)
    key = key_of(members, ONE, thumb(1))

    layout = {entry["label"]: entry for entry in artifact("Members")["storageLayout"]["storage"]}
    assert layout["keys"]["offset"] == 0
    outer = Web3.keccak(ONE + int(layout["keys"]["slot"]).to_bytes(32, "big"))
    base = int.from_bytes(Web3.keccak(thumb(1) + outer), "big")
    words = [consortium.chain.web3.eth.get_storage_at(members.address, base + i) for i in range(3)]
    first, second = (int.from_bytes(word, "big") for word in words[:2])

    mask = 2**64 - 1
    assert first & 255 == key["purpose"]
    assert [first >> shift & mask for shift in (8, 72, 136)] == [
        key["registeredAt"],
        key["confirmedAt"],
        key["notBefore"],
    ]
    assert [second >> shift & mask for shift in (0, 64, 128, 192)] == [
        key["notAfter"],
        key["revokedAt"],
        key["compromisedSince"],
        key["registeredAgencies"],
    ]
    assert bytes(words[2]) == TWO
    assert first >> 200 == 0
    assert 0 not in (key["confirmedAt"], key["revokedAt"], key["compromisedSince"])
