"""Who operates the platform, its worker or the node, against the registry of cases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from gridwitness.cases.outbox import Outbox
from gridwitness.cases.registering import Registrar
from gridwitness.errors import GridWitnessError
from gridwitness.rules import Procedure, bundled
from gridwitness.worker import Worker
from support.attack import CHAIN, OPERATOR, WORKER, Judge, attack
from support.attack_docket import Docket, check_file, step_of
from support.attack_node import lying_node
from support.attack_recorder import Recorder
from support.attack_target import Target, place
from support.case_plays import file_general, notify, verify_general
from support.case_story import Story
from support.platform import CITY, POLICE

WITHHELD = 2 * 3600
"""Seconds beyond any promise of the log."""


def withheld(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the worker anchors and registers nothing, and says so of nothing; time passes."""
    monkeypatch.setattr(Registrar, "round", lambda *_, **__: False)
    monkeypatch.setattr(Outbox, "left", lambda *_: 0)
    target.running.drain()
    target.running.advance(WITHHELD)


@attack(
    "a milestone kept from the chain",
    "关键节点扣留不上链",
    by=WORKER,
    found="cases:milestone-missing",
    exit_code=1,
    located="log jti sub seq",
)
def test_milestone_withheld(
    case_target: Target, docket: Docket, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify(docket.open, docket.cast)
    notice = step_of(docket.open, "notice-service")
    withheld(case_target, monkeypatch)
    case_target.running.accept(docket.cast.third.step())
    case_target.running.drain()
    judge(case_target.audit(), cases=place(notice, log=CITY))


@attack(
    "a milestone kept from the chain: the file of its case",
    "关键节点扣留不上链（案卷）",
    by=WORKER,
    found="milestones:milestone-missing completeness::not-evaluated",
    exit_code=1,
    located="jti sub seq",
)
def test_milestone_withheld_from_a_case_file(
    case_target: Target, docket: Docket, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    story, cast = docket.open, docket.cast
    notify(story, cast)
    withheld(case_target, monkeypatch)
    story.step(cast.first, "statement-defence", outcome="waived")
    case_target.running.drain()
    judge(check_file(case_target, story), milestones=place(step_of(story, "notice-service")))


@attack(
    "a case left out of the registry, its number given to the next",
    "案件不予登记，其案号给予后案",
    by=OPERATOR,
    found="cases:case-number-differs",
    exit_code=1,
    located="table key column",
)
def test_case_left_out(
    case_target: Target, docket: Docket, thief: Recorder, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories: list[Story] = [verify_general(case_target.running, docket.cast) for _ in range(2)]
    for story in stories:
        file_general(story, docket.cast)
    withheld(case_target, monkeypatch)
    thief.tell(thief.opening_of(step_of(stories[1], "filing"), thief.next_number))
    case_target.running.accept(docket.cast.third.step())
    case_target.running.drain()
    report = case_target.audit()
    where = {"table": "cases.case_file", "key": stories[1].sub, "column": "number"}
    judge(report, cases=where)
    codes = {p["code"]: p.get("sub") for p in report.check("cases")["locations"]}
    assert codes["milestone-missing"] == stories[0].sub


@attack(
    "an old backup restored; the registry of cases is ahead of it",
    "恢复旧备份，而案件登记已在其前",
    by=OPERATOR,
    refused="database-behind",
    found="anchors:rolled-back tree:root-missing cases:milestone-without-record",
    exit_code=1,
    located="key seq",
)
def test_backup_restored(case_target: Target, docket: Docket, judge: Judge) -> None:
    backup = case_target.backup()
    notify(docket.open, docket.cast)
    case_target.running.drain()
    notice = step_of(docket.open, "notice-service")
    case_target.restore(backup)
    with pytest.raises(GridWitnessError) as refused:
        Worker(case_target.platform).check_standing()
    judge.refusal(refused.value.code)
    judge(case_target.audit(), cases={"key": f"{CITY}-2026-000003", "seq": notice.claims.seq})


@attack(
    "a laxer order of milestones approved than the published procedure has",
    "批准的节点次序比已发布的程序宽松",
    by=OPERATOR,
    found="cases:edges-differ",
    exit_code=1,
    located="key",
)
def test_laxer_edges_approved(case_target: Target, judge: Judge) -> None:
    """By two agencies' administrators; any milestone may follow any."""
    content = next(found for found in bundled("national") if found["procedure"] == "general")
    content = {**content, "title": {"zh": "一般程序（试行）", "en": "general procedure (on trial)"}}
    version, platform = Procedure.parse(content).version, case_target.platform
    with platform.transaction() as session:
        window = (date(2026, 1, 1), None)
        platform.rules._publish(session, CITY, "procedure/general", content, window, by=None)
    registry = platform.chain.contracts.case_registry
    laxer = registry.approve_procedure(bytes.fromhex(version), 0x007E7E7E7E7E7E7E)
    platform.chain.decide([CITY, POLICE], registry, laxer)
    case_target.running.drain()
    judge(case_target.audit(), cases={"key": version})


@attack(
    "a node that leaves a milestone out",
    "节点略去一个关键节点",
    by=CHAIN,
    found="cases:milestone-index",
    exit_code=1,
    located="key seq",
)
def test_node_leaves_a_milestone_out(
    case_target: Target, docket: Docket, thief: Recorder, judge: Judge
) -> None:
    milestones = [*thief.registry.milestones(0)]
    hidden = next(event for event in milestones if event.milestone == "inquiry")

    def lie(method: str, result: Any) -> Any:
        if method != "eth_getLogs":
            return result
        return [log for log in result if log["transactionHash"] != hidden.transaction]

    with lying_node(case_target.running.rpc_url, lie) as url:
        report = case_target.audit("--rpc", url)
    after = next(e for e in milestones if (e.case_id, e.index) == (hidden.case_id, 2))
    judge(report, cases={"key": f"{CITY}-2026-000001", "seq": after.seq})
