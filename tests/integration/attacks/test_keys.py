"""Keys: used when they should not be, registered, vouched for and revoked by one hand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from gridwitness.errors import Conflict, GridWitnessError
from gridwitness.members.contract import ContractKeyRegistry
from gridwitness_chain import log_id
from gridwitness_evidence import Record, SigningKey, base64url
from support.attack import (
    ADMINISTRATOR,
    API,
    OFFICER,
    REGISTRAR,
    Judge,
    attack,
)
from support.attack_target import Target, place
from support.platform import CITY


def anchored(target: Target, record: Record) -> None:
    """Accepted without a question, and anchored."""
    target.force(record)
    target.running.drain()


@attack(
    "a revoked key used",
    "使用已吊销的密钥",
    by=OFFICER,
    helped_by=API,
    refused="key-revoked",
    found="keys:key-revoked",
    exit_code=1,
    located="log index jti sub seq",
)
def test_revoked_then_used(target: Target, judge: Judge) -> None:
    record = target.mine(target.story.revoked).step()
    judge.refusal(refusal(target, record))
    anchored(target, record)
    judge(target.audit(), keys=place(record, log=CITY, index=target.size))


@attack(
    "a revoked key used, handed out as a bundle",
    "使用已吊销的密钥并开具证据包",
    by=OFFICER,
    helped_by=API,
    found="key:key-revoked",
    exit_code=1,
    located="jti sub seq",
)
def test_revoked_then_used_in_a_bundle(target: Target, judge: Judge) -> None:
    record = target.mine(target.story.revoked).step()
    anchored(target, record)
    judge(target.check(target.bundle(record)), key=place(record))


def refusal(target: Target, record: Record) -> str:
    """The code with which acceptance refuses a record."""
    error = target.running.accept(record)[0].error
    assert error is not None
    return error.code


@attack(
    "a key used between its compromise and its revocation",
    "密钥失密之后、吊销之前签名",
    by=OFFICER,
    found="keys:key-disputed:disputed",
    exit_code=3,
    located="log index jti sub seq",
)
def test_used_before_the_revocation(target: Target, judge: Judge) -> None:
    li, running = target.mine(target.story.li), target.running
    running.advance(600)
    record = li.step()
    running.accept(record)
    running.drain()
    running.advance(600)
    with target.platform.transaction() as session:
        since = running.clock.now() - timedelta(seconds=900)
        target.platform.keys.revoke(session, CITY, li.key.kid, since, "设备遗失", by=None)
    running.drain()
    judge(target.audit(), keys=place(record, log=CITY, index=target.size))


@attack(
    "a key that was never registered",
    "使用从未登记的密钥",
    by=OFFICER,
    helped_by=API,
    refused="key-unknown",
    found="signatures:key-not-offered keys:key-unknown",
    exit_code=1,
    located="log index jti sub seq",
)
def test_key_never_registered(target: Target, judge: Judge) -> None:
    record = target.mine(target.story.zhang).step(key=SigningKey.generate("ES256"))
    judge.refusal(refusal(target, record))
    anchored(target, record)
    where = place(record, log=CITY, index=target.size)
    judge(target.audit(), signatures=where, keys=where)


@attack(
    "a key used after its window",
    "超出有效期使用密钥",
    by=OFFICER,
    helped_by=API,
    refused="key-expired",
    found="keys:key-window",
    exit_code=1,
    located="log index jti sub seq",
)
def test_key_after_its_window(target: Target, judge: Judge) -> None:
    target.running.advance(400 * 86_400)
    record = target.mine(target.story.zhang).step()
    judge.refusal(refusal(target, record))
    anchored(target, record)
    judge(target.audit(), keys=place(record, log=CITY, index=target.size))


@attack(
    "a key its own registrar registered and nobody confirmed",
    "仅由本机关登记、未经复核的密钥",
    by=REGISTRAR,
    helped_by=API,
    refused="key-unconfirmed MembersOwnConfirmation",
    found="keys:key-unconfirmed vouching::claimed",
    exit_code=1,
    located="log jti sub seq",
)
def test_key_vouched_for_by_its_own_agency(target: Target, judge: Judge) -> None:
    straw = target.running.officer("straw", confirmed=False)
    target.running.drain()
    members = target.platform.chain.contracts.members
    call = members.confirm_key(CITY, base64url.decode(straw.key.kid), CITY)
    judge.refusal(refused_by_contract(target, REGISTRAR, call))
    record = straw.step()
    judge.refusal(refusal(target, record))
    anchored(target, record)
    judge(target.audit(), keys=place(record, log=CITY))


def refused_by_contract(target: Target, part: str, call) -> str:
    """The contract's error for a call of CITY's registrar, which is its administrator as well."""
    del part
    chain = target.platform.chain
    contract = chain.contracts.members if call.name.startswith("Members") else chain.contracts.record_log
    with pytest.raises(GridWitnessError) as refused:
        chain.submit(chain.registrar(CITY), contract, call)
    error = refused.value.__cause__
    return str(getattr(error, "error", error))


@attack(
    "a compromise dated far back by one agency alone",
    "一个机关独自将失密时间追溯久远",
    by=REGISTRAR,
    exit_code=0,
    refused="revocation-needs-second",
)
def test_compromise_far_back(target: Target, judge: Judge) -> None:
    running = target.running
    running.advance(40 * 86_400)
    far = running.clock.now() - timedelta(days=39)
    with pytest.raises(GridWitnessError) as refused, target.platform.transaction() as session:
        target.platform.keys.revoke(session, CITY, target.story.li.key.kid, far, "反悔", by=None)
    judge.refusal(refused.value.code)
    judge(target.audit())


@attack(
    "an inconvenient statement put in doubt, its key said to be compromised since the day before",
    "谎称密钥前一日失密，使不利陈述存疑",
    by=REGISTRAR,
    found="keys:key-disputed:disputed",
    exit_code=3,
    located="log index jti sub seq",
)
def test_statement_disowned(target: Target, judge: Judge) -> None:
    """Within a week one agency can do it alone: what was signed stays, in doubt, beside the revocation."""
    running, last = target.running, target.story.case[-1]
    running.advance(86_400)
    with target.platform.transaction() as session:
        since = received(target, last) - timedelta(minutes=1)
        kid = target.story.zhang.key.kid
        target.platform.keys.revoke(session, CITY, kid, since, "设备遗失", by=None)
    running.drain()
    judge(target.audit(), keys=place(last, log=CITY, index=target.leaf(last)))


@attack(
    "a key's window cut back over what it signed",
    "缩短密钥有效期，使已签内容落在期外",
    by=REGISTRAR,
    found="keys:key-window-cut:disputed",
    exit_code=3,
    located="log index jti sub seq",
)
def test_window_cut_back(target: Target, judge: Judge) -> None:
    running, last = target.running, target.story.case[-1]
    running.advance(86_400)
    members, kid = target.platform.chain.contracts.members, base64url.decode(target.story.zhang.key.kid)
    state = members.key_of(CITY, kid)
    end = int(received(target, last).timestamp()) - 60
    call = members.shrink_window(CITY, kid, state.not_before, end)
    target.platform.chain.submit(target.platform.chain.registrar(CITY), members, call)
    judge(target.audit(), keys=place(last, log=CITY, index=target.leaf(last)))


def received(target: Target, record: Record) -> datetime:
    """When the record was received; its anchor came right after it."""
    found = target.one("SELECT received_at FROM records.record WHERE jti = %s", record.claims.jti)
    moment: datetime = found["received_at"]
    return moment


@attack(
    "a key revoked in the contract, with no record of it",
    "只在合约吊销密钥而不留记录",
    by=REGISTRAR,
    exit_code=0,
    said="records nobody made",
)
def test_revoked_without_a_record(target: Target, judge: Judge) -> None:
    """What was anchored before stays valid; later records of the key fail, whatever the rows say."""
    running = target.running
    running.advance(600)
    ContractKeyRegistry(target.platform.chain).revoke(
        CITY, target.story.li.key.kid, running.clock.now(), None
    )
    judge(target.audit())


@attack(
    "a log closed, or another opened, by one agency's vote",
    "一个机关独自表决关闭日志",
    by=ADMINISTRATOR,
    exit_code=0,
    refused="not-approved",
)
def test_vote_alone(target: Target, judge: Judge) -> None:
    chain, log = target.platform.chain, target.running.log()
    record_log = chain.contracts.record_log
    state = record_log.log_of(log_id(log.origin))
    assert state is not None
    call = record_log.close_log(
        log_id(log.origin), state.size, state.root, [], f"{log.origin}-2", chain.registrar(CITY).address
    )
    with pytest.raises(Conflict) as refused:
        chain.decide([CITY], record_log, call)
    judge.refusal(refused.value.code)
    judge(target.audit())
