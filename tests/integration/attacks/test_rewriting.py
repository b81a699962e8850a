"""Platform and chain in one hand: another history that agrees with itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from support.attack import EVERYTHING, Judge, attack
from support.attack_target import Target
from support.platform import CITY, Officer
from support.submit_door import served

THREE_WEEKS = 21 * 86_400


@pytest.fixture
def rewritten(target: Target, zhang: Officer) -> Iterator[dict[str, Any]]:
    """The last step of the case taken back, chain included, and another put in its place.

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
