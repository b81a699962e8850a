"""A log only grows, by its anchorer, with proof; opening, closing and handing over are decisions."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from support import contract_tree as oracle
from support.contract_chain import ContractChain, Deployed, RevertedError, account
from support.contract_consortium import (
    DEPLOYER,
    MERGE_DELAY,
    Consortium,
    admin,
    agency,
    found,
    log_of,
    origin,
)

ANCHORER, THIEF, NEXT = account(50), account(51), account(52)
LEAVES = oracle.leaf_hashes(80)
ZERO = bytes(32)
GROWTH = 2**20


def root(size: int) -> bytes:
    return oracle.root(LEAVES[:size])


def proof(old: int, new: int) -> list[bytes]:
    return oracle.consistency(old, LEAVES[:new])


@pytest.fixture
def consortium(chain: ContractChain) -> Consortium:
    return found(chain, 3)


@pytest.fixture
def log_id(consortium: Consortium) -> bytes:
    return consortium.open_log(ANCHORER)


def grow(log: Deployed, log_id: bytes, *sizes: int) -> None:
    old = 0
    for new in sizes:
        log.send(ANCHORER, "append", log_id, old, new, root(new), proof(old, new) if old else [])
        old = new


def test_a_log_opens_by_decision_under_its_origin(consortium: Consortium) -> None:
    log = consortium.log
    assert log.call("members") == consortium.members.address.lower()
    opening = (origin(), agency(1), ANCHORER.address, MERGE_DELAY)
    first = log.send(admin(1), "openLog", *opening)
    log_id = hashlib.sha256(origin().encode()).digest()
    assert log.call("logIdOf", origin()) == log_id
    assert log.events(first) == []
    assert [name for name, _ in consortium.members.events(first)] == ["ApprovalGiven"]
    assert log_of(log, log_id)["agency"] == ZERO
    opened = log.send(admin(2), "openLog", *opening)
    assert log.events(opened) == [
        (
            "LogOpened",
            {
                "logId": log_id,
                "agency": agency(1),
                "origin": origin(),
                "anchorer": ANCHORER.address,
                "maximumMergeDelay": MERGE_DELAY,
                "predecessor": ZERO,
            },
        )
    ]
    assert log_of(log, log_id) == {
        "root": ZERO,
        "size": 0,
        "maximumMergeDelay": MERGE_DELAY,
        "closed": False,
        "anchorer": ANCHORER.address.lower(),
        "agency": agency(1),
        "successor": ZERO,
        "predecessor": ZERO,
    }
    assert log.error(admin(3), "openLog", *opening) == "RecordLogExists"


def test_what_is_no_log_is_not_opened(consortium: Consortium) -> None:
    log, zero = consortium.log, "0x" + "00" * 20
    good = (origin(), agency(1), ANCHORER.address, MERGE_DELAY)
    wrong_origins = [
        origin(2),
        origin(1, 2),
        origin() + "-1",
        origin().upper(),
        origin() + "/",
        "",
        origin()[1:],
    ]
    refusals = [((wrong, *good[1:]), "RecordLogOriginWrong") for wrong in wrong_origins]
    refusals += [
        ((good[0], agency(9), *good[2:]), "RecordLogAgencyUnknown"),
        ((good[0], agency(1), zero, MERGE_DELAY), "RecordLogAnchorerZero"),
        ((good[0], agency(1), ANCHORER.address, 0), "RecordLogMergeDelayZero"),
    ]
    for arguments, error in refusals:
        assert log.error(admin(1), "openLog", *arguments) == error, arguments
    for caller in (DEPLOYER, ANCHORER):
        with pytest.raises(RevertedError) as refused:
            log.send(caller, "openLog", *good)
        assert consortium.members.error_name(refused.value.error) == "MembersNotAnAdmin"


def test_a_log_grows_through_every_size(consortium: Consortium, log_id: bytes) -> None:
    for old in range(33):
        new = old + 1
        sent = consortium.log.send(
            ANCHORER, "append", log_id, old, new, root(new), proof(old, new) if old else []
        )
        assert consortium.log.events(sent) == [
            ("TreeHeadAnchored", {"logId": log_id, "oldSize": old, "newSize": new, "root": root(new)})
        ]
        head = log_of(consortium.log, log_id)
        assert (head["size"], head["root"]) == (new, root(new))


def test_only_the_anchorer_appends(consortium: Consortium, log_id: bytes) -> None:
    for caller in (DEPLOYER, admin(1), admin(2), THIEF):
        assert consortium.log.error(caller, "append", log_id, 0, 1, root(1), []) == "RecordLogNotTheAnchorer"
    unknown = hashlib.sha256(b"elsewhere").digest()
    assert consortium.log.error(ANCHORER, "append", unknown, 0, 1, root(1), []) == "RecordLogNotTheAnchorer"
    assert log_of(consortium.log, log_id)["size"] == 0


def test_the_first_append_carries_no_proof_and_starts_at_zero(consortium: Consortium, log_id: bytes) -> None:
    log = consortium.log
    assert log.error(ANCHORER, "append", log_id, 0, 3, root(3), [root(1)]) == "RecordLogInconsistent"
    assert log.error(ANCHORER, "append", log_id, 1, 3, root(3), proof(1, 3)) == "RecordLogSizeMismatch"
    assert log.error(ANCHORER, "append", log_id, 0, 0, ZERO, []) == "RecordLogGrowthRefused"
    grow(log, log_id, 3)
    assert log.error(ANCHORER, "append", log_id, 0, 5, root(5), []) == "RecordLogSizeMismatch"
    assert log.error(ANCHORER, "append", log_id, 3, 5, root(5), []) == "RecordLogInconsistent"


def test_equal_or_smaller_sizes_are_refused(consortium: Consortium, log_id: bytes) -> None:
    log = consortium.log
    grow(log, log_id, 7)
    for size, head in ((7, root(7)), (7, root(6)), (6, root(6)), (0, ZERO)):
        assert log.error(ANCHORER, "append", log_id, 7, size, head, []) == "RecordLogGrowthRefused"
    assert log_of(log, log_id)["root"] == root(7)


def test_the_same_calldata_never_counts_twice(consortium: Consortium, log_id: bytes) -> None:
    log = consortium.log
    grow(log, log_id, 4)
    step = (log_id, 4, 9, root(9), proof(4, 9))
    nonce = consortium.chain.web3.eth.get_transaction_count(ANCHORER.address)
    log.send(ANCHORER, "append", *step)
    assert log.error(ANCHORER, "append", *step) == "RecordLogSizeMismatch"
    fields = {
        "nonce": nonce,
        "gas": 500_000,
        "gasPrice": 0,
        "to": log.address,
        "value": 0,
        "data": log.encode("append", *step),
        "chainId": 31337,
    }
    replay = ANCHORER.sign_transaction(fields).raw_transaction.hex()
    with pytest.raises(AssertionError, match="nonce too low"):
        consortium.chain.rpc("eth_sendRawTransaction", "0x" + replay)
    assert log_of(log, log_id)["size"] == 9


def test_one_head_adds_at_most_a_million_leaves(consortium: Consortium, log_id: bytes) -> None:
    log = consortium.log
    assert log.call("MAXIMUM_GROWTH") == GROWTH
    assert log.error(ANCHORER, "append", log_id, 0, GROWTH + 1, root(1), []) == "RecordLogGrowthRefused"
    assert log.error(ANCHORER, "append", log_id, 0, 2**64 - 1, root(1), []) == "RecordLogGrowthRefused"
    log.send(ANCHORER, "append", log_id, 0, GROWTH, root(1), [])
    # A perfect tree is one node: beside its equal it makes the next perfect tree.
    double = hashlib.sha256(b"\1" + root(1) + root(2)).digest()
    beyond = hashlib.sha256(b"\1" + double + root(3)).digest()
    refused = (log_id, GROWTH, 2 * GROWTH + 1, beyond, [root(2), root(3)])
    assert log.call("verifyConsistency", GROWTH, 2 * GROWTH + 1, root(1), beyond, [root(2), root(3)])
    assert log.error(ANCHORER, "append", *refused) == "RecordLogGrowthRefused"
    log.send(ANCHORER, "append", log_id, GROWTH, 2 * GROWTH, double, [root(2)])


def test_two_histories_of_one_log_do_not_fit(consortium: Consortium, log_id: bytes) -> None:
    log = consortium.log
    grow(log, log_id, 10)
    other = [*LEAVES[:4], *oracle.leaf_hashes(30, salt=b"other")]
    forged = (log_id, 10, 20, oracle.root(other[:20]), oracle.consistency(10, other[:20]))
    assert log.error(ANCHORER, "append", *forged) == "RecordLogInconsistent"
    true = proof(10, 20)
    for position in range(len(true)):
        bent = [*true[:position], bytes([true[position][0] ^ 1]) + true[position][1:], *true[position + 1 :]]
        assert log.error(ANCHORER, "append", log_id, 10, 20, root(20), bent) == "RecordLogInconsistent"
    log.send(ANCHORER, "append", log_id, 10, 20, root(20), true)


def test_closing_at_the_head_opens_the_successor(consortium: Consortium, log_id: bytes) -> None:
    log = consortium.log
    grow(log, log_id, 7)
    sent = consortium.decide(log, "closeLog", log_id, 7, root(7), [], origin(1, 2), NEXT.address)
    successor = log.call("logIdOf", origin(1, 2))
    assert log.events(sent) == [
        ("LogClosed", {"logId": log_id, "size": 7, "root": root(7), "successor": successor}),
        (
            "LogOpened",
            {
                "logId": successor,
                "agency": agency(1),
                "origin": origin(1, 2),
                "anchorer": NEXT.address,
                "maximumMergeDelay": MERGE_DELAY,
                "predecessor": log_id,
            },
        ),
    ]
    old, new = log_of(log, log_id), log_of(log, successor)
    assert (old["closed"], old["successor"], old["size"], old["root"]) == (True, successor, 7, root(7))
    assert (new["closed"], new["predecessor"], new["size"], new["agency"]) == (False, log_id, 0, agency(1))
    assert log.error(ANCHORER, "append", log_id, 7, 9, root(9), proof(7, 9)) == "RecordLogAlreadyClosed"
    assert log.error(ANCHORER, "append", successor, 0, 1, root(1), []) == "RecordLogNotTheAnchorer"
    log.send(NEXT, "append", successor, 0, 1, root(1), [])
    again: tuple[Any, ...] = (log_id, 7, root(7), [], origin(1, 3), NEXT.address)
    assert log.error(admin(1), "closeLog", *again) == "RecordLogAlreadyClosed"
    assert log.error(admin(1), "replaceAnchorer", log_id, NEXT.address) == "RecordLogAlreadyClosed"


def test_successors_are_numbered_in_order(consortium: Consortium, log_id: bytes) -> None:
    log, current = consortium.log, log_id
    for succession in range(2, 12):
        for wrong in {
            origin(1, succession + 1),
            origin(2, succession),
            origin(),
            origin(1, succession) + "0",
        }:
            arguments: tuple[Any, ...] = (current, 0, ZERO, [], wrong, NEXT.address)
            assert log.error(admin(1), "closeLog", *arguments) == "RecordLogOriginWrong", wrong
        consortium.decide(log, "closeLog", current, 0, ZERO, [], origin(1, succession), NEXT.address)
        predecessor, current = current, bytes(log.call("logIdOf", origin(1, succession)))
        assert log_of(log, current)["predecessor"] == predecessor
    assert origin(1, 11).endswith("-11")


def test_a_log_bricked_by_a_stolen_anchorer_goes_on_from_an_earlier_head(
    consortium: Consortium, log_id: bytes
) -> None:
    log = consortium.log
    grow(log, log_id, 5, 11)
    junk = [*LEAVES[:11], *oracle.leaf_hashes(60, salt=b"junk")]
    at = 11

    def append_junk(size: int) -> None:
        nonlocal at
        arguments = (log_id, at, size, oracle.root(junk[:size]), oracle.consistency(at, junk[:size]))
        log.send(ANCHORER, "append", *arguments)
        at = size

    append_junk(20)
    rest = (origin(1, 2), NEXT.address)
    refused = [
        (11, root(11), []),
        (11, root(10), oracle.consistency(11, junk[:20])),
        (12, root(12), proof(12, 20)),
        (21, root(21), []),
        (20, root(20), []),
        (0, ZERO, []),
    ]
    for arguments in refused:
        assert log.error(admin(1), "closeLog", log_id, *arguments, *rest) == "RecordLogHeadRefused", arguments
    log.send(admin(1), "closeLog", log_id, 11, root(11), oracle.consistency(11, junk[:20]), *rest)
    # The thief goes on between the votes: what is decided is the head to keep, the proof only its witness.
    append_junk(33)
    sent = log.send(admin(2), "closeLog", log_id, 11, root(11), oracle.consistency(11, junk[:33]), *rest)
    assert [name for name, _ in log.events(sent)] == ["LogClosed", "LogOpened"]
    closed = log_of(log, log_id)
    assert (closed["size"], closed["root"], closed["closed"]) == (11, root(11), True)


def test_closing_an_empty_log_names_no_head(consortium: Consortium, log_id: bytes) -> None:
    log, rest = consortium.log, (origin(1, 2), NEXT.address)
    assert log.error(admin(1), "closeLog", log_id, 0, root(1), [], *rest) == "RecordLogHeadRefused"
    assert log.error(admin(1), "closeLog", log_id, 0, ZERO, [root(1)], *rest) == "RecordLogHeadRefused"
    assert log.error(admin(1), "closeLog", log_id, 1, root(1), [], *rest) == "RecordLogHeadRefused"
    zero = "0x" + "00" * 20
    assert log.error(admin(1), "closeLog", log_id, 0, ZERO, [], rest[0], zero) == "RecordLogAnchorerZero"
    unknown = hashlib.sha256(b"elsewhere").digest()
    assert log.error(admin(1), "closeLog", unknown, 0, ZERO, [], *rest) == "RecordLogUnknown"


def test_a_replaced_anchorer_is_out_at_once(consortium: Consortium, log_id: bytes) -> None:
    log = consortium.log
    grow(log, log_id, 4)
    zero = "0x" + "00" * 20
    assert log.error(admin(1), "replaceAnchorer", log_id, zero) == "RecordLogAnchorerZero"
    sent = consortium.decide(log, "replaceAnchorer", log_id, NEXT.address)
    assert log.events(sent) == [("AnchorerReplaced", {"logId": log_id, "anchorer": NEXT.address})]
    step = (log_id, 4, 6, root(6), proof(4, 6))
    assert log.error(ANCHORER, "append", *step) == "RecordLogNotTheAnchorer"
    log.send(NEXT, "append", *step)
    # The approvals are spent: going back takes a decision of its own, and so does doing it again.
    consortium.decide(log, "replaceAnchorer", log_id, ANCHORER.address)
    log.send(admin(3), "replaceAnchorer", log_id, NEXT.address)
    assert log_of(log, log_id)["anchorer"] == ANCHORER.address.lower()


def test_votes_of_another_contract_do_not_open_logs_here(consortium: Consortium) -> None:
    opening = (origin(), agency(1), ANCHORER.address, MERGE_DELAY)
    twin = consortium.chain.deploy(DEPLOYER, "RecordLog", consortium.members.address)
    consortium.log.send(admin(1), "openLog", *opening)
    twin.send(admin(2), "openLog", *opening)
    log_id = twin.call("logIdOf", origin())
    assert log_of(twin, log_id)["agency"] == log_of(consortium.log, log_id)["agency"] == ZERO


def test_a_record_log_needs_its_members(chain: ContractChain) -> None:
    with pytest.raises(RevertedError) as refused:
        chain.deploy(DEPLOYER, "RecordLog", THIEF.address)
    assert refused.value.error == "RecordLogMembersMissing"


def test_append_touches_two_words(consortium: Consortium, log_id: bytes) -> None:
    grow(consortium.log, log_id, 3)
    call = {
        "from": ANCHORER.address,
        "to": consortium.log.address,
        "data": consortium.log.encode("append", log_id, 3, 7, root(7), proof(3, 7)),
    }
    touched = consortium.chain.rpc("eth_createAccessList", call, "latest")["accessList"]
    assert [(entry["address"], len(entry["storageKeys"])) for entry in touched] == [
        (consortium.log.address.lower(), 2)
    ]
