"""The recorder's account in other hands: what it can have `CaseRegistry` accept, and what it can not."""

from __future__ import annotations

import secrets

from gridwitness_chain import Account
from gridwitness_evidence import Record
from support.attack import API, RECORDER, Judge, attack
from support.attack_docket import Docket, step_of
from support.attack_recorder import Recorder, leaf_hash, nobodys_head
from support.attack_target import Target, place
from support.case_plays import file_general, notify, open_general, verify_general
from support.platform import CITY
from support.submit_door import served

OPEN, NEXT = f"{CITY}-2026-000003", f"{CITY}-2026-000004"


def made_up(docket: Docket, thief: Recorder) -> dict[str, object]:
    """A milestone of the open case that no record is; where it is found."""
    seq = thief.state(docket.open.sub).seq + 9
    thief.tell(thief.advancing(docket.open.sub, "service", nobodys_head(), ahead=9))
    return {"key": OPEN, "seq": seq}


@attack(
    "a milestone registered that no record is",
    "登记并无记录的关键节点",
    by=RECORDER,
    found="cases:milestone-without-record",
    exit_code=1,
    located="key seq",
)
def test_milestone_without_a_record(
    case_target: Target, docket: Docket, thief: Recorder, judge: Judge
) -> None:
    where = made_up(docket, thief)
    judge(case_target.audit(), cases=where)


@attack(
    "a milestone registered that no record is: the served log",
    "登记并无记录的关键节点（公开日志）",
    by=RECORDER,
    found="cases:milestone-without-record",
    exit_code=1,
    located="key seq",
)
def test_milestone_without_a_record_in_the_served_log(
    case_target: Target, docket: Docket, thief: Recorder, judge: Judge
) -> None:
    where = made_up(docket, thief)
    with served(case_target.platform) as url:
        judge(case_target.log(url), cases=where)


@attack(
    "a step registered as another milestone than it is",
    "将某步骤登记为另一节点",
    by=RECORDER,
    found="cases:milestone-differs",
    exit_code=1,
    located="log jti sub seq key",
)
def test_step_registered_as_another_milestone(
    case_target: Target, docket: Docket, thief: Recorder, judge: Judge
) -> None:
    notify(docket.open, docket.cast)
    notice = step_of(docket.open, "notice-service")
    thief.tell(thief.registering(notice, "decision"))
    case_target.running.drain()
    judge(case_target.audit(), cases=place(notice, log=CITY, key=OPEN))


@attack(
    "the records of two milestones registered in each other's place",
    "互换两个节点的记录后登记",
    by=RECORDER,
    found="cases:milestone-seq",
    exit_code=1,
    located="log jti sub seq key",
)
def test_milestones_reordered(case_target: Target, docket: Docket, thief: Recorder, judge: Judge) -> None:
    """Seen in the served log, without any disclosure."""
    one, other = two_milestones(docket)
    ahead = one.claims.seq - thief.state(docket.open.sub).seq
    thief.tell(thief.advancing(docket.open.sub, "service", leaf_hash(other), ahead=ahead))
    ahead = other.claims.seq - one.claims.seq
    thief.tell(thief.advancing(docket.open.sub, "review", leaf_hash(one), ahead=ahead))
    case_target.running.drain()
    with served(case_target.platform) as url:
        judge(case_target.log(url), cases=place(one, log=CITY, key=OPEN))


def two_milestones(docket: Docket) -> tuple[Record, Record]:
    """The open case goes on to the legal review; its notice and its review."""
    story, cast = docket.open, docket.cast
    notify(story, cast)
    story.step(cast.first, "statement-defence", outcome="waived")
    story.step(cast.first, "hearing-waiver", outcome="waived")
    story.step(
        cast.first, "defence-review", cast.first, cast.second, outcome="none", details={"heavier": False}
    )
    story.step(
        cast.reviewer, "legal-review", cast.reviewer, cast.head, cosigner=cast.head, outcome="passed",
        facts="程序合法",
    )  # fmt: skip
    return step_of(story, "notice-service"), step_of(story, "legal-review")


@attack(
    "a record of one case registered as a milestone of another",
    "以他案记录登记为本案节点",
    by=RECORDER,
    found="cases:milestone-foreign",
    exit_code=1,
    located="log jti sub seq key",
)
def test_milestone_of_another_case(
    case_target: Target, docket: Docket, thief: Recorder, judge: Judge
) -> None:
    archived = step_of(docket.general, "archive")
    thief.tell(thief.advancing(docket.open.sub, "service", leaf_hash(archived), ahead=9))
    judge(case_target.audit(), cases=place(archived, log=CITY, key=OPEN))


