"""What an officer, a feed or the API process may try: refused at the door, found where the door was left open."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from gridwitness.members import AccountRow
from gridwitness.records import change
from gridwitness_evidence import Record, SigningKey, parse_presentation
from support.attack import API, FEED, OFFICER, SERVICE, Judge, attack
from support.attack_forgery import malleated
from support.attack_target import Target
from support.platform import CITY, POLICE, Officer, step_fields
from support.submit_door import served

THREE_WEEKS = 21 * 86_400


class Door:
    """The platform's real door over HTTP, for one officer."""

    def __init__(self, url: str, officer: Officer) -> None:
        self.url = url
        self._headers = {"Authorization": f"Bearer {officer.token}", "Content-Type": "application/sd-jwt"}

    def submit(self, presentation: str) -> httpx.Response:
        return httpx.post(
            f"{self.url}/api/v1/records", content=presentation.encode(), headers=self._headers, trust_env=False
        )

    def refusal(self, record: Record | str) -> str:
        """The code with which a record is refused."""
        answer = self.submit(record if isinstance(record, str) else record.presentation)
        assert 400 <= answer.status_code < 500, answer.text
        return str(answer.json()["code"])


@pytest.fixture
def zhang(target: Target) -> Officer:
    return target.mine(target.story.zhang)


@pytest.fixture
def door(target: Target, zhang: Officer) -> Iterator[Door]:
    with served(target.platform) as url:
        yield Door(url, zhang)


def place(record: Record, **more: object) -> dict[str, object]:
    return {"jti": record.claims.jti, "sub": record.claims.sub, "seq": record.claims.seq, **more}


@attack(
    "a statement signed three weeks back",
    "倒签三周",
    by=OFFICER,
    helped_by=API,
    refused="backdated",
    found="time:backdated",
    exit_code=1,
    located="log index jti sub seq",
)
def test_backdated(target: Target, zhang: Officer, door: Door, judge: Judge) -> None:
    record = zhang.step(iat=int(target.running.clock.now().timestamp()) - THREE_WEEKS)
    judge.refusal(door.refusal(record))
    lax = target.reconfigured(time_tolerance_seconds=10 * THREE_WEEKS)
    assert lax.running.accept(record)[0].error is None
    lax.running.drain()
    lax.platform.close()
    judge(target.audit(), time=place(record, log=CITY, index=31))


@attack(
    "a statement signed three weeks back that names no head",
    "倒签三周且不写所见树头",
    by=OFFICER,
    helped_by=API,
    refused="seen-missing",
    found="time:seen-missing",
    exit_code=1,
    located="log index jti sub seq",
)
def test_backdated_without_seen(target: Target, zhang: Officer, judge: Judge) -> None:
    before = int(target.running.clock.now().timestamp())
    target.running.advance(THREE_WEEKS)
    record = zhang.step(iat=before + 3600, seen=None)
    with served(target.platform) as url:
        judge.refusal(Door(url, zhang).refusal(record))
    target.force(record)
    target.running.drain()
    judge(target.audit(), time=place(record, log=CITY, index=31))


@attack(
    "two statements at one place of a case's history",
    "同一案件同一序号两条陈述（分叉）",
    by=OFFICER,
    helped_by=API,
    refused="subject-moved",
    found="subjects:fork",
    exit_code=1,
    located="log index jti sub seq",
)
def test_two_branches(target: Target, zhang: Officer, door: Door, judge: Judge) -> None:
    fork = fork_in(target, zhang)
    judge.refusal(door.refusal(fork))
    target.force(fork)
    target.running.drain()
    judge(target.audit(), subjects=place(fork, log=CITY, index=31))


@attack(
    "two statements at one place of a case's history, seen in the served log",
    "分叉，由公开日志发现",
    by=API,
    found="entries:fork",
    exit_code=1,
    located="log index jti sub seq",
)
def test_two_branches_in_the_served_log(target: Target, zhang: Officer, door: Door, judge: Judge) -> None:
    fork = fork_in(target, zhang)
    target.force(fork)
    target.running.drain()
    judge(target.log(door.url), entries=place(fork, log=CITY, index=31))


