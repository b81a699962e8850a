"""Officers against the procedure: what the platform refuses, what it lets through, what a case file says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from gridwitness.records import rfc3339
from gridwitness_evidence import Record, SigningKey
from support.attack import API, OFFICER, Judge, attack
from support.attack_docket import Docket, check_file, step_of
from support.attack_target import Target, place
from support.case_plays import decide, file_general, notify, open_general, verify_general
from support.case_story import Story
from support.platform import Officer


def let_in(target: Target, story: Story, kind: str, signer: Officer, fields: dict[str, Any]) -> Record:
    """A record that a platform takes whose checks were taken out; anchored."""
    record = story.sign(kind, signer, fields)
    target.force(record)
    target.running.drain()
    return record


def unlawful(
    target: Target, story: Story, judge: Judge, signer: Officer, step: str, *named: Officer, **given: Any
) -> Record:
    """A step that the platform refuses, and lets in all the same."""
    judge.refusal(story.refused(signer, step, *named, **given).code)
    fields = story.fields(step, named or [signer], **given)
    return let_in(target, story, "case.step.v2", signer, fields)


PENALTY: dict[str, Any] = {"fine": "60000", "penalty_kinds": ["fine"]}
NOTICE: dict[str, Any] = {**PENALTY, "method": "direct", "receipt_signed": True, "hearing_offered": True}


def notified(docket: Docket) -> Record:
    """The open case's notice, served by two officers of whom one signed yet."""
    cast = docket.cast
    return docket.open.step(cast.first, "notice-service", cast.first, cast.second, details=NOTICE)


@attack(
    "a milestone cosigned with the same officer's second key",
    "以本人第二把密钥充作共同签名",
    by=OFFICER,
    helped_by=API,
    refused="cosign-own",
    found="officers:cosign-own:claimed",
    exit_code=0,
    located="jti sub seq",
)
def test_cosigned_with_ones_second_key(case_target: Target, docket: Docket, judge: Judge) -> None:
    story, second_key = docket.open, replace(docket.cast.first, key=SigningKey.generate("ES256"))
    second_key.offer()
    second_key.confirm()
    case_target.running.drain()
    notice = notified(docket)
    judge.refusal(story.uncosigned(second_key, notice).code)
    cosignature = let_in(case_target, story, "case.cosign.v1", second_key, story.cosignature(notice))
    judge(check_file(case_target, story), officers=place(cosignature))


@attack(
    "a milestone cosigned two days later",
    "两日后方补共同签名",
    by=OFFICER,
    found="officers:cosign-late:claimed",
    exit_code=0,
    located="jti sub seq",
)
def test_cosigned_late(case_target: Target, docket: Docket, judge: Judge) -> None:
    notice = notified(docket)
    docket.open.wait(days=2)
    late = docket.open.cosign(docket.cast.second, notice)
    case_target.running.drain()
    judge(check_file(case_target, docket.open), officers=place(late))


@attack(
    "a case filed weeks after the criteria were met",
    "应当立案而逾期立案",
    by=OFFICER,
    found="clocks:clock-late",
    exit_code=1,
    located="jti sub seq rule",
)
def test_filed_late(case_target: Target, docket: Docket, judge: Judge) -> None:
    story = verify_general(case_target.running, docket.cast)
    story.wait(days=21)
    file_general(story, docket.cast)
    case_target.running.drain()
    filing = step_of(story, "filing")
    judge(check_file(case_target, story), clocks=place(filing, rule="APL-54"))


@attack(
    "a case filed weeks late and dated back into its term",
    "逾期立案而倒填为期限之内",
    by=OFFICER,
    found="clocks:clock-by-word:claimed",
    exit_code=0,
    located="jti sub seq rule",
    said="rests on the times that the records state",
)
def test_filed_late_and_dated_back(case_target: Target, docket: Docket, judge: Judge) -> None:
    story = verify_general(case_target.running, docket.cast)
    then = rfc3339(case_target.running.clock.now() + timedelta(days=1))
    story.wait(days=21)
    file_general(story, docket.cast, occurred_at=then)
    case_target.running.drain()
    filing = step_of(story, "filing")
    judge(check_file(case_target, story), clocks=place(filing, rule="APL-54"))


@attack(
    "a decision after more than ninety days",
    "立案九十日之后方作出处罚决定",
    by=OFFICER,
    found="clocks:clock-late",
    exit_code=1,
    located="jti sub seq rule",
)
def test_decided_late(case_target: Target, docket: Docket, judge: Judge) -> None:
    story, cast = docket.open, docket.cast
    notify(story, cast)
    story.step(cast.first, "statement-defence", outcome="waived")
    story.step(cast.first, "hearing-waiver", outcome="waived")
    story.step(
        cast.first, "defence-review", cast.first, cast.second, outcome="none", details={"heavier": False}
    )
    story.wait(days=95)
    decide(story, cast)
    case_target.running.drain()
    judge(check_file(case_target, story), clocks=place(step_of(story, "decision"), rule="APL-60"))


