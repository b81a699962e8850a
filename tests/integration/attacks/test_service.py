"""The service key and feeds: what an agency may say in its own name, and what it may not."""

from __future__ import annotations

from typing import Any

from gridwitness.members import AccountRow
from gridwitness.records import change
from gridwitness_evidence import Record, SigningKey
from support.attack import API, FEED, SERVICE, Judge, attack
from support.attack_door import Door
from support.attack_target import Target, place
from support.platform import CITY, POLICE, Officer, step_fields


@attack(
    "an officer's act under the service key",
    "以机关服务密钥冒作执法人员行为",
    by=SERVICE,
    helped_by=API,
    refused="key-purpose",
    found="keys:key-purpose",
    exit_code=1,
    located="log index jti sub seq",
)
def test_officers_act_under_the_service_key(target: Target, zhang: Officer, door: Door, judge: Judge) -> None:
    record = zhang.step(key=target.platform.keystore.service_key(CITY))
    judge.refusal(door.refusal(record))
    target.force(record)
    target.running.drain()
    judge(target.audit(), keys=place(record, log=CITY, index=target.size))


@attack(
    "an officer's act under the service key, handed out as a bundle",
    "以机关服务密钥冒作执法人员行为并开具证据包",
    by=SERVICE,
    helped_by=API,
    found="key:key-purpose",
    exit_code=1,
    located="jti sub seq",
)
def test_officers_act_under_the_service_key_in_a_bundle(target: Target, zhang: Officer, judge: Judge) -> None:
    record = zhang.step(key=target.platform.keystore.service_key(CITY))
    target.force(record)
    target.running.drain()
    judge(target.check(target.bundle(record)), key=place(record))


@attack(
    "rows changed by an effect the service key signed for a statement that is nowhere",
    "以并不存在的陈述为由，由服务密钥签名变更数据",
    by=SERVICE,
    found="rows:cause-missing",
    exit_code=1,
    located="log index jti",
)
def test_effect_of_a_statement_that_is_nowhere(target: Target, judge: Judge) -> None:
    zhang = target.story.zhang
    step = change(AccountRow, {"id": zhang.account}, active=False)
    cause = zhang.step(aud="gridwitness/" + "0" * 32 + "/" + CITY, seen=None).claims.jti
    with target.platform.transaction() as session:
        log = target.running.log()
        effect = target.platform.acceptance.machine_step(
            session, log, zhang.account_sub, [step], by=None, cause=cause
        )
    target.running.drain()
    judge(target.audit(), rows={"log": CITY, "index": target.size, "jti": effect})


@attack(
    "an officer switched off by a machine step, in order but for nobody's act",
    "由机关机器步骤停用一名人员，手续齐全而无人行为",
    by=SERVICE,
    exit_code=0,
    said="records nobody made, and what signers stated being true",
)
def test_machine_step_of_ones_own(target: Target, judge: Judge) -> None:
    zhang = target.story.zhang
    step = change(AccountRow, {"id": zhang.account}, active=False)
    with target.platform.transaction() as session:
        log = target.running.log()
        target.platform.acceptance.machine_step(session, log, zhang.account_sub, [step], by=None)
    target.running.drain()
    judge(target.audit())


@attack(
    "a feed that signs an officer's act",
    "数据源冒作执法人员签名",
    by=FEED,
    helped_by=API,
    refused="key-purpose",
    found="keys:key-purpose",
    exit_code=1,
    located="log index jti sub seq",
)
def test_feed_signs_an_officers_act(target: Target, door: Door, judge: Judge) -> None:
    feed = feed_of(target)
    record = feed.step()
    judge.refusal(door.refusal(record))
    target.force(record)
    target.running.drain()
    judge(target.audit(), keys=place(record, log=CITY, index=target.leaf(record)))


@attack(
    "a feed that passes for one of another agency",
    "数据源冒充其他机关的数据源",
    by=FEED,
    helped_by=API,
    refused="key-unknown",
    found="keys:key-unknown",
    exit_code=1,
    located="log index jti sub seq",
)
def test_feed_passes_for_another(target: Target, door: Door, judge: Judge) -> None:
    record = anomaly(target, feed_of(target), iss=POLICE)
    judge.refusal(door.refusal(record))
    target.force(record)
    target.running.drain()
    judge(target.audit(), keys=place(record, log=CITY, index=target.leaf(record)))


def feed_of(target: Target) -> Officer:
    """A checkpoint's key, registered for feeds and confirmed."""
    feed = target.running.officer("checkpoint-7", confirmed=False)
    feed.key = SigningKey.generate("ES256")
    feed.offer(purpose="feed", holder=None)
    feed.confirm()
    target.running.drain()
    return feed


def anomaly(target: Target, feed: Officer, **claims: Any) -> Record:
    fields = {
        "rule": "R-12", "rule_version": "1", "plate": "浙A00001", "plate_color": "yellow",
        "checkpoint": "K-7",
        "occurred_at": step_fields(target.running.clock.now())["occurred_at"], "state": "suspected",
        "reason": "从未经过的车辆", "inputs": [], "files": [],
    }  # fmt: skip
    claims = {"src": "device", "aud": target.running.log().origin, "seen": target.running.seen(), **claims}
    return feed.sign("truck.anomaly.v1", fields, **claims)


@attack(
    "a feed that reports what its device never saw",
    "数据源上报设备从未观测到的事项",
    by=FEED,
    exit_code=0,
    said="records nobody made, and what signers stated being true",
)
def test_feed_reports_what_it_never_saw(target: Target, judge: Judge) -> None:
    feed = feed_of(target)
    assert target.running.accept(anomaly(target, feed))[0].error is None
    target.running.drain()
    judge(target.audit())
