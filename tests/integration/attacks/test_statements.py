"""What is wrong with a statement: refused at the door, found where the door was left open."""

from __future__ import annotations

import secrets

from gridwitness_evidence import Record, parse_presentation
from support.attack import API, OFFICER, Judge, attack
from support.attack_door import Door
from support.attack_target import Target, place
from support.platform import CITY, Officer
from support.submit_door import served

THREE_WEEKS = 21 * 86_400


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
    judge(target.audit(), time=place(record, log=CITY, index=target.size))


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
    judge(target.audit(), time=place(record, log=CITY, index=target.size))


@attack(
    "a statement backdated three weeks, to an old head that its signer chose to name",
    "倒签三周，并选用三周前的旧树头",
    by=OFFICER,
    exit_code=0,
    said="late; simulated clock",
)
def test_backdated_to_an_old_head(target: Target, zhang: Officer, judge: Judge) -> None:
    """The door takes it: a device that was offline so long looks the same. The report names it late."""
    before, seen = int(target.running.clock.now().timestamp()), target.running.seen()
    target.running.advance(THREE_WEEKS)
    target.running.accept(zhang.step(seen=target.running.seen()))
    target.running.drain()
    record = zhang.step(seen=seen, iat=before)
    with served(target.platform) as url:
        assert Door(url, zhang).submit(record.presentation).status_code == 201
    target.running.drain()
    judge(target.check(target.bundle(record)))


@attack(
    "a statement backdated before the one it follows",
    "倒签至其所续陈述之前",
    by=OFFICER,
    found="time:signed-earlier:claimed",
    exit_code=0,
    located="log index jti sub seq",
    said="1 signed, by their own word, before the record they follow",
)
def test_backdated_before_the_one_it_follows(target: Target, zhang: Officer, judge: Judge) -> None:
    before, seen = int(target.running.clock.now().timestamp()), target.running.seen()
    target.running.advance(3600)
    target.running.accept(zhang.step())
    target.running.drain()
    first = zhang.step()
    second = zhang.step(after=first, seen=seen, iat=before)
    assert [outcome.error for outcome in target.running.accept(first, second)] == [None, None]
    target.running.drain()
    judge(target.audit(), time=place(second, log=CITY, index=target.leaf(second)))


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
    judge(target.audit(), entries=place(record, log=CITY, index=target.size))


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
    judge(target.audit(), signatures=place(record, log=CITY, index=target.size))


def unsigned(zhang: Officer) -> Record:
    record = zhang.step()
    entry, _, signature = record.entry.rpartition(".")
    other = zhang.step().entry.rpartition(".")[2]
    assert signature != other
    return parse_presentation(f"{entry}.{other}" + record.presentation.removeprefix(record.entry))
