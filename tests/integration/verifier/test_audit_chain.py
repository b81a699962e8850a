"""Attacks that touch keys, tree heads, anchors and the chain itself."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from psycopg import sql
from support import contract_consortium, contract_tree
from support.contract_chain import account, code
from support.forged_platform import MERGE_DELAY
from support.forged_record import NoteKey
from support.forged_scenario import Scenario, build, case_step


def without(table: str, comparison: str) -> sql.Composed:
    """Delete the rows of a table of heads beyond, or at, a size."""
    target = sql.Identifier("records", table)
    return sql.SQL("DELETE FROM {} WHERE size {} %s").format(target, sql.SQL(comparison))


def revoke(scenario: Scenario, key, since: int) -> None:
    members = scenario.platform.consortium.members
    members.send(contract_consortium.admin(1), "revokeKey", code(key.agency), key.thumbprint, since)


def later(scenario: Scenario, seconds: int) -> None:
    """The next block comes this much later than the newest one."""
    chain = scenario.platform.chain
    chain.set_time(chain.now() + seconds)


def test_revoked_then_used(scenario: Scenario, audit) -> None:
    platform = scenario.platform
    later(scenario, 5)
    revoke(scenario, scenario.officer, 0)
    later(scenario, 5)
    record = platform.accept("case.step.v1", case_step(None, "立案", []), scenario.officer)
    platform.anchor()
    answer = audit()
    assert (answer.exit_code, answer.failed) == (1, {"keys"})
    assert [place["jti"] for place in answer.places("keys")] == [record.jti]
    assert answer.place("keys", "key-revoked")


def test_anchored_between_compromise_and_revocation_is_disputed(scenario: Scenario, audit) -> None:
    platform = scenario.platform
    later(scenario, 10)
    record = platform.accept("case.step.v1", case_step(None, "立案", []), scenario.officer)
    platform.anchor()
    since = platform.chain.now() - 1
    later(scenario, 10)
    revoke(scenario, scenario.officer, since)
    answer = audit()
    assert (answer.exit_code, answer.failed) == (3, set())
    assert answer.check("keys")["result"] == "disputed"
    assert [place["jti"] for place in answer.places("keys")] == [record.jti]


def test_anchored_before_the_compromise_stays_valid(scenario: Scenario, audit) -> None:
    later(scenario, 10)
    revoke(scenario, scenario.officer, 0)
    assert audit().exit_code == 0


def test_window_that_ended(scenario: Scenario, audit) -> None:
    platform = scenario.platform
    now, members = platform.chain.now(), platform.consortium.members
    owner = code(platform.agency)
    begin = now - 365 * 86_400
    key = scenario.officer
    state = members.call("keyOf", owner, key.thumbprint)
    later(scenario, 2)
    members.send(contract_consortium.admin(1), "shrinkWindow", owner, key.thumbprint, state[3], now + 3)
    later(scenario, 10)
    record = platform.accept("case.step.v1", case_step(None, "立案", []), key)
    platform.anchor()
    answer = audit()
    assert begin < now
    assert answer.place("keys", "key-window")["jti"] == record.jti


def test_window_cut_after_anchoring_is_disputed(scenario: Scenario, audit) -> None:
    platform, key = scenario.platform, scenario.officer
    members, owner = platform.consortium.members, code(platform.agency)
    later(scenario, 10)
    record = platform.accept("case.step.v1", case_step(None, "立案", []), key)
    platform.anchor()
    before = platform.chain.now() - 5
    state = members.call("keyOf", owner, key.thumbprint)
    members.send(contract_consortium.admin(1), "shrinkWindow", owner, key.thumbprint, state[3], before)
    answer = audit()
    assert (answer.exit_code, answer.failed) == (3, set())
    assert answer.place("keys", "key-window-cut")["jti"] == record.jti


def test_two_agencies_vouch(chain, built, tmp_path: Path, verify) -> None:
    urls = built.server.fresh()
    scenario = build(chain, urls.owner, tmp_path, agencies=2)
    trust = scenario.platform.trust()
    answer = verify("audit", "--database", urls.owner, "--trust", trust)
    assert answer.failed == set()
    assert answer.check("vouching")["result"] == "proved"
    assert answer.exit_code == 0
    stranger = scenario.platform.add_key("officer")
    record = scenario.platform.accept("case.step.v1", case_step(None, "立案", []), stranger)
    scenario.platform.anchor()
    answer = verify("audit", "--database", urls.owner, "--trust", trust)
    assert answer.place("keys", "key-unconfirmed")["jti"] == record.jti
    built.server.drop(urls)


def test_whole_log_rebuilt_with_new_roots(scenario: Scenario, database, audit) -> None:
    """The operator drops a record, moves the rest up, signs new heads and receipts;
    the contract remembers.
    """
    platform = scenario.platform
    log = platform.log
    dropped = scenario.case[-1]
    index = log.records.index(dropped)
    database.execute("DELETE FROM records.record WHERE jti = %s", (dropped.jti,))
    database.execute("UPDATE records.record SET leaf_index = leaf_index - 1 WHERE leaf_index > %s", (index,))
    log.records.remove(dropped)
    database.execute("DELETE FROM records.tree_head WHERE size > %s", (index,))
    for size in range(index + 1, len(log.records) + 1):
        root = contract_tree.root(log.leaves[:size])
        note = log.key.tree_head(size, root)
        database.execute(
            "INSERT INTO records.tree_head VALUES (%s, %s, %s, %s)", (log.name, size, root, note)
        )
    answer = audit()
    assert answer.exit_code == 1
    assert {"tree", "anchors"} <= answer.failed
    assert answer.place("anchors", "rolled-back")["index"] == len(log.records)


def test_entries_replaced_and_heads_signed_again(scenario: Scenario, database, audit) -> None:
    platform, log = scenario.platform, scenario.platform.log
    last = len(log.records)
    other = platform.make("case.step.v1", case_step(None, "结案", []), scenario.officer)
    gone = scenario.case[-1]
    log.records[log.records.index(gone)] = other
    received = int(time.time())
    receipt = log.key.receipt(other.leaf_hash, received, received + MERGE_DELAY)
    claims = other.claims
    database.execute(
        "UPDATE records.record SET jti=%s, identity=%s, sub=%s, seq=%s, iat=%s, entry=%s, disclosures=%s,"
        " received_at=to_timestamp(%s), receipt=%s WHERE jti=%s",
        (
            other.jti, other.identity, claims["sub"], claims["seq"], claims["iat"], other.entry,
            other.disclosures, received, receipt, gone.jti,
        ),
    )  # fmt: skip
    root = contract_tree.root(log.leaves)
    database.execute(
        "UPDATE records.tree_head SET root=%s, note=%s WHERE size=%s",
        (root, log.key.tree_head(last, root), last),
    )
    answer = audit()
    assert answer.exit_code == 1
    assert {"tree", "anchors"} <= answer.failed
    assert "contract" in answer.place("tree", "root")["detail"]
    assert answer.place("anchors", "split-view")["index"] == last


def test_rolled_back_to_an_old_backup(scenario: Scenario, database, audit) -> None:
    platform = scenario.platform
    log = platform.log
    size = log.anchored
    database.execute("DELETE FROM records.record WHERE leaf_index >= %s", (size - 3,))
    for table in ("tree_head", "anchor", "key_state"):
        database.execute(without(table, ">"), (size - 3,))
    answer = audit()
    assert answer.exit_code == 1
    place = answer.place("anchors", "rolled-back")
    assert (place["log"], place["index"]) == (log.name, size - 3)


def test_anchor_row_altered(scenario: Scenario, database, audit) -> None:
    database.execute("UPDATE records.anchor SET block_time = block_time - interval '20 days'")
    answer = audit()
    assert answer.failed == {"anchors"}
    assert answer.place("anchors", "altered")["column"] == "block_time"


def test_anchor_row_invented(scenario: Scenario, database, audit) -> None:
    database.execute(
        "INSERT INTO records.anchor SELECT log, size + 100, size, root, transaction, block_number,"
        " block_hash, block_time, proof FROM records.anchor ORDER BY size DESC LIMIT 1"
    )
    answer = audit()
    assert answer.place("anchors", "no-event")["index"] == scenario.platform.log.anchored + 100


def test_anchor_row_lost_is_named(scenario: Scenario, database, audit) -> None:
    size = scenario.platform.log.anchored
    for table in ("anchor", "key_state"):
        database.execute(without(table, "="), (size,))
    answer = audit()
    assert answer.place("anchors", "event-without-row")["index"] == size


def test_key_state_lost_or_of_another_block(scenario: Scenario, database, audit) -> None:
    database.execute(
        "UPDATE records.key_state k SET proof = o.proof FROM records.key_state o"
        " WHERE o.kid = k.kid AND o.size <> k.size"
    )
    assert audit().place("keys", "key-state-block")["table"] == "records.key_state"
    database.execute("DELETE FROM records.key_state")
    assert audit().place("keys", "key-state-missing")["log"] == scenario.platform.log.name


def test_tree_head_of_another_key(scenario: Scenario, database, audit) -> None:
    log = scenario.platform.log
    stranger = NoteKey(log.origin)
    root = contract_tree.root(log.leaves)
    note = stranger.tree_head(len(log.records), root)
    database.execute("UPDATE records.tree_head SET note = %s WHERE size = %s", (note, len(log.records)))
    answer = audit()
    assert {"tree", "anchors"} == answer.failed
    assert answer.place("anchors", "head-unsigned")["index"] == len(log.records)


# Another chain, no chain, no database


def test_another_contract(scenario: Scenario, audit) -> None:
    members = scenario.platform.consortium.members
    scenario.platform.consortium.log = scenario.platform.chain.deploy(
        account(0), "RecordLog", members.address
    )
    answer = audit()
    assert answer.exit_code == 1
    assert answer.place("chain", "log-unknown")["log"] == scenario.platform.agency
    assert "anchors" in answer.failed


@pytest.mark.parametrize(("part", "code"), [("genesis_hash", "genesis"), ("chain_id", "chain-id")])
def test_another_chain(scenario: Scenario, audit, part: str, code: str) -> None:
    web3 = scenario.platform.chain.web3
    pinned = {
        "chain_id": web3.eth.chain_id, "genesis_hash": web3.eth.get_block(0)["hash"].to_0x_hex(),
        "rpc": scenario.platform.rpc,
    }  # fmt: skip
    pinned[part] = 7 if part == "chain_id" else "0x" + "ab" * 32
    answer = audit(trust=scenario.platform.trust(chain=pinned))
    assert answer.exit_code == 1
    assert answer.place("chain", code)
    assert answer.check("keys")["result"] == "not evaluated"


def test_without_a_node_nothing_required_is_claimed(scenario: Scenario, audit) -> None:
    web3 = scenario.platform.chain.web3
    pinned = {
        "chain_id": web3.eth.chain_id,
        "genesis_hash": web3.eth.get_block(0)["hash"].to_0x_hex(),
        "rpc": None,
    }
    answer = audit(trust=scenario.platform.trust(chain=pinned))
    assert (answer.exit_code, answer.failed) == (3, set())
    for name in ("chain", "anchors", "keys", "vouching", "time", "receipts"):
        assert answer.check(name)["result"] == "not evaluated"


def test_node_that_does_not_answer(scenario: Scenario, audit) -> None:
    answer = audit("--rpc", "http://127.0.0.1:9")
    assert (answer.exit_code, answer.failed) == (3, set())


def test_signatures_switched_off(scenario: Scenario, database, audit) -> None:
    answer = audit("--no-signatures")
    assert answer.exit_code == 3
    assert answer.check("signatures")["result"] == "not evaluated"
    assert "receipts and tree heads are checked" in answer.check("signatures")["reason"]
    database.execute("UPDATE records.record SET receipt = replace(receipt, '/v1', '/v2')")
    assert audit("--no-signatures").place("receipts", "note-signature")


def test_unreachable_database(scenario: Scenario, capsys) -> None:
    from gridwitness_verifier.main import main

    trust = scenario.platform.trust()
    code_ = main(["audit", "--database", "postgresql://nobody@127.0.0.1:9/none", "--trust", str(trust)])
    assert code_ == 3
    assert "database" in capsys.readouterr().err


def test_memory_remembers_a_contradiction(scenario: Scenario, audit, tmp_path: Path) -> None:
    memory = tmp_path / "memory.json"
    assert audit("--memory", memory).exit_code == 0
    assert audit("--memory", memory).exit_code == 0
    text = memory.read_text()
    root = contract_tree.root(scenario.platform.log.leaves).hex()
    assert root in text
    memory.write_text(text.replace(root, "ab" * 32))
    answer = audit("--memory", memory)
    assert (answer.exit_code, answer.failed) == (1, {"memory"})