@attack(
    "a decision before the party was heard",
    "未听取陈述申辩即作出处罚决定",
    by=OFFICER,
    helped_by=API,
    refused="procedure-refused",
    found="procedure:procedure-state",
    exit_code=1,
    located="jti sub seq rule",
)
def test_decided_unheard(case_target: Target, docket: Docket, judge: Judge) -> None:
    cast = docket.cast
    notify(docket.open, cast)
    decision = unlawful(
        case_target, docket.open, judge, cast.head, "decision", cast.first, cast.second,
        outcome="penalty", facts="违法事实成立", details=PENALTY, basis=["SW-111"],
    )  # fmt: skip
    judge(check_file(case_target, docket.open), procedure=place(decision, rule="APL-57"))


@attack(
    "an interview by one officer alone",
    "一名执法人员单独询问",
    by=OFFICER,
    helped_by=API,
    refused="procedure-refused",
    found="procedure:procedure-requirement",
    exit_code=1,
    located="jti sub seq rule",
)
def test_one_officer_alone(case_target: Target, docket: Docket, judge: Judge) -> None:
    story = open_general(case_target.running, docket.cast)
    given = {"facts": "当事人承认运输", "files": [story.file("询问笔录.txt")]}
    alone = unlawful(case_target, story, judge, docket.cast.first, "interview", **given)
    judge(check_file(case_target, story), procedure=place(alone, rule="APL-42"))


@attack(
    "a step dated before the one it follows",
    "所载时间早于前一步骤",
    by=OFFICER,
    helped_by=API,
    refused="step-before-predecessor",
    found="procedure:procedure-requirement",
    exit_code=1,
    located="jti sub seq rule",
)
def test_step_dated_back(case_target: Target, docket: Docket, judge: Judge) -> None:
    cast, earlier = docket.cast, rfc3339(case_target.running.clock.now() - timedelta(days=90))
    notice = unlawful(
        case_target, docket.open, judge, cast.first, "notice-service", cast.first, cast.second,
        details=NOTICE, occurred_at=earlier,
    )  # fmt: skip
    judge(check_file(case_target, docket.open), procedure=place(notice, rule="APL-47"))


@attack(
    "a step under another version of the rules than the case was opened with",
    "改依另一程序版本办理后续步骤",
    by=OFFICER,
    helped_by=API,
    refused="procedure-version",
    found="procedure:rules-differ",
    exit_code=1,
    located="jti sub seq",
)
def test_step_under_other_rules(case_target: Target, docket: Docket, judge: Judge) -> None:
    cast = docket.cast
    notice = unlawful(
        case_target, docket.open, judge, cast.first, "notice-service", cast.first, cast.second,
        details=NOTICE, rules=docket.summary.rules,
    )  # fmt: skip
    judge(check_file(case_target, docket.open), procedure=place(notice))


@attack(
    "an interview that was held and never recorded",
    "已进行而从未记录的询问",
    by=OFFICER,
    exit_code=0,
    said="steps that nobody recorded",
)
def test_interview_nobody_recorded(case_target: Target, docket: Docket, judge: Judge) -> None:
    judge(check_file(case_target, docket.open))


@attack(
    "a case left lying until its terms ran out, its file shown to one who asks no node",
    "案件搁置至期限届满，而核查方不查询节点",
    by=OFFICER,
    exit_code=0,
    said="terms that ran out after the last record of the case was anchored",
)
def test_case_asleep(case_target: Target, docket: Docket, judge: Judge) -> None:
    asleep(case_target, docket)
    judge(check_file(case_target, docket.open))


@attack(
    "a case left lying until its terms ran out, its file shown to one who asks a node",
    "案件搁置至期限届满，而核查方查询节点",
    by=OFFICER,
    found="clocks:clock-overdue",
    exit_code=1,
    located="jti sub seq rule",
)
def test_case_asleep_and_a_node(case_target: Target, docket: Docket, judge: Judge) -> None:
    asleep(case_target, docket)
    report = check_file(case_target, docket.open, "--rpc", case_target.running.rpc_url)
    judge(report, clocks=place(step_of(docket.open, "filing"), rule="APL-60"))


def asleep(target: Target, docket: Docket) -> None:
    """A hundred days without a step; the platform goes on with other things."""
    target.running.advance(timedelta(days=100).total_seconds())
    target.running.accept(docket.cast.third.step())
    target.running.drain()
