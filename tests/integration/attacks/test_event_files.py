"""Attacks by who hands an event file on: left out, cut, put in, changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from gridwitness_evidence import parse_presentation
from support.attack import BEARER, Judge, attack
from support.attack_events import EventStage, Ledger, ledger_at
from support.attack_target import Target

File = dict[str, Any]


@pytest.fixture(scope="module")
def whole(event_stage: EventStage) -> Ledger:
    """The honest deployment itself: a file that is handed on changes nothing there."""
    target = Target(event_stage.running, event_stage.story, event_stage.running.trust_file, 0)
    return ledger_at(event_stage, target)


@pytest.fixture(scope="module")
def honest(whole: Ledger) -> str:
    """The file of the event that went through everything; by itself it is proved."""
    file = whole.file(whole.story.whole)
    report = whole.target.check(file)
    report.require_proved()
    results = {name: report.check(name)["result"] for name in ("event", "loop", "approvals", "clocks")}
    assert results == {"event": "proved", "loop": "proved", "approvals": "proved", "clocks": "claimed"}
    assert report.report["subject"]["state"] == "filed"
    assert [row["step"] for row in report.report["subject"]["timeline"]][-1] == "reopen"
    return json.dumps(file)


@pytest.fixture
def file(honest: str) -> File:
    """A copy of it."""
    copy: File = json.loads(honest)
    return copy


@attack(
    "a step left out of an event file",
    "事件档案中抽去一个环节",
    by=BEARER,
    found="event:gap loop:loop-state clocks::not-evaluated",
    exit_code=1,
    located="seq",
)
def test_step_left_out(whole: Ledger, file: File, judge: Judge) -> None:
    del file["records"][10]
    judge(whole.target.check(file), event={"seq": 11})


@attack(
    "a record of another event put into an event file",
    "事件档案中混入他案记录",
    by=BEARER,
    found="event:case-subject",
    exit_code=1,
    located="seq",
)
def test_record_of_another_event(whole: Ledger, file: File, judge: Judge) -> None:
    other = whole.file(whole.story.still)
    record = other["records"][3]
    for part in ("anchor", "seen"):
        if record[part] is not None:
            file["anchors"].append(other["anchors"][record[part]])
            record[part] = len(file["anchors"]) - 1
    file["signers"].append(other["signers"][record["signer"]])
    record["signer"] = len(file["signers"]) - 1
    file["records"][3] = record
    judge(whole.target.check(file), event={"seq": 3})


@attack(
    "an event file without the loop its steps name",
    "事件档案不附所依据的闭环规则",
    by=BEARER,
    found="loop::not-evaluated clocks::not-evaluated approvals::not-evaluated",
    exit_code=0,
    said="the file does not hold loop version",
)
def test_without_the_loop(whole: Ledger, file: File, judge: Judge) -> None:
    file["rules"] = [rule for rule in file["rules"] if "loop" not in _rule_name(rule)]
    judge(whole.target.check(file))


@attack(
    "an event file cut off after its first half",
    "事件档案只给前一半",
    by=BEARER,
    exit_code=0,
    said="records later than the last in this file, or withheld from you",
)
def test_cut_off(whole: Ledger, file: File, judge: Judge) -> None:
    file["records"] = file["records"][:20]
    judge(whole.target.check(file))


@attack(
    "an event file without the approval of the list's entry",
    "事件档案不附权责清单的审批记录",
    by=BEARER,
    found="approvals:list-unapproved clocks:clock-rule",
    exit_code=1,
    located="jti sub",
)
def test_without_the_approval(whole: Ledger, file: File, judge: Judge) -> None:
    file["related"] = []
    sub = whole.story.whole
    report = whole.target.check(file)
    jti = next(one["jti"] for one in report.report["subject"]["timeline"] if one["step"] == "dispatch")
    judge(report, approvals={"jti": jti, "sub": sub}, clocks={"sub": sub})


def _rule_name(rule: File) -> str:
    return str(parse_presentation(rule["record"]).fields["name"])
