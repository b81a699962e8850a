"""The operator of the platform: the log rebuilt, rolled back, cloned, pointed elsewhere."""

from __future__ import annotations

import pytest
from gridwitness.chain import DEPLOYMENT_FILE
from gridwitness.errors import GridWitnessError
from gridwitness.worker import Worker
from gridwitness_chain import RemoteEngine, deploy
from gridwitness_evidence import Record
from support.attack import OPERATOR, Judge, attack
from support.attack_log import resealed
from support.attack_target import Target
from support.platform import CITY, POLICE, Officer
from support.submit_door import served


def rebuild(target: Target) -> None:
    """A case taken out of the database, the log closed up over it, every head and tile made anew."""
    with target.owner() as owner:
        owner.execute("DELETE FROM records.record WHERE sub = %s", (target.story.other[0].claims.sub,))
        owner.execute("ALTER TABLE records.record DROP CONSTRAINT uq_record_log_leaf_index")
        owner.execute(
            "UPDATE records.record r SET leaf_index = n.place FROM (SELECT jti, row_number() OVER"
            " (PARTITION BY log ORDER BY leaf_index) - 1 AS place FROM records.record) n WHERE n.jti = r.jti"
        )
    assert resealed(target) == target.size - 2


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
    judge(
        target.audit(),
        tree={"log": CITY, "index": target.size - 5},
        anchors={"log": CITY, "index": target.size - 2},
    )


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
        judge(
            target.log(url),
            tree={"log": CITY, "index": target.size - 5},
            anchors={"log": CITY, "index": target.size - 2},
        )


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
    judge(
        target.audit(), anchors={"log": CITY, "index": target.size}, tree={"log": CITY, "index": target.size}
    )


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
        judge(target.log(url), anchors={"log": CITY, "index": target.size})


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
    judge(
        target.audit(), anchors={"log": CITY, "index": target.size}, tree={"log": CITY, "index": target.size}
    )


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
        anchors={
            "log": CITY,
            "index": target.size + 1,
            "table": "records.anchor",
            "key": str(target.size + 1),
        },
        time={"log": CITY, "index": target.size + 1, "jti": last.claims.jti},
    )


def on_other_contracts(target: Target) -> Target:
    """The platform after its operator deployed the contracts again and opened the same logs there."""
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
