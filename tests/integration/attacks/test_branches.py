"""Two statements where one should be: forks and twins."""

from __future__ import annotations

from gridwitness_evidence import Record, parse_presentation
from support.attack import API, OFFICER, Judge, attack
from support.attack_door import Door
from support.attack_forgery import malleated
from support.attack_target import Target, place
from support.platform import CITY, Officer


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
    judge(target.audit(), subjects=place(fork, log=CITY, index=target.size))


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
    judge(target.log(door.url), entries=place(fork, log=CITY, index=target.size))


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
    judge(
        target.audit(),
        entries={"jti": record.claims.jti, "log": CITY, "index": target.size - 1},
        subjects=place(record),
    )