@attack(
    "a case opened that nobody ever recorded",
    "登记从未记录的案件",
    by=RECORDER,
    found="cases:milestone-without-record",
    exit_code=1,
    located="key seq",
)
def test_phantom_case(case_target: Target, docket: Docket, thief: Recorder, judge: Judge) -> None:
    version = bytes.fromhex(docket.open.rules)
    thief.tell(thief.opening(secrets.token_hex(16), version, thief.next_number, nobodys_head(), seq=3))
    judge(case_target.audit(), cases={"key": NEXT, "seq": 3})


@attack(
    "a case opened under another procedure version than its records name",
    "以他种程序版本登记案件",
    by=RECORDER,
    found="cases:milestone-procedure",
    exit_code=1,
    located="log jti sub seq key",
)
def test_case_opened_under_another_version(
    case_target: Target, docket: Docket, thief: Recorder, judge: Judge
) -> None:
    story = open_general(case_target.running, docket.cast)
    filing = step_of(story, "filing")
    thief.tell(thief.opening_of(filing, thief.next_number, docket.summary.rules))
    case_target.running.drain()
    judge(case_target.audit(), cases=place(filing, log=CITY, key=NEXT))


@attack(
    "two cases opened under each other's number",
    "两案以对方案号登记",
    by=RECORDER,
    found="cases:case-number-differs",
    exit_code=1,
    located="table key column",
)
def test_numbers_swapped(case_target: Target, docket: Docket, thief: Recorder, judge: Judge) -> None:
    stories = [verify_general(case_target.running, docket.cast) for _ in range(2)]
    for story in stories:
        file_general(story, docket.cast)
    for story in reversed(stories):
        thief.tell(thief.opening_of(step_of(story, "filing"), thief.next_number))
    case_target.running.drain()
    where = {"table": "cases.case_file", "key": stories[0].sub, "column": "number"}
    judge(case_target.audit(), cases=where)


@attack(
    "a milestone out of turn: another index, no edge to it, an earlier record, a record used before",
    "越序登记节点：序号不符、未批准的流转、更早的记录、已用过的记录",
    by=RECORDER,
    refused="CaseRegistryIndexMismatch CaseRegistryEdgeRefused CaseRegistrySeqRefused CaseRegistryHeadSeen",
    exit_code=0,
)
def test_milestone_out_of_turn(case_target: Target, docket: Docket, thief: Recorder, judge: Judge) -> None:
    sub, head = docket.open.sub, nobodys_head()
    used = leaf_hash(step_of(docket.open, "filing"))
    at = thief.state(sub).index
    for call in (
        thief.advancing(sub, "service", head, index=at),
        thief.advancing(sub, "service", head, index=at + 2),
        thief.advancing(sub, "execution", head),
        thief.advancing(sub, "service", head, ahead=0),
        thief.advancing(sub, "service", used),
    ):
        judge.refusal(thief.refused(call))
    judge(case_target.audit())


@attack(
    "a case opened with a number left out, or given before; opened again; under rules that nobody approved",
    "跳号、重号登记案件；重复登记；以未批准的程序登记",
    by=RECORDER,
    refused="CaseRegistryNumberMismatch CaseRegistryCaseExists CaseRegistryProcedureUnknown",
    exit_code=0,
)
def test_case_opened_out_of_turn(case_target: Target, docket: Docket, thief: Recorder, judge: Judge) -> None:
    version, sub, head = bytes.fromhex(docket.open.rules), secrets.token_hex(16), nobodys_head()
    number = thief.next_number
    for call in (
        thief.opening(sub, version, number + 1, head),
        thief.opening(sub, version, number - 1, head),
        thief.opening(docket.open.sub, version, number, head),
        thief.opening(sub, bytes(31) + b"\1", number, head),
    ):
        judge.refusal(thief.refused(call))
    judge(case_target.audit())


@attack(
    "a milestone sent straight to the contract with another account, of the platform or a stranger's",
    "盗用平台其他账户或以他人账户，绕过平台直接向合约登记节点",
    by=API,
    refused="CaseRegistryNotTheRecorder",
    exit_code=0,
)
def test_milestone_straight_to_the_contract(
    case_target: Target, docket: Docket, thief: Recorder, judge: Judge
) -> None:
    """Mined as failed transactions, which stay on the chain; the case goes on as if nothing had been."""
    chain, state = case_target.platform.chain, thief.state(docket.open.sub)
    seen = docket.open.view()
    stranger = Account(secrets.token_bytes(32))
    for account in (chain.registrar(CITY), chain.anchorer(CITY), stranger):
        judge.refusal(thief.refused(thief.advancing(docket.open.sub, "service", nobodys_head()), account))
    assert thief.state(docket.open.sub) == state and docket.open.view() == seen
    notify(docket.open, docket.cast)
    case_target.running.drain()
    assert thief.state(docket.open.sub).milestone == "service"
    judge(case_target.audit())
