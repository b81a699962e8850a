"""The anchorer's account, and the worker that uses it."""

from __future__ import annotations

import hashlib

import pytest
from gridwitness.errors import GridWitnessError
from gridwitness.worker import Worker
from gridwitness_chain import Reverted, log_id
from gridwitness_evidence import Record
from support.attack import ANCHORER, WORKER, Judge, attack
from support.attack_log import extended
from support.attack_target import Target
from support.platform import CITY, POLICE, Officer
from support.stolen_anchorer import append_junk, recover


@attack(
    "junk appended to the log in the contract",
    "向合约日志追加垃圾",
    by=ANCHORER,
    refused="database-behind",
    found="anchors:head-unsigned tree:root-missing",
    exit_code=1,
    located="log index",
)
def test_junk_appended(target: Target, judge: Judge) -> None:
    append_junk(target.running)
    with pytest.raises(GridWitnessError) as refused:
        Worker(target.platform).round()
    judge.refusal(refused.value.code)
    judge(
        target.audit(),
        anchors={"log": CITY, "index": target.size + 2},
        tree={"log": CITY, "index": target.size},
    )


@attack(
    "junk appended, and the log recovered by succession",
    "追加垃圾之后以后继日志恢复",
    by=ANCHORER,
    found="anchors:disowned:proved",
    exit_code=0,
    located="log index",
)
def test_junk_and_succession(target: Target, judge: Judge) -> None:
    append_junk(target.running)
    found = recover(target.running, accept_loss=True)
    assert found.lost == (target.size, target.size + 1)
    target.running.drain(Worker(target.platform))
    judge(target.audit(trust=target.proposed_trust()), anchors={"log": CITY, "index": target.size + 2})


@attack(
    "the log cut back, or rewritten, in the contract",
    "在合约中截短或改写日志",
    by=ANCHORER,
    refused="RecordLogSizeMismatch RecordLogInconsistent",
    exit_code=0,
)
def test_log_rewritten_in_the_contract(target: Target, judge: Judge) -> None:
    chain, name = target.platform.chain, log_id(target.running.log().origin)
    contract = chain.contracts.record_log
    root = hashlib.sha256(b"another").digest()
    size = target.size
    for sizes, proof in (((size - 3, size - 1), [root]), ((size, size + 9), [root] * 4)):
        with pytest.raises(GridWitnessError) as refused:
            chain.submit(chain.anchorer(CITY), contract, contract.append(name, *sizes, root, proof))
        assert isinstance(refused.value.__cause__, Reverted)
        judge.refusal(refused.value.__cause__.error)
    judge(target.audit())


@attack(
    "nothing anchored any more",
    "停止锚定",
    by=WORKER,
    found="receipts:overdue",
    exit_code=1,
    located="log jti",
)
def test_anchoring_stopped(target: Target, zhang: Officer, judge: Judge) -> None:
    record = zhang.step()
    target.running.accept(record)
    target.running.advance(2 * 3600)
    target.running.officer("guest", agency=POLICE)  # the chain goes on
    judge(target.audit(), receipts={"log": CITY, "jti": record.claims.jti})


@attack(
    "anchored later than promised",
    "晚于承诺时间锚定",
    by=WORKER,
    exit_code=0,
    said="1 were anchored later than promised",
)
def test_anchored_late(target: Target, zhang: Officer, judge: Judge) -> None:
    target.running.accept(zhang.step())
    target.running.advance(2 * 3600)
    target.running.drain()
    judge(target.audit())


@attack(
    "the order within a batch chosen",
    "自行安排同批次内的次序",
    by=WORKER,
    exit_code=0,
    said="the order in which records of one batch came",
)
def test_order_within_a_batch(target: Target, zhang: Officer, judge: Judge) -> None:
    first, second = zhang.step(), zhang.step()
    target.running.accept(first)
    target.running.accept(second)
    target.tamper(
        "UPDATE records.record SET accept_order = accept_order + 9 WHERE jti = %s", first.claims.jti
    )
    target.running.drain()
    assert target.leaf(second) < target.leaf(first)
    judge(target.audit())


@attack(
    "one entry put in another's place in the tiles, and anchored",
    "以一条目顶替另一条目入册并锚定",
    by=WORKER,
    found="tree:root",
    exit_code=1,
    located="log index",
)
def test_place_given_twice(target: Target, zhang: Officer, judge: Judge) -> None:
    twice(target, zhang)
    judge(target.audit(), tree={"log": CITY, "index": target.size})


@attack(
    "one entry put in another's place in the tiles, and anchored: the served log",
    "以一条目顶替另一条目入册并锚定（公开日志）",
    by=WORKER,
    found="entries:jti-twice receipts:omitted",
    exit_code=1,
    located="log file",
)
def test_place_given_twice_in_the_served_log(target: Target, url: str, zhang: Officer, judge: Judge) -> None:
    dropped = twice(target, zhang)
    target.running.advance(2 * 3600)
    target.running.accept(zhang.step())
    target.running.drain()
    report = target.log(url, "--receipts", str(target.receipts(dropped)))
    judge(report, receipts={"log": CITY, "file": dropped.claims.jti}, entries={"log": CITY})


def twice(target: Target, zhang: Officer) -> Record:
    """Two records are accepted; the tiles hold the first one twice. Gives the one that was dropped."""
    kept, dropped = zhang.step(), zhang.step()
    target.running.accept(kept, dropped)
    with target.owner() as owner:
        for index, record in enumerate((kept, dropped), start=target.size):
            owner.execute(
                "UPDATE records.record SET leaf_index = %s WHERE jti = %s", (index, record.claims.jti)
            )
    extended(target, [kept.entry.encode()] * 2)
    target.running.worker.round()
    return dropped
