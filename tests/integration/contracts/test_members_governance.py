"""Agencies decide together: two thirds, at least two, each counted once."""

from __future__ import annotations

import pytest
from support.contract_chain import ContractChain, RevertedError, account, code
from support.contract_consortium import ADMIN, DEPLOYER, DEPLOYMENT, REGISTRAR, admin, agency, found

STRANGER = account(90)
NEW = account(91)
DEFAULT_ADMIN_ROLE = bytes(32)


@pytest.mark.parametrize(("size", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5)])
def test_a_decision_takes_two_thirds_of_the_agencies_and_at_least_two(
    chain: ContractChain, size: int, needed: int
) -> None:
    consortium = found(chain, size)
    members = consortium.members
    assert (members.call("agencyCount"), members.call("threshold")) == (size, needed)
    for number in range(1, needed):
        sent = members.send(admin(number), "admitAgency", agency(9), NEW.address)
        assert [name for name, _ in members.events(sent)] == ["ApprovalGiven"]
        assert not members.call("isAgency", agency(9))
    sent = members.send(admin(needed), "admitAgency", agency(9), NEW.address)
    given = dict(members.events(sent))["ApprovalGiven"]
    assert (given["agency"], given["approvals"], given["threshold"]) == (agency(needed), needed, needed)
    assert dict(members.events(sent))["AgencyAdmitted"] == {"agency": agency(9), "admin": NEW.address}
    assert members.call("isAgency", agency(9))
    assert sorted(members.call("agencies")) == sorted([*(agency(n) for n in range(1, size + 1)), agency(9)])
    for role in (ADMIN, REGISTRAR):
        assert members.call("hasAgencyRole", agency(9), role, NEW.address)


def test_one_agency_counts_once_however_many_admins_it_has(chain: ContractChain) -> None:
    consortium = found(chain, 4)
    members = consortium.members
    consortium.decide(members, "grantAgencyRole", agency(1), ADMIN, NEW.address)
    assert members.call("adminOf", NEW.address) == agency(1)
    members.send(admin(1), "removeAgency", agency(4))
    assert members.error(admin(1), "removeAgency", agency(4)) == "MembersAlreadyApproved"
    assert members.error(NEW, "removeAgency", agency(4)) == "MembersAlreadyApproved"
    assert consortium.approving(consortium.action(members, "removeAgency", agency(4))) == [agency(1)]


def test_other_arguments_are_another_decision(chain: ContractChain) -> None:
    members = found(chain, 3).members
    members.send(admin(1), "admitAgency", agency(8), NEW.address)
    members.send(admin(2), "admitAgency", agency(8), STRANGER.address)
    members.send(admin(3), "admitAgency", agency(9), NEW.address)
    assert members.call("agencyCount") == 3


def test_approvals_die_with_the_execution(chain: ContractChain) -> None:
    consortium = found(chain, 3)
    members = consortium.members
    before = consortium.action(members, "admitAgency", agency(9), NEW.address)
    consortium.decide(members, "admitAgency", agency(9), NEW.address)
    consortium.decide(members, "removeAgency", agency(9))
    after = consortium.action(members, "admitAgency", agency(9), NEW.address)
    assert before != after
    assert consortium.approving(before) == [agency(1), agency(2)]
    assert members.error(admin(1), "withdrawApproval", before) == "MembersNotApproved"
    # The third agency's late call is a first approval of a new decision, not the last of the old one.
    members.send(admin(3), "admitAgency", agency(9), NEW.address)
    assert consortium.approving(after) == [agency(3)]
    assert not members.call("isAgency", agency(9))


def test_a_removed_agencys_approval_does_not_count_even_after_it_returns(chain: ContractChain) -> None:
    consortium = found(chain, 4)
    members = consortium.members
    members.send(admin(4), "admitAgency", agency(9), NEW.address)
    action = consortium.action(members, "admitAgency", agency(9), NEW.address)
    consortium.decide(members, "removeAgency", agency(4))
    assert consortium.approving(action) == []
    assert members.error(admin(4), "admitAgency", agency(9), NEW.address) == "MembersNotAnAdmin"
    members.send(admin(1), "admitAgency", agency(9), NEW.address)
    assert not members.call("isAgency", agency(9)), "one approval of a member and one of a former member"
    consortium.decide(members, "admitAgency", agency(4), admin(4).address)
    assert consortium.approving(action) == [agency(1)]
    assert members.error(admin(4), "withdrawApproval", action) == "MembersNotApproved"
    members.send(admin(4), "admitAgency", agency(9), NEW.address)
    assert sorted(consortium.approving(action)) == [agency(1), agency(4)]


