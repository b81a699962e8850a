"""The whole platform in one hand, the chain's node, and both together."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gridwitness.chain import DEPLOYMENT_FILE
from gridwitness.errors import GridWitnessError
from gridwitness.worker import Worker
from gridwitness_chain import Anvil, RemoteEngine, deploy
from gridwitness_evidence import Record
from gridwitness_verifier.receipt_proof import EVENT_TOPIC
from support.attack import CHAIN, EVERYTHING, OPERATOR, Judge, attack
from support.attack_log import resealed
from support.attack_node import lying_node
from support.attack_target import Target
from support.platform import CITY, POLICE, Officer
from support.sealing import address_of, validator_keys
from support.submit_door import served

THREE_WEEKS = 21 * 86_400


@pytest.fixture
def zhang(target: Target) -> Officer:
    return target.mine(target.story.zhang)


# The operator of the platform


def rebuild(target: Target) -> None:
    """A case taken out of the database, the log closed up over it, every head and tile made anew."""
    with target.owner() as owner:
        owner.execute("DELETE FROM records.record WHERE sub = %s", (target.story.other[0].claims.sub,))
        owner.execute("ALTER TABLE records.record DROP CONSTRAINT uq_record_log_leaf_index")
        owner.execute(
            "UPDATE records.record r SET leaf_index = n.place FROM (SELECT jti, row_number() OVER"
            " (PARTITION BY log ORDER BY leaf_index) - 1 AS place FROM records.record) n WHERE n.jti = r.jti"
        )
    assert resealed(target) == 29


@attack(
    "the whole log rebuilt without a case, every root recomputed and signed",
    "剔除一案后重建整个日志并重算、重签各树根",
    by=OPERATOR,
    found="tree:root anchors:rolled-back time:seen-after",
    exit_code=1,
    located="log index",
)
def test_log_rebuilt(target: Target, judge: Judge) -> None:
    rebuild(target)
    judge(target.audit(), tree={"log": CITY, "index": 26}, anchors={"log": CITY, "index": 29})


@attack(
    "the whole log rebuilt without a case: the served log",
    "剔除一案后重建整个日志（公开日志）",
    by=OPERATOR,
    found="tree:root anchors:rolled-back time:seen-after",
    exit_code=1,
    located="log index",
)
def test_log_rebuilt_and_served(target: Target, judge: Judge) -> None:
    rebuild(target)
    with served(target.platform) as url:
        judge(target.log(url), tree={"log": CITY, "index": 26}, anchors={"log": CITY, "index": 29})


def rolled_back(target: Target, zhang: Officer) -> Record:
    """Database and tiles as they were before the newest step; gives that step."""
    backup = target.backup()
    record = zhang.step(after=target.story.case[-1], fields={"step": "结案"})
    target.running.accept(record)
    target.running.drain()
    target.restore(backup)
    return record


@attack(
    "database and tiles rolled back to an old backup",
    "将数据库与日志块回退到旧备份",
    by=OPERATOR,
    refused="database-behind",
    found="anchors:rolled-back tree:root-missing",
    exit_code=1,
    located="log index",
)
def test_rolled_back(target: Target, zhang: Officer, judge: Judge) -> None:
    rolled_back(target, zhang)
    with pytest.raises(GridWitnessError) as refused:
        Worker(target.platform).check_standing()
    judge.refusal(refused.value.code)
    judge(target.audit(), anchors={"log": CITY, "index": 31}, tree={"log": CITY, "index": 31})


@attack(
    "database and tiles rolled back: the served log",
    "将数据库与日志块回退（公开日志）",
    by=OPERATOR,
    found="anchors:rolled-back",
    exit_code=1,
    located="log index",
)
def test_rolled_back_and_served(target: Target, zhang: Officer, judge: Judge) -> None:
    rolled_back(target, zhang)
    with served(target.platform) as url:
        judge(target.log(url), anchors={"log": CITY, "index": 31})


@attack(
    "the deployment cloned; the clone anchors other records first",
    "克隆部署，由克隆方抢先锚定其他记录",
    by=OPERATOR,
    refused="database-behind",
    found="anchors:rolled-back tree:root-missing",
    exit_code=1,
    located="log index",
)
def test_cloned(target: Target, zhang: Officer, judge: Judge) -> None:
    with target.another(target.backup()) as clone:
        clone.running.accept(clone.mine(zhang).step())
        clone.running.drain()
        assert clone.audit().exit_code == 0
    target.running.accept(zhang.step())
    with pytest.raises(GridWitnessError) as refused:
        Worker(target.platform).round()
    judge.refusal(refused.value.code)
    judge(target.audit(), anchors={"log": CITY, "index": 31}, tree={"log": CITY, "index": 31})


@attack(
    "the deployment cloned: who holds a receipt of the original asks the clone",
    "克隆部署：持原部署回执者查验克隆方日志",
    by=OPERATOR,
    found="receipts:omitted",
    exit_code=1,
    located="log file",
)
def test_clone_and_a_receipt(target: Target, zhang: Officer, judge: Judge) -> None:
    backup = target.backup()
    record = zhang.step()
    target.running.accept(record)
    receipts = target.receipts(record)
    with target.another(backup) as clone:
        clone.running.advance(2 * 3600)
        clone.running.accept(clone.mine(zhang).step())
        clone.running.drain()
        with served(clone.platform) as url:
            report = clone.log(url, "--receipts", str(receipts))
            judge(report, receipts={"log": CITY, "file": record.claims.jti})


@attack(
    "the platform pointed at another contract on the same chain",
    "将平台指向同链上的另一合约",
    by=OPERATOR,
    found="anchors:no-event keys:key-state-contract time:seen-unknown",
    exit_code=1,
    located="log index jti table key",
)
def test_another_contract(target: Target, zhang: Officer, judge: Judge) -> None:
    moved = on_other_contracts(target)
    record = zhang.step()
    moved.running.accept(record)
    moved.running.drain(Worker(moved.platform))
    last = zhang.step(after=record, seen=moved.running.seen())
    moved.running.accept(last)
    moved.running.drain(Worker(moved.platform))
    moved.platform.close()
    judge(
        target.audit(),
        anchors={"log": CITY, "index": 32, "table": "records.anchor", "key": "32"},
        time={"log": CITY, "index": 32, "jti": last.claims.jti},
    )


def on_other_contracts(target: Target) -> Target:
    """The platform after its operator deployed contracts of the same name again and opened the same logs there."""
    old = target.platform.chain.deployment
    keystore, home = target.platform.keystore, target.running.settings.chain_dir
    (home / DEPLOYMENT_FILE).unlink()
    engine = RemoteEngine(target.running.rpc_url).start()
    founding = [(code, keystore.account("registrar", code).address) for code in (CITY, POLICE)]
    deployer = keystore.account("deployer", "second", make=True)
    deploy(engine, deployer, founding, bytes.fromhex(old.deployment), home / DEPLOYMENT_FILE)
    engine.stop()
    moved = target.reconfigured()
    chain = moved.platform.chain
    for code in (CITY, POLICE):
        log = target.running.log(code)
        anchorer = keystore.account("anchorer", code).address
        call = chain.contracts.record_log.open_log(log.origin, code, anchorer, log.maximum_merge_delay)
        chain.decide([CITY, POLICE], chain.contracts.record_log, call)
    return moved


# The node, or who operates the chain


@attack(
    "a node that answers from another chain",
    "节点以另一条链应答",
    by=CHAIN,
    found="chain:genesis anchors::not-evaluated keys::not-evaluated",
    exit_code=1,
)
def test_another_chain(target: Target, judge: Judge, tmp_path: Path) -> None:
    with Anvil(tmp_path / "chain") as other:
        judge(target.audit("--rpc", other.url))


@attack(
    "a node that does not answer",
    "节点不应答",
    by=CHAIN,
    found="chain::not-evaluated anchors::not-evaluated keys::not-evaluated receipts::not-evaluated",
    exit_code=3,
)
def test_node_silent(target: Target, judge: Judge) -> None:
    judge(target.audit("--rpc", "http://127.0.0.1:9"))


@attack(
    "a node that hides the newest anchors",
    "节点隐瞒最新的锚定",
    by=CHAIN,
    found="anchors:no-event time:seen-unknown",
    exit_code=1,
    located="log index table key",
)
def test_node_hides_the_newest(target: Target, zhang: Officer, judge: Judge) -> None:
    before = hex(target.running.engine.block_number())
    step = zhang.step()
    target.running.accept(step)
    target.running.drain()
    target.running.accept(zhang.step(after=step))

    def lie(method: str, result: Any) -> Any:
        return before if method == "eth_blockNumber" else result

    with lying_node(target.running.rpc_url, lie) as url:
        place = {"log": CITY, "index": 32, "table": "records.anchor", "key": "32"}
        judge(target.audit("--rpc", url), anchors=place)


@attack(
    "a node that leaves an anchor out",
    "节点略去一次锚定",
    by=CHAIN,
    found="chain:event-order anchors::not-evaluated",
    exit_code=1,
)
def test_node_leaves_an_anchor_out(target: Target, judge: Judge) -> None:
    def lie(method: str, result: Any) -> Any:
        if method != "eth_getLogs":
            return result
        topic = f"0x{EVENT_TOPIC.hex()}"
        dropped = next((log for log in result if log["topics"][0] == topic), None)
        return [log for log in result if log is not dropped]

    with lying_node(target.running.rpc_url, lie) as url:
        judge(target.audit("--rpc", url))


@attack(
    "a node that gives a block another time",
    "节点篡改区块时间",
    by=CHAIN,
    found="chain::not-evaluated anchors::not-evaluated",
    exit_code=3,
    said="do not hash to the hash the node names",
)
def test_node_gives_another_time(target: Target, judge: Judge) -> None:
    def lie(method: str, result: Any) -> Any:
        if method == "eth_getBlockByNumber" and result["number"] != "0x0":
            return result | {"timestamp": hex(int(result["timestamp"], 16) - THREE_WEEKS)}
        return result

    with lying_node(target.running.rpc_url, lie) as url:
        judge(target.audit("--rpc", url))


@attack(
    "the contract's code replaced on the chain",
    "在链上替换合约代码",
    by=CHAIN,
    found="chain:contract-code anchors::not-evaluated",
    exit_code=1,
)
def test_contract_code_replaced(target: Target, judge: Judge) -> None:
    address = json.loads(target.trust.read_text("utf-8"))["contracts"]["record_log"]["address"]
    target.running.engine.rpc.call("anvil_setCode", address, "0x6000")
    judge(target.audit())


@attack(
    "a chain of one operator passed off as one of four validators",
    "以单一运营方的链冒充四个验证节点的联盟链",
    by=CHAIN,
    found="independence:qbft-form",
    exit_code=1,
)
def test_one_operator_for_four_validators(target: Target, judge: Judge, tmp_path: Path) -> None:
    trust = json.loads(target.trust.read_text("utf-8"))
    trust["validators"] = [
        {"address": f"0x{address_of(key).hex()}", "operator": f"3301{n}0", "from_block": 0, "to_block": None}
        for n, key in enumerate(validator_keys(4), start=10)
    ]
    path = tmp_path / "trust.json"
    path.write_text(json.dumps(trust), encoding="utf-8")
    judge(target.audit(trust=path))


# Platform and chain in one hand


@pytest.fixture
def rewritten(target: Target, zhang: Officer) -> Iterator[dict[str, Any]]:
    """The last step of the case and everything after it taken back, chain included, and another put in its place.

    Gives what others kept of the first history: receipts, a bundle, a memory.
    """
    backup = target.backup()
    memory = target.home.parent / f"{target.home.name}-{os.getpid()}.memory.json"
    step = zhang.step(after=target.story.case[-1], fields={"step": "结案", "outcome": "移送"})
    target.running.accept(step)
    target.running.drain()
    assert target.audit("--memory", str(memory)).exit_code == 0
    kept = {"step": step, "bundle": target.bundle(step), "memory": memory}
    receipt = target.one("SELECT receipt FROM records.record WHERE jti = %s", step.claims.jti)["receipt"]
    target.restore(backup, chain=True)
    folder = target.home / "kept-receipts"
    folder.mkdir()
    (folder / step.claims.jti).write_text(receipt, encoding="utf-8")
    target.running.advance(2 * 3600)
    other = target.mine(target.story.zhang).step(after=target.story.case[-1], fields={"step": "撤案"})
    assert target.running.accept(other)[0].error is None
    target.running.drain()
    yield kept | {"receipts": folder}
    memory.unlink()


@attack(
    "the chain rewritten whole by its one operator, with database, tiles and keys",
    "单一运营方改写整条链及数据库、日志块与密钥",
    by=EVERYTHING,
    exit_code=0,
    found="independence::not-evaluated",
    said="one operator can rewrite this chain",
)
def test_all_rewritten(target: Target, rewritten: dict[str, Any], judge: Judge) -> None:
    judge(target.audit())


@attack(
    "the chain rewritten whole, to one who keeps a memory",
    "改写整条链，而核查方留有记忆",
    by=EVERYTHING,
    found="memory:memory-head",
    exit_code=1,
    located="log",
)
def test_all_rewritten_and_a_memory(target: Target, rewritten: dict[str, Any], judge: Judge) -> None:
    report = target.audit("--memory", str(rewritten["memory"]))
    judge(report, memory={"log": target.running.log().origin})


@attack(
    "the chain rewritten whole, to one who holds a receipt",
    "改写整条链，而当事人持有回执",
    by=EVERYTHING,
    found="receipts:omitted",
    exit_code=1,
    located="log file",
)
def test_all_rewritten_and_a_receipt(target: Target, rewritten: dict[str, Any], judge: Judge) -> None:
    with served(target.platform) as url:
        report = target.log(url, "--receipts", str(rewritten["receipts"]))
    judge(report, receipts={"log": CITY, "file": rewritten["step"].claims.jti})


@attack(
    "the chain rewritten whole, to one who holds a bundle and asks the node",
    "改写整条链，而持证据包者查询节点",
    by=EVERYTHING,
    found="anchor:not-canonical",
    exit_code=1,
    located="jti",
)
def test_all_rewritten_and_a_bundle(target: Target, rewritten: dict[str, Any], judge: Judge) -> None:
    report = target.check(rewritten["bundle"], "--rpc", target.running.rpc_url)
    judge(report, anchor={"jti": rewritten["step"].claims.jti})


@attack(
    "a statement backdated three weeks, together with the chain's clock",
    "连同链上时钟一并倒签三周",
    by=EVERYTHING,
    exit_code=0,
    found="time::claimed independence::not-evaluated",
    said="chain time is that of one operator",
)
def test_backdated_with_the_chain(target: Target, judge: Judge) -> None:
    """Nothing was anchored for three weeks; then all clocks are set back to the first of these days."""
    before = target.backup()
    target.running.advance(THREE_WEEKS)
    target.restore(before, chain=True)
    record = target.mine(target.story.zhang).step(after=target.story.case[-1])
    assert target.running.accept(record)[0].error is None
    target.running.drain()
    judge(target.audit())