def fork_in(target: Target, zhang: Officer) -> Record:
    """A second last step of the case; the unique constraint that stands against it is dropped."""
    first, second, _ = target.story.case
    with target.owner() as owner:
        owner.execute("ALTER TABLE records.record DROP CONSTRAINT uq_record_sub_log_seq")
    return zhang.step(sub=first.claims.sub, seq=2, prev=second.digest, fields={"outcome": "不予处罚"})


@attack(
    "the same statement handed in again with a malleated signature",
    "以可延展签名再次提交同一陈述",
    by=API,
    refused="identity-conflict",
    found="entries:jti-twice subjects:fork",
    exit_code=1,
    located="log index jti sub seq",
)
def test_malleated_twin(target: Target, door: Door, judge: Judge) -> None:
    record = target.story.case[-1]
    shown = record.presentation.removeprefix(record.entry)
    judge.refusal(door.refusal(malleated(record) + shown))
    with target.owner() as owner:
        for constraint in ("pk_record", "uq_record_identity", "uq_record_sub_log_seq"):
            owner.execute(f"ALTER TABLE records.record DROP CONSTRAINT {constraint}".encode())
    target.force(parse_presentation(malleated(record) + shown))
    judge(target.audit(), entries={"jti": record.claims.jti, "log": CITY, "index": 30}, subjects=place(record))


@attack(
    "a record of another deployment",
    "混入其他部署的记录",
    by=API,
    refused="foreign-log",
    found="entries:foreign",
    exit_code=1,
    located="log index jti sub seq",
)
def test_record_of_another_deployment(target: Target, zhang: Officer, door: Door, judge: Judge) -> None:
    record = zhang.step(aud=f"gridwitness/{secrets.token_hex(16)}/{CITY}")
    judge.refusal(door.refusal(record))
    target.force(record)
    target.running.drain()
    judge(target.audit(), entries=place(record, log=CITY, index=31))


@attack(
    "an officer's act under the service key",
    "以机关服务密钥冒作执法人员行为",
    by=SERVICE,
    refused="key-purpose",
    found="keys:key-purpose",
    exit_code=1,
    located="log index jti sub seq",
)
def test_officers_act_under_the_service_key(
    target: Target, zhang: Officer, door: Door, judge: Judge
) -> None:
    record = zhang.step(key=target.platform.keystore.service_key(CITY))
    judge.refusal(door.refusal(record))
    target.force(record)
    target.running.drain()
    judge(target.audit(), keys=place(record, log=CITY, index=31))


@attack(
    "an officer's act under the service key, handed out as a bundle",
    "以机关服务密钥冒作执法人员行为并开具证据包",
    by=SERVICE,
    found="key:key-purpose",
    exit_code=1,
    located="jti sub seq",
)
def test_officers_act_under_the_service_key_in_a_bundle(
    target: Target, zhang: Officer, judge: Judge
) -> None:
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
    judge(target.audit(), rows={"log": CITY, "index": 31, "jti": effect})


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
        "rule": "R-12", "rule_version": "1", "plate": "浙A00001", "plate_color": "yellow", "checkpoint": "K-7",
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


@attack(
    "an officer's key that states what did not happen",
    "执法人员签名陈述不实事项",
    by=OFFICER,
    exit_code=0,
    said="records nobody made, and what signers stated being true",
)
def test_statement_that_is_not_true(target: Target, zhang: Officer, door: Door, judge: Judge) -> None:
    record = zhang.step(fields={"facts": "从未发生"})
    assert door.submit(record.presentation).status_code == 201
    target.running.drain()
    judge(target.audit())