def test_a_removed_agency_loses_every_role_for_good(chain: ContractChain) -> None:
    consortium = found(chain, 3)
    members = consortium.members
    consortium.decide(members, "grantAgencyRole", agency(3), REGISTRAR, NEW.address)
    sent = consortium.decide(members, "removeAgency", agency(3))
    names = [name for name, _ in members.events(sent)]
    assert names.count("AgencyRoleRevoked") == 3
    assert names[-1] == "AgencyRemoved"
    consortium.decide(members, "admitAgency", agency(3), STRANGER.address)
    for former in (admin(3), NEW):
        assert members.call("adminOf", former.address) == bytes(32)
        assert members.call("registrarOf", former.address) == bytes(32)
    assert members.call("holdersOf", agency(3), ADMIN) == (STRANGER.address.lower(),)


def test_the_threshold_follows_the_number_of_agencies(chain: ContractChain) -> None:
    consortium = found(chain, 4)
    members = consortium.members
    members.send(admin(1), "admitAgency", agency(9), NEW.address)
    members.send(admin(2), "admitAgency", agency(9), NEW.address)
    consortium.decide(members, "removeAgency", agency(4))
    # Two approvals now suffice, but an approval is a call: one of the two is given anew.
    action = consortium.action(members, "admitAgency", agency(9), NEW.address)
    sent = members.send(admin(2), "withdrawApproval", action)
    assert members.events(sent) == [("ApprovalWithdrawn", {"action": action, "agency": agency(2)})]
    members.send(admin(2), "admitAgency", agency(9), NEW.address)
    assert members.call("isAgency", agency(9))


def test_a_withdrawn_approval_does_not_count(chain: ContractChain) -> None:
    consortium = found(chain, 2)
    members = consortium.members
    members.send(admin(1), "admitAgency", agency(9), NEW.address)
    action = consortium.action(members, "admitAgency", agency(9), NEW.address)
    assert members.error(admin(2), "withdrawApproval", action) == "MembersNotApproved"
    assert members.error(STRANGER, "withdrawApproval", action) == "MembersNotAnAdmin"
    members.send(admin(1), "withdrawApproval", action)
    members.send(admin(2), "admitAgency", agency(9), NEW.address)
    assert not members.call("isAgency", agency(9))


def test_the_last_agency_and_the_last_admin_stay(chain: ContractChain) -> None:
    members = found(chain, 1).members
    assert members.error(admin(1), "removeAgency", agency(1)) == "MembersLastAgency"
    assert (
        members.error(admin(1), "revokeAgencyRole", agency(1), ADMIN, admin(1).address) == "MembersLastAdmin"
    )
    members.send(admin(1), "grantAgencyRole", agency(1), ADMIN, NEW.address)
    members.send(NEW, "revokeAgencyRole", agency(1), ADMIN, admin(1).address)
    assert members.error(admin(1), "removeAgency", agency(1)) == "MembersLastAgency"
    assert members.error(admin(1), "admitAgency", agency(2), STRANGER.address) == "MembersNotAnAdmin"


def test_roles_are_granted_and_revoked_by_decision(chain: ContractChain) -> None:
    consortium = found(chain, 3)
    members = consortium.members
    granted = consortium.decide(members, "grantAgencyRole", agency(1), REGISTRAR, NEW.address)
    assert dict(members.events(granted))["AgencyRoleGranted"] == {
        "agency": agency(1),
        "role": REGISTRAR,
        "account": NEW.address,
    }
    assert members.call("registrarOf", NEW.address) == agency(1)
    assert members.call("adminOf", NEW.address) == bytes(32)
    assert members.error(NEW, "removeAgency", agency(3)) == "MembersNotAnAdmin"
    revoked = consortium.decide(members, "revokeAgencyRole", agency(1), REGISTRAR, NEW.address)
    assert dict(members.events(revoked))["AgencyRoleRevoked"]["account"] == NEW.address
    assert members.call("registrarOf", NEW.address) == bytes(32)
    # Free again, so another agency may have the account.
    consortium.decide(members, "grantAgencyRole", agency(2), ADMIN, NEW.address)
    assert members.call("adminOf", NEW.address) == agency(2)


def test_refused_decisions_never_become_votes(chain: ContractChain) -> None:
    members = found(chain, 3).members
    zero, one = "0x" + "00" * 20, admin(1)
    refusals = [
        ("admitAgency", (agency(2), NEW.address), "MembersAgencyExists"),
        ("admitAgency", (agency(9), zero), "MembersAccountZero"),
        ("admitAgency", (agency(9), admin(2).address), "MembersAccountTaken"),
        ("removeAgency", (agency(9),), "MembersAgencyUnknown"),
        ("grantAgencyRole", (agency(9), ADMIN, NEW.address), "MembersAgencyUnknown"),
        ("grantAgencyRole", (agency(1), ADMIN, admin(2).address), "MembersAccountTaken"),
        ("grantAgencyRole", (agency(1), code("OWNER"), NEW.address), "MembersRoleUnknown"),
        ("grantAgencyRole", (agency(1), ADMIN, one.address), "MembersRoleHeld"),
        ("grantAgencyRole", (agency(1), ADMIN, zero), "MembersAccountZero"),
        ("revokeAgencyRole", (agency(1), REGISTRAR, NEW.address), "MembersRoleNotHeld"),
        ("revokeAgencyRole", (agency(1), code("OWNER"), one.address), "MembersRoleUnknown"),
    ]
    for function, arguments, error in refusals:
        assert members.error(one, function, *arguments) == error, (function, arguments)
    for caller in (STRANGER, DEPLOYER):
        assert members.error(caller, "admitAgency", agency(9), NEW.address) == "MembersNotAnAdmin"


