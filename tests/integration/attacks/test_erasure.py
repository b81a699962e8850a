"""Erasures: of what may not go, by one person alone, too early, and in order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from gridwitness.errors import GridWitnessError
from gridwitness.records import rfc3339
from gridwitness_evidence import Record
from support.attack import (
    DATABASE,
    SERVICE,
    Judge,
    attack,
)
from support.attack_forgery import place_of
from support.attack_target import Target
from support.platform import CITY

RETENTION = 3 * 365 * 86_400 + 86_400


def erased(target: Target, field: str, **claimed: str) -> tuple[Record, Record]:
    """An erasure by the service key names a field's digest; once it is anchored, the disclosure goes."""
    record, zhang = target.story.case[0], target.story.zhang
    target.running.advance(RETENTION)
    now = target.running.clock.now()
    shown = record.disclosures[place_of(record, field) - 1]
    assert shown is not None
    fields = {
        "field": field, "digests": [shown.digest], "reason": "当事人申请", "requested_by": zhang.account,
        "approved_by": target.story.li.account, "retention_ended": rfc3339(now - timedelta(hours=1)),
        **claimed,
    }  # fmt: skip
    key = target.platform.keystore.service_key(CITY)
    log = target.running.log()
    with target.platform.transaction() as session:
        submission = target.platform.acceptance.sign_own(
            session, log, "record.erasure.v1", record.claims.sub, fields, key=key, iss=CITY
        )
        erasure = target.platform.acceptance.accept_one(session, submission, internal=True).record
    assert erasure is not None
    target.running.drain()
    target.tamper(
        "UPDATE records.record SET disclosures[%s] = NULL WHERE jti = %s",
        place_of(record, field), record.claims.jti,
    )  # fmt: skip
    return record, erasure


@attack(
    "an erasure of what may not be erased",
    "删除不得删除的内容",
    by=SERVICE,
    helped_by=DATABASE,
    refused="not-erasable",
    found="disclosures:erasure-refused",
    exit_code=1,
    located="log jti sub field",
)
def test_erasure_of_what_may_not_be_erased(target: Target, judge: Judge) -> None:
    with pytest.raises(GridWitnessError) as refused, target.platform.transaction() as session:
        target.platform.erasures.request(
            session, target.story.case[0].claims.sub, "officers", "难堪", by=target.story.zhang.account
        )
    judge.refusal(refused.value.code)
    record, _ = erased(target, "officers")
    where = {"log": CITY, "jti": record.claims.jti, "sub": record.claims.sub, "field": "officers"}
    judge(target.audit(), disclosures=where)


@attack(
    "an erasure that who asked for it approved",
    "申请人自行批准删除",
    by=SERVICE,
    helped_by=DATABASE,
    found="disclosures:erasure-refused",
    exit_code=1,
    located="log jti sub field",
)
def test_erasure_without_a_second_person(target: Target, judge: Judge) -> None:
    record, _ = erased(target, "facts", approved_by=target.story.zhang.account)
    where = {"log": CITY, "jti": record.claims.jti, "sub": record.claims.sub, "field": "facts"}
    judge(target.audit(), disclosures=where)


@attack(
    "an erasure before its own retention ended",
    "保存期限未满即删除",
    by=SERVICE,
    helped_by=DATABASE,
    found="disclosures:erasure-refused",
    exit_code=1,
    located="log jti sub field",
)
def test_erasure_before_retention_ended(target: Target, judge: Judge) -> None:
    later = rfc3339(target.running.clock.now() + timedelta(days=3650))
    record, _ = erased(target, "facts", retention_ended=later)
    where = {"log": CITY, "jti": record.claims.jti, "sub": record.claims.sub, "field": "facts"}
    judge(target.audit(), disclosures=where)


@attack(
    "an erasure in order, of what its agency would rather not show",
    "手续齐全地删除本机关不愿示人的内容",
    by=SERVICE,
    helped_by=DATABASE,
    exit_code=0,
    said="1 erased, commitment intact",
)
def test_erasure_in_order(target: Target, judge: Judge) -> None:
    """Two accounts of the agency itself approve each other: the report counts what is gone, never why."""
    erased(target, "facts")
    judge(target.audit())
