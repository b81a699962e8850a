"""The node the verifier asks, and who operates the chain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gridwitness_chain import Anvil
from gridwitness_verifier.receipt_proof import EVENT_TOPIC
from support.attack import CHAIN, Judge, attack
from support.attack_node import lying_node
from support.attack_target import Target
from support.platform import CITY, Officer
from support.sealing import address_of, validator_keys

THREE_WEEKS = 21 * 86_400


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
        place = {
            "log": CITY,
            "index": target.size + 1,
            "table": "records.anchor",
            "key": str(target.size + 1),
        }
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
