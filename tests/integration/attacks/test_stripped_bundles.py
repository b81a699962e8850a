"""Bundles from which something was left out on their way."""

from __future__ import annotations

from typing import Any

from gridwitness_evidence import Record, redact
from support.attack import BEARER, Judge, attack
from support.attack_target import Target, place


@attack(
    "a bundle stripped of its anchor",
    "证据包被剥去锚定证明",
    by=BEARER,
    found="anchor:part-missing:not-evaluated key::not-evaluated seen::not-evaluated",
    exit_code=3,
    located="jti sub seq",
)
def test_stripped_of_its_anchor(target: Target, bundle: dict[str, Any], record: Record, judge: Judge) -> None:
    judge(target.check(bundle | {"anchor": None}), anchor=place(record))


@attack(
    "a bundle stripped of the proof of its log",
    "证据包被剥去入册证明",
    by=BEARER,
    found="inclusion:part-missing:not-evaluated tree-head:part-missing:not-evaluated anchor::not-evaluated"
    " key::not-evaluated seen::not-evaluated",
    exit_code=3,
    located="jti",
)
def test_stripped_of_its_log(target: Target, bundle: dict[str, Any], record: Record, judge: Judge) -> None:
    judge(target.check(bundle | {"log_proof": None}), inclusion={"jti": record.claims.jti})


@attack(
    "a bundle stripped of the state of its key",
    "证据包被剥去密钥状态证明",
    by=BEARER,
    found="key:part-missing:not-evaluated",
    exit_code=3,
    located="jti",
)
def test_stripped_of_its_key_state(
    target: Target, bundle: dict[str, Any], record: Record, judge: Judge
) -> None:
    bundle["signer"] |= {"key_state": None}
    judge(target.check(bundle), key={"jti": record.claims.jti})


@attack(
    "a bundle stripped of the head its signer had seen",
    "证据包被剥去签名人所见树头的证明",
    by=BEARER,
    found="seen:part-missing:not-evaluated",
    exit_code=3,
    located="jti",
)
def test_stripped_of_what_was_seen(
    target: Target, bundle: dict[str, Any], record: Record, judge: Judge
) -> None:
    judge(target.check(bundle | {"seen": None}), seen={"jti": record.claims.jti})


@attack(
    "a bundle stripped of a disclosure",
    "证据包被剥去一项披露值",
    by=BEARER,
    exit_code=0,
    said="8 of 9 fields shown, 1 withheld from this bundle",
)
def test_stripped_of_a_disclosure(
    target: Target, bundle: dict[str, Any], record: Record, judge: Judge
) -> None:
    judge(target.check(bundle | {"record": redact(record, ["outcome"])}))


@attack(
    "the bundle of a step, without a later one that changes everything",
    "只给出某环节而隐去其后的环节",
    by=BEARER,
    exit_code=0,
    said="records of the same subject later than this one, or withheld from you",
)
def test_stripped_of_a_later_record(target: Target, judge: Judge) -> None:
    judge(target.check(target.bundle(target.story.case[0])))
