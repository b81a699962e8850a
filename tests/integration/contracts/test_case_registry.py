"""A case goes only along its procedure's graph, by its agency's recorder, with numbers that have no gap."""

from __future__ import annotations

import random
from typing import Any

import pytest
from support.contract_chain import ContractChain, RevertedError, account
from support.contract_consortium import DEPLOYER, admin, agency, found
from support.contract_registry import (
    CLOSURE,
    DECISION,
    EXECUTION,
    GENERAL,
    INQUIRY,
    OTHER_RECORDER,
    PROCEDURE,
    RECORDER,
    REVIEW,
    SERVICE,
    START,
    YEAR,
    Registry,
    bits,
    word,
)

STRANGER = account(62)
ZERO = bytes(32)


@pytest.fixture
def registry(chain: ContractChain) -> Registry:
    consortium = found(chain, 3)
    contract = chain.deploy(DEPLOYER, "CaseRegistry", consortium.members.address)
    consortium.decide(contract, "approveProcedure", PROCEDURE, bits(GENERAL))
    consortium.decide(contract, "appointRecorder", agency(1), RECORDER.address)
    consortium.decide(contract, "appointRecorder", agency(2), OTHER_RECORDER.address)
    return Registry(consortium, contract)


def refusal(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(RevertedError) as refused:
        call(*arguments, **named)
    return refused.value.error


def reached(index: int, milestone: int, head: bytes) -> tuple[str, dict[str, Any]]:
    """The event of a milestone of case `a`."""
    values = {"index": index, "milestone": milestone, "seq": 3 + index, "head": head}
    return ("MilestoneReached", {"caseId": word("a"), "agency": agency(1), **values})


def test_a_lawful_case_with_its_loops(registry: Registry) -> None:
    head = registry.head()
    opening = {"caseId": word("a"), "agency": agency(1), "procedure": PROCEDURE, "year": YEAR, "number": 1}
    opened = registry.open("a", head=head)
    assert registry.contract.events(opened) == [("CaseOpened", opening), reached(0, START, head)]
    way = (INQUIRY, REVIEW, INQUIRY, REVIEW, SERVICE, REVIEW, DECISION, SERVICE)
    way += (EXECUTION, EXECUTION, CLOSURE)
    for index, milestone in enumerate(way, start=1):
        head = registry.head()
        sent = registry.advance("a", index, milestone, head=head)
        assert registry.contract.events(sent) == [reached(index, milestone, head)]
        assert registry.contract.call("isSeen", agency(1), head)
    assert registry.case("a") == {
        "procedure": PROCEDURE,
        "head": head,
        "seq": 3 + len(way),
        "index": len(way),
        "number": 1,
        "year": YEAR,
        "milestone": CLOSURE,
    }


def test_numbers_of_an_agency_and_a_year_have_no_gap(registry: Registry) -> None:
    wrong = "CaseRegistryNumberMismatch"
    assert refusal(registry.open, "a", 2) == wrong
    for number in (1, 2, 3):
        registry.open(number)
        assert registry.contract.call("countOf", agency(1), YEAR) == number
    for number in (3, 5, 2**32 - 1):
        assert refusal(registry.open, "a", number) == wrong
    registry.open("next year", 1, year=YEAR + 1)
    registry.open("other agency", 1, agency=agency(2), by=OTHER_RECORDER)
    assert registry.contract.call("countOf", agency(1), YEAR) == 3
    assert registry.contract.call("countOf", agency(3), YEAR) == 0
    # What is refused takes no number.
    assert refusal(registry.open, 1) == "CaseRegistryCaseExists"
    registry.open("a", 4)


def test_whose_case_it_is(registry: Registry) -> None:
    """Everybody but the agency's own recorder is refused: also an admin, the deployer, another's recorder."""
    registry.open("a")
    for who in (STRANGER, DEPLOYER, admin(1), OTHER_RECORDER):
        assert refusal(registry.open, "b", by=who) == "CaseRegistryNotTheRecorder"
        assert refusal(registry.advance, "a", 1, INQUIRY, by=who) == "CaseRegistryNotTheRecorder"
    foreign = {"agency": agency(2), "by": OTHER_RECORDER}
    assert refusal(registry.advance, "a", 1, INQUIRY, **foreign) == "CaseRegistryCaseUnknown"
    # The same id under another agency is another case, and entries are seen by agency.
    head = registry.head()
    registry.advance("a", 1, INQUIRY, head=head)
    registry.open("a", 1, head=head, **foreign)
    assert registry.case("a", agency(2))["milestone"] == START
    assert registry.case("a")["milestone"] == INQUIRY
    assert refusal(registry.open, "b", agency=agency(3), by=STRANGER) == "CaseRegistryNotTheRecorder"


def test_a_recorder_is_replaced_and_dismissed_by_decision(registry: Registry) -> None:
    contract, consortium = registry.contract, registry.consortium
    assert contract.call("recorderOf", agency(1)) == RECORDER.address.lower()
    asked = contract.send(admin(1), "appointRecorder", agency(1), STRANGER.address)
    assert contract.events(asked) == []
    again = contract.error(admin(1), "appointRecorder", agency(1), STRANGER.address)
    assert again.startswith("0x0124e847"), "MembersAlreadyApproved, as one contract passes on another's"
    registry.open("a")
    appointed = contract.send(admin(2), "appointRecorder", agency(1), STRANGER.address)
    assert contract.events(appointed) == [
        ("RecorderAppointed", {"agency": agency(1), "recorder": STRANGER.address})
    ]
    assert refusal(registry.advance, "a", 1, INQUIRY) == "CaseRegistryNotTheRecorder"
    registry.advance("a", 1, INQUIRY, by=STRANGER)
    nobody = "0x" + 40 * "0"
    consortium.decide(contract, "appointRecorder", agency(1), nobody)
    assert refusal(registry.advance, "a", 2, REVIEW, by=STRANGER) == "CaseRegistryNotTheRecorder"
    assert contract.error(admin(1), "appointRecorder", agency(4), STRANGER.address) == (
        "CaseRegistryAgencyUnknown"
    )
    # Also an agency that was removed can be stopped, and only that.
    consortium.decide(consortium.members, "removeAgency", agency(2))
    assert contract.error(admin(1), "appointRecorder", agency(2), STRANGER.address) == (
        "CaseRegistryAgencyUnknown"
    )
    for voter in (1, 3):
        contract.send(admin(voter), "appointRecorder", agency(2), nobody)
    assert contract.call("recorderOf", agency(2)) == nobody


def test_a_procedure_is_approved_once_with_possible_edges(registry: Registry) -> None:
    contract, version = registry.contract, word("another")
    malformed = (
        0,
        1 << 7,  # from start to an eighth milestone
        1 << 56,  # from an eighth milestone
        1 << 63,
        bits(GENERAL) | 1 << 7,
        bits({(INQUIRY, START)}),
        bits({(START, START)}),
        2**64 - 1,
    )
    for edges in malformed:
        assert contract.error(admin(1), "approveProcedure", version, edges) == "CaseRegistryEdgesMalformed"
    assert contract.error(admin(1), "approveProcedure", PROCEDURE, 2) == "CaseRegistryProcedureExists"
    assert refusal(registry.open, "a", procedure=version) == "CaseRegistryProcedureUnknown"
    contract.send(admin(1), "approveProcedure", version, 2)
    contract.send(admin(2), "approveProcedure", version, 4)  # another graph: another vote
    assert contract.call("edgesOf", version) == 0
    last = contract.send(admin(3), "approveProcedure", version, 4)
    assert contract.events(last) == [("ProcedureApproved", {"procedure": version, "edges": 4})]
    assert contract.call("edgesOf", version) == 4
    assert contract.error(admin(2), "approveProcedure", version, 2) == "CaseRegistryProcedureExists"
    with pytest.raises(RevertedError):
        contract.send(STRANGER, "approveProcedure", word("third"), 2)
    registry.open("a", procedure=version)
    assert refusal(registry.advance, "a", 1, INQUIRY) == "CaseRegistryEdgeRefused"
    registry.advance("a", 1, REVIEW)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_thresholds_of_governance(chain: ContractChain, size: int) -> None:
    """One of one, two of two, four of five: fewer change nothing."""
    consortium = found(chain, size)
    contract = chain.deploy(DEPLOYER, "CaseRegistry", consortium.members.address)
    needed = {1: 1, 2: 2, 5: 4}[size]
    for number in range(1, needed + 1):
        assert contract.call("edgesOf", PROCEDURE) == 0
        assert contract.call("recorderOf", agency(1)) == "0x" + 40 * "0"
        contract.send(admin(number), "approveProcedure", PROCEDURE, bits(GENERAL))
        contract.send(admin(number), "appointRecorder", agency(1), RECORDER.address)
    assert contract.call("edgesOf", PROCEDURE) == bits(GENERAL)
    assert contract.call("recorderOf", agency(1)) == RECORDER.address.lower()


def test_what_an_opening_and_a_milestone_must_be(registry: Registry) -> None:
    head = registry.head()
    registry.open("a", head=head)
    assert refusal(registry.open, "a") == "CaseRegistryCaseExists"
    assert refusal(registry.open, "b", head=head) == "CaseRegistryHeadSeen"
    assert refusal(registry.advance, "b", 1, INQUIRY) == "CaseRegistryCaseUnknown"
    for index in (0, 2, 2**32 - 1):
        assert refusal(registry.advance, "a", index, INQUIRY) == "CaseRegistryIndexMismatch"
    for milestone in (0, START, REVIEW, EXECUTION, 8, 9, 255):
        assert refusal(registry.advance, "a", 1, milestone) == "CaseRegistryEdgeRefused"
    for seq in (0, 2, 3):
        assert refusal(registry.advance, "a", 1, INQUIRY, seq) == "CaseRegistrySeqRefused"
    assert refusal(registry.advance, "a", 1, INQUIRY, head=head) == "CaseRegistryHeadSeen"
    before = registry.case("a")
    assert before["index"] == 0 and before["milestone"] == START and before["head"] == head
    registry.advance("a", 1, INQUIRY, 2**64 - 1)
    assert refusal(registry.advance, "a", 2, REVIEW, 2**64 - 1) == "CaseRegistrySeqRefused"


def test_a_registry_needs_members(chain: ContractChain, registry: Registry) -> None:
    assert registry.contract.call("members") == registry.consortium.members.address.lower()
    with pytest.raises(RevertedError, match="CaseRegistryMembersMissing"):
        chain.deploy(DEPLOYER, "CaseRegistry", STRANGER.address)
    assert set(registry.case("nobody's").values()) == {0, ZERO}


@pytest.mark.parametrize("seed", range(6))
def test_a_random_graph_is_walked_as_a_model_walks_it(registry: Registry, seed: int) -> None:
    """Random graphs and random attempts: the contract takes exactly the edges that there are."""
    choice = random.Random(seed)
    possible = [(a, b) for a in range(1, 8) for b in range(2, 8)]
    edges = set(choice.sample(possible, choice.randint(1, len(possible))))
    version = word("random", seed)
    registry.consortium.decide(registry.contract, "approveProcedure", version, bits(edges))
    registry.open(seed, procedure=version)
    at, index, taken = START, 0, 0
    for _ in range(40):
        to = choice.randint(0, 8)
        if (at, to) in edges:
            registry.advance(seed, index + 1, to)
            at, index, taken = to, index + 1, taken + 1
        else:
            assert refusal(registry.advance, seed, index + 1, to) == "CaseRegistryEdgeRefused"
    state = registry.case(seed)
    assert (state["milestone"], state["index"]) == (at, index)
