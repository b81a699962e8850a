"""The API process drops what it accepted, or shows something else than the database holds."""

from __future__ import annotations

import httpx
from gridwitness_evidence import Record
from support.attack import API, Judge, attack
from support.attack_door import Door
from support.attack_target import Target
from support.platform import CITY, Officer
from support.submit_door import served


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
