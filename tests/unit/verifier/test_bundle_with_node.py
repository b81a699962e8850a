"""What a node adds to a bundle: canonical blocks, later revocation, the first anchor. And nodes that lie."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from eth_hash.auto import keccak
from gridwitness_verifier.bundle import verify_bundle
from gridwitness_verifier.bundle.file import parse_bundle
from gridwitness_verifier.errors import Unavailable
from gridwitness_verifier.report import Report, Result
from gridwitness_verifier.rpc import Rpc
from gridwitness_verifier.trust import parse_trust
from support.sealing import BlockSpec
from support.verifier_bundle import START, KeyRecord, Scenario
from support.verifier_node import block_json, node_of, serve


def check(scenario, node):
    trust = scenario.trust()
    trust["chain"]["genesis_hash"] = "0x" + keccak(node.headers[0]).hex()
    parsed = parse_trust(json.dumps(trust).encode(), confirmed=True, folder=Path())
    bundle = parse_bundle(json.dumps(node.bundle).encode(), "evidence.json")
    with serve(node) as url, Rpc(url) as rpc:
        _, checks = verify_bundle(bundle, parsed, rpc=rpc)
    return {found.name: found for found in checks}, Report("bundle", parsed, {}, checks)


def test_an_honest_node_changes_nothing():
    scenario = Scenario()
    found, report = check(scenario, node_of(scenario))
    assert report.exit_code == 0
    assert found["key"].result is Result.PROVED


def test_a_block_that_is_no_longer_on_the_chain():
    scenario = Scenario()
    node = node_of(scenario)
    node.headers[12] = BlockSpec(number=12, time=5).encode()
    found, report = check(scenario, node)
    assert [item.name for item in report.failed] == ["anchor"]
    assert found["anchor"].locations[0].code == "not-canonical"


@pytest.mark.parametrize(
    ("since", "result", "exit_code"), [(START + 200, Result.PROVED, 0), (START + 100, Result.DISPUTED, 3)]
)
def test_a_key_revoked_after_the_anchor(since, result, exit_code):
    scenario = Scenario()
    revoked = replace(scenario.key, revoked_at=START + 900, compromised_since=since)
    found, report = check(scenario, node_of(scenario, now=Scenario(key=revoked)))
    assert found["key"].result is result
    assert report.exit_code == exit_code


@pytest.mark.parametrize(("not_after", "result"), [(0, Result.PROVED), (-1, Result.DISPUTED)])
def test_a_window_cut_after_the_anchor_is_disputed_as_in_an_audit(not_after, result):
    scenario = Scenario()
    anchored = scenario.anchor_time
    cut = replace(scenario.key, not_after=anchored + not_after)
    found, report = check(scenario, node_of(scenario, now=Scenario(key=cut)))
    assert found["key"].result is result
    assert [place.code for place in found["key"].locations] == ["key-window-cut"] * (not_after < 0)
    assert report.exit_code == (3 if not_after else 0)


def test_what_the_key_was_at_the_anchor_stays():
    """A node's newest state speaks of revocation and window, not of purpose and confirmation."""
    scenario = Scenario()
    later = replace(scenario.key, purpose=3, confirmed_at=START + 900, registered_agencies=2)
    found, _ = check(scenario, node_of(scenario, now=Scenario(key=later)))
    assert found["key"].result is Result.PROVED


@pytest.mark.parametrize(("time", "result"), [(START + 60, Result.PROVED), (START - 900, Result.FAILED)])
def test_a_record_without_seen_against_the_first_anchor(time, result):
    scenario = Scenario(with_seen=False)
    found, _ = check(scenario, node_of(scenario, first=BlockSpec(number=5, time=time)))
    assert found["seen"].result is result
    if result is Result.FAILED:
        assert found["seen"].locations[0].code == "seen-missing"


def test_a_node_of_another_chain_is_not_asked():
    scenario = Scenario()
    node = node_of(scenario)
    node.chain_id = 5
    with pytest.raises(Unavailable) as caught:
        check(scenario, node)
    assert caught.value.code == "rpc-chain"


def test_a_block_that_does_not_hash_to_its_name():
    scenario = Scenario()
    node = node_of(scenario)
    block = block_json(node.headers[0])
    node.answers["eth_getBlockByNumber"] = {**block, "gasUsed": "0x1"}
    with pytest.raises(Unavailable) as caught:
        check(scenario, node)
    assert caught.value.code == "rpc-header"


def test_a_state_proof_that_does_not_verify_adds_nothing():
    scenario = Scenario()
    other = node_of(scenario, now=Scenario(key=KeyRecord(not_after=START + 5)))
    node = node_of(scenario)
    node.scenario = other.scenario
    with pytest.raises(Unavailable) as caught:
        check(scenario, node)
    assert caught.value.code == "rpc-proof"


def test_events_without_a_block_are_no_answer():
    scenario = Scenario(with_seen=False)
    node = node_of(scenario, first=BlockSpec(number=5))
    del node.events[0]["blockNumber"]
    with pytest.raises(Unavailable):
        check(scenario, node)
    node.events.clear()
    with pytest.raises(Unavailable):
        check(scenario, node)


@pytest.mark.parametrize(
    ("status", "content", "code"),
    [
        (500, b"", "rpc-answer"),
        (200, b"", "rpc-answer"),
        (200, b"<html>", "rpc-answer"),
        (200, b"[" * 100_000, "rpc-answer"),
        (200, b"null", "rpc-error"),
        (200, b'{"id":0,"error":{"code":1,"message":"\\u001b[31mno"}}', "rpc-error"),
        (200, b'{"id":0,"result":"0x01"}', "rpc-answer"),
        (200, b'{"id":0,"result":12}', "rpc-answer"),
        (200, b'{"id":true,"result":"0x1"}', "rpc-error"),
        (200, b'{"id":0,"result":"0x1","result":"0x2"}', "rpc-answer"),
        (302, b"", "rpc-answer"),
    ],
)
def test_answers_of_no_use(status, content, code):
    node = node_of(Scenario())
    node.raw = lambda _: (status, content)
    with serve(node) as url, Rpc(url) as rpc, pytest.raises(Unavailable) as caught:
        rpc.chain_id()
    assert caught.value.code == code


def test_a_batch_with_answers_missing():
    node = node_of(Scenario())
    node.raw = lambda _: (200, b'[{"id":0,"result":null}]')
    with serve(node) as url, Rpc(url) as rpc, pytest.raises(Unavailable):
        rpc.block_headers([0, 12])


def test_an_answer_without_end_is_cut():
    node = node_of(Scenario())
    node.raw = lambda _: (200, b" " * (2**26 + 2))
    with serve(node) as url, Rpc(url) as rpc, pytest.raises(Unavailable) as caught:
        rpc.chain_id()
    assert "more than" in caught.value.message


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://", "file:///etc/passwd", "http://[", "http://\x00"]
)
def test_a_node_nobody_reaches(url):
    with pytest.raises(Unavailable):
        Rpc(url, timeout=2).chain_id()


def test_headers_and_events_in_order():
    scenario = Scenario()
    node = node_of(scenario, first=BlockSpec(number=5))
    with serve(node) as url, Rpc(url) as rpc:
        assert rpc.block_headers([20, 0, 12]) == [node.headers[number] for number in (20, 0, 12)]
        assert rpc.block_number() == 20
        events = list(rpc.logs(bytes.fromhex(node.events[0]["address"][2:]), [b"\x01" * 32, None], 0, 12_000))
        assert len(events) == 3
        with pytest.raises(Unavailable) as caught:
            rpc.block_header(99)
        assert caught.value.code == "rpc-no-block"