@attack(
    "a step that nobody ever recorded",
    "从未记录的环节",
    by=OFFICER,
    exit_code=0,
    said="records nobody made",
)
def test_step_nobody_recorded(target: Target, zhang: Officer, judge: Judge) -> None:
    last = target.story.case[-1]
    target.running.accept(zhang.step(after=last, fields={"step": "结案"}))
    target.running.drain()
    judge(target.audit())


@attack(
    "a record whose signature is nobody's, in a bundle",
    "无效签名的记录开具证据包",
    by=OFFICER,
    helped_by=API,
    refused="signature",
    found="signature:signature",
    exit_code=1,
    located="jti sub seq",
)
def test_invalid_signature_in_a_bundle(target: Target, zhang: Officer, door: Door, judge: Judge) -> None:
    record = unsigned(zhang)
    judge.refusal(door.refusal(record))
    target.force(record)
    target.running.drain()
    judge(target.check(target.bundle(record)), signature=place(record))


@attack(
    "a record whose signature is nobody's",
    "无效签名的记录",
    by=OFFICER,
    helped_by=API,
    refused="signature",
    found="signatures:signature",
    exit_code=1,
    located="log index jti sub seq",
)
def test_invalid_signature(target: Target, zhang: Officer, door: Door, judge: Judge) -> None:
    record = unsigned(zhang)
    judge.refusal(door.refusal(record))
    target.force(record)
    target.running.drain()
    judge(target.audit(), signatures=place(record, log=CITY, index=31))


def unsigned(zhang: Officer) -> Record:
    record = zhang.step()
    entry, _, signature = record.entry.rpartition(".")
    other = zhang.step().entry.rpartition(".")[2]
    assert signature != other
    return parse_presentation(f"{entry}.{other}" + record.presentation.removeprefix(record.entry))


@attack(
    "an accepted record dropped before it was sequenced; its receipt was kept",
    "受理后入册前丢弃记录（回执尚在）",
    by=API,
    found="receipts:omitted",
    exit_code=1,
    located="log file",
)
def test_dropped_before_sequencing(target: Target, zhang: Officer, door: Door, judge: Judge) -> None:
    record, receipts = dropped(target, zhang, door)
    target.running.advance(2 * 3600)
    target.running.accept(zhang.step())
    target.running.drain()
    report = target.log(door.url, "--receipts", str(receipts))
    judge(report, receipts={"log": CITY, "file": record.claims.jti})


@attack(
    "an accepted record dropped before it was sequenced; nobody kept the receipt",
    "受理后入册前丢弃记录（无人留存回执）",
    by=API,
    exit_code=0,
    said="if they were dropped before they were anchored",
)
def test_dropped_and_no_receipt(target: Target, zhang: Officer, door: Door, judge: Judge) -> None:
    dropped(target, zhang, door)
    target.running.advance(2 * 3600)
    target.running.drain()
    judge(target.audit())


def dropped(target: Target, zhang: Officer, door: Door) -> tuple[Record, object]:
    """A step handed in over HTTP, answered with a receipt, and deleted before the worker saw it."""
    record = zhang.step(after=target.story.case[-1], fields={"step": "结案"})
    assert door.submit(record.presentation).status_code == 201
    receipts = target.receipts(record)
    target.tamper("DELETE FROM records.record WHERE jti = %s", record.claims.jti)
    return record, receipts


@attack(
    "other answers served than the database holds",
    "对外所示与数据库不符",
    by=API,
    exit_code=0,
    said="that the platform serves its pages from this database",
)
def test_other_answers_served(target: Target, zhang: Officer, judge: Judge) -> None:
    """The screens are filled from a second, altered database; the auditor is shown the first."""
    with target.another(target.backup()) as other:
        other.tamper("UPDATE members.account SET display_name = '局长' WHERE id = %s", zhang.account)
        with served(other.platform) as url:
            headers = {"Authorization": f"Bearer {other.mine(zhang).token}"}
            shown = httpx.get(f"{url}/api/v1/accounts/{zhang.account}", headers=headers, trust_env=False)
            assert shown.json()["display_name"] == "局长"
        judge(target.audit())