@pytest.mark.parametrize(
    "malformed",
    [
        b"",
        b"11010",
        b"1" * 19,
        b"110101cg",
        b"110 01",
        b"110101-C",
        b"\0" + b"110101",
        b"110101\0X",
        "11010１".encode(),
    ],
)
def test_agency_codes_are_six_to_eighteen_capitals_and_digits(chain: ContractChain, malformed: bytes) -> None:
    members = found(chain, 1).members
    assert (
        members.error(admin(1), "admitAgency", malformed.ljust(32, b"\0"), NEW.address)
        == "MembersAgencyCodeMalformed"
    )


def test_the_shortest_and_the_longest_agency_code(chain: ContractChain) -> None:
    members = found(chain, 1).members
    members.send(admin(1), "admitAgency", code("ABCXYZ"), NEW.address)
    longest = code("0123456789ABCDEFGH")
    members.send(admin(1), "grantAgencyRole", agency(1), ADMIN, STRANGER.address)
    for voter in (admin(1), NEW):
        members.send(voter, "admitAgency", longest, account(92).address)
    assert members.call("isAgency", longest)


def test_the_deployer_holds_no_role_and_openzeppelins_doors_are_shut(chain: ContractChain) -> None:
    members = found(chain, 2).members
    roles = [DEFAULT_ADMIN_ROLE]
    roles += [members.call("roleOf", agency(n), role) for n in (1, 2) for role in (ADMIN, REGISTRAR)]
    for role in roles:
        assert not members.call("hasRole", role, DEPLOYER.address)
        assert members.call("getRoleAdmin", role) == DEFAULT_ADMIN_ROLE
        for caller in (DEPLOYER, admin(1), STRANGER):
            assert not members.call("hasRole", DEFAULT_ADMIN_ROLE, caller.address)
            assert (
                members.error(caller, "grantRole", role, caller.address) == "AccessControlUnauthorizedAccount"
            )
            assert (
                members.error(caller, "revokeRole", role, admin(2).address)
                == "AccessControlUnauthorizedAccount"
            )


def test_an_account_may_renounce_its_own_role_only(chain: ContractChain) -> None:
    members = found(chain, 2).members
    role = members.call("roleOf", agency(1), ADMIN)
    assert members.error(admin(2), "renounceRole", role, admin(1).address) == "AccessControlBadConfirmation"
    members.send(admin(1), "renounceRole", role, admin(1).address)
    assert members.call("adminOf", admin(1).address) == bytes(32)
    assert members.call("holdersOf", agency(1), ADMIN) == ()
    assert members.error(admin(1), "removeAgency", agency(2)) == "MembersNotAnAdmin"
    assert members.call("registrarOf", admin(1).address) == agency(1)


def test_a_foreign_contract_votes_in_its_own_scope_only(chain: ContractChain) -> None:
    consortium = found(chain, 2)
    members = consortium.members
    call = chain.web3.keccak(hexstr=members.encode("admitAgency", agency(9), NEW.address))
    action = consortium.action(members, "admitAgency", agency(9), NEW.address)
    # Whoever calls `approveFor` is the scope, here an account that names both voters for the same calldata.
    for voter in (admin(1), admin(2)):
        members.send(STRANGER, "approveFor", voter.address, call)
    assert consortium.approving(action) == []
    assert not members.call("isAgency", agency(9))
    other = found(chain, 2)
    foreign = members.call("actionOf", other.log.address, call)
    assert foreign != action
    members.send(admin(1), "admitAgency", agency(9), NEW.address)
    assert consortium.approving(foreign) == []
    assert members.error(STRANGER, "approveFor", STRANGER.address, call) == "MembersNotAnAdmin"


@pytest.mark.parametrize(
    ("codes", "admins", "error"),
    [
        ([], [], "MembersFoundersMalformed"),
        ([agency(1)], [], "MembersFoundersMalformed"),
        ([agency(1), agency(1)], [admin(1), admin(2)], "MembersAgencyExists"),
        ([agency(1), agency(2)], [admin(1), admin(1)], "MembersAccountTaken"),
        ([code("bad")], [admin(1)], "MembersAgencyCodeMalformed"),
    ],
)
def test_founders_are_distinct_and_well_formed(
    chain: ContractChain, codes: list, admins: list, error: str
) -> None:
    with pytest.raises(RevertedError) as refused:
        chain.deploy(DEPLOYER, "Members", DEPLOYMENT, codes, [founder.address for founder in admins])
    assert refused.value.error == error
