"""Who hands on a case file: what is left out of it, put into it, or put in another place."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from gridwitness_evidence import Record, parse_presentation
from support.attack import BEARER, Judge, attack
from support.attack_docket import CaseFile, CaseStage, cosign_of, handed_out, step_of
from support.attack_forgery import revalued
from support.attack_target import place
from support.platform import Report, run_verifier

OPEN, GENERAL, SUMMARY = "open", "general", "summary"


class Holder:
    """Somebody with the case files of the honest deployment, who edits copies of them."""

    def __init__(self, stage: CaseStage, folder: Path) -> None:
        self.docket = stage.docket
        self._stage = stage
        self._folder = folder
        self._files = {
            name: handed_out(stage.running.platform, story)
            for name, story in (
                (OPEN, self.docket.open),
                (GENERAL, self.docket.general),
                (SUMMARY, self.docket.summary),
            )
        }

    def file(self, name: str) -> CaseFile:
        """A copy to edit."""
        return copy.deepcopy(self._files[name])

    def check(self, file: CaseFile, *arguments: str, ask: bool = False) -> Report:
        """Somebody else checks it, offline or with a node."""
        path = self._folder / "case.json"
        path.write_text(json.dumps(file, ensure_ascii=False), encoding="utf-8")
        node = ["--rpc", self._stage.running.rpc_url] if ask else []
        trust = str(self._stage.running.trust_file)
        return run_verifier("bundle", str(path), "--trust", trust, *node, *arguments)


@pytest.fixture(scope="module")
def holder(case_stage: CaseStage, tmp_path_factory: pytest.TempPathFactory) -> Holder:
    holder = Holder(case_stage, tmp_path_factory.mktemp("files"))
    for name in (OPEN, GENERAL, SUMMARY):
        holder.check(holder.file(name), ask=True).require_proved()
    return holder


def at(file: CaseFile, record: Record) -> int:
    """Where a record stands in the file."""
    return next(
        index for index, item in enumerate(file["records"]) if item["record"].startswith(record.entry + "~")
    )


def after(file: CaseFile, record: Record) -> dict[str, Any]:
    """Where the record after this one is in its log."""
    follower = parse_presentation(file["records"][at(file, record) + 1]["record"])
    return place(follower)


@attack(
    "a record left out in the middle of a case file",
    "案卷中间抽去一条记录",
    by=BEARER,
    found="case:gap completeness::not-evaluated",
    exit_code=1,
    located="jti sub seq",
)
def test_record_left_out(holder: Holder, judge: Judge) -> None:
    file, left_out = holder.file(GENERAL), step_of(holder.docket.general, "interview")
    where = after(file, left_out)
    del file["records"][at(file, left_out)]
    judge(holder.check(file), case=where)


@attack(
    "the effect of a step left out of a case file",
    "案卷中抽去某步骤的状态变更",
    by=BEARER,
    found="case:gap completeness::not-evaluated",
    exit_code=1,
    located="jti sub seq",
)
def test_effect_left_out(holder: Holder, judge: Judge) -> None:
    file, step = holder.file(GENERAL), step_of(holder.docket.general, "surcharge")
    effect = at(file, step) + 1
    where = place(parse_presentation(file["records"][effect + 1]["record"]))
    del file["records"][effect]
    judge(holder.check(file), case=where)


@attack(
    "two records of a case file in each other's place",
    "互换案卷中两条记录",
    by=BEARER,
    found="case:fork completeness::not-evaluated",
    exit_code=1,
    located="jti sub seq",
)
def test_records_swapped(holder: Holder, judge: Judge) -> None:
    file, step = holder.file(GENERAL), step_of(holder.docket.general, "publication")
    records, here = file["records"], at(file, step)
    records[here], records[here + 1] = records[here + 1], records[here]
    judge(holder.check(file), case=place(step))


@attack(
    "what came after the last milestone cut off an open case's file: an auditor's letter",
    "截去未结案卷最后节点之后的内容（监督意见书）",
    by=BEARER,
    exit_code=0,
    said="after it not evaluated: the case is open",
)
def test_tail_cut(holder: Holder, judge: Judge) -> None:
    file = holder.file(OPEN)
    del file["records"][at(file, step_of(holder.docket.open, "supervision-opinion")) :]
    judge(holder.check(file))


@attack(
    "a case file cut back, its last milestones with it, to one who asks no node",
    "截短案卷并去掉其后的节点，而核查方不查询节点",
    by=BEARER,
    exit_code=0,
    said="milestones registered after this file was made",
)
def test_cut_back(holder: Holder, judge: Judge) -> None:
    judge(holder.check(cut_back(holder)))


@attack(
    "a case file cut back, its last milestones with it, to one who asks a node",
    "截短案卷并去掉其后的节点，而核查方查询节点",
    by=BEARER,
    found="completeness:milestone-later:not-evaluated",
    exit_code=3,
    located="sub seq",
)
def test_cut_back_and_a_node(holder: Holder, judge: Judge) -> None:
    seq = step_of(holder.docket.open, "head-review").claims.seq
    judge(holder.check(cut_back(holder), ask=True), completeness={"sub": holder.docket.open.sub, "seq": seq})


def cut_back(holder: Holder) -> CaseFile:
    """The open case as if its head had not reviewed it yet."""
    file = holder.file(OPEN)
    del file["records"][at(file, step_of(holder.docket.open, "head-review")) :]
    del file["milestones"][2:]
    return file


@attack(
    "the end of a case file cut off, its milestones left in",
    "截去案卷末尾而保留节点",
    by=BEARER,
    found="milestones:milestone-without-record completeness:case-incomplete",
    exit_code=1,
    located="sub seq",
)
def test_end_cut_off(holder: Holder, judge: Judge) -> None:
    file, closure = holder.file(GENERAL), step_of(holder.docket.general, "closure")
    del file["records"][at(file, closure) :]
    where = {"sub": closure.claims.sub, "seq": closure.claims.seq}
    judge(holder.check(file), milestones=where, completeness=where)


@attack(
    "a milestone left out of a case file",
    "案卷中抽去一个节点",
    by=BEARER,
    found="milestones:milestone-missing completeness::not-evaluated",
    exit_code=1,
    located="jti sub seq",
)
def test_milestone_left_out(holder: Holder, judge: Judge) -> None:
    file = holder.file(GENERAL)
    del file["milestones"][1]
    reports = next(r for r in holder.docket.general.records if r.fields.get("step") == "inquiry-report")
    judge(holder.check(file), milestones=place(reports))


@attack(
    "the milestones of another case put into a case file",
    "将他案节点放入案卷",
    by=BEARER,
    found="milestones:milestone-foreign completeness::not-evaluated",
    exit_code=1,
    located="sub file",
)
def test_milestones_of_another_case(holder: Holder, judge: Judge) -> None:
    file = holder.file(GENERAL)
    file["milestones"][-1] = holder.file(SUMMARY)["milestones"][-1]
    last = len(file["milestones"]) - 1
    where = {"sub": file["sub"], "file": f"case.json#milestones/{last}"}
    judge(holder.check(file), milestones=where)


@attack(
    "a laxer procedure written into a case file: no hearing, no legal review",
    "将案卷所附程序改为不设听证、法制审核",
    by=BEARER,
    found="disclosures:disclosure-unreferenced",
    exit_code=1,
    located="jti",
)
def test_procedure_loosened(holder: Holder, judge: Judge) -> None:
    file = holder.file(GENERAL)
    record = rewrite(file, "rules", "procedure/general", lambda content: {**content, "clocks": []})
    judge(holder.check(file), disclosures={"jti": record.claims.jti})


@attack(
    "another calendar written into a case file, every day a holiday",
    "将案卷所附日历改为全年休假",
    by=BEARER,
    found="disclosures:disclosure-unreferenced",
    exit_code=1,
    located="jti",
)
def test_calendar_changed(holder: Holder, judge: Judge) -> None:
    file = holder.file(GENERAL)
    record = rewrite(file, "rules", "calendar/cn/2026", lambda content: {**content, "workdays": []})
    judge(holder.check(file), disclosures={"jti": record.claims.jti})


def rewrite(file: CaseFile, part: str, name: str, change: Any) -> Record:
    """Change the `content` of a rule in the file; gives its record."""
    for item in file[part]:
        record = parse_presentation(item["record"])
        if record.fields.get("name") == name:
            shown = [d.encoded for d in record.disclosures if d is not None and d.name != "content"]
            other = revalued(record, "content", change(record.fields["content"]))
            item["record"] = "~".join([record.entry, *shown, other, ""])
            return record
    raise AssertionError(f"no {name}")


@attack(
    "procedure and calendars left out of a case file",
    "案卷不附程序与日历",
    by=BEARER,
    found="milestones::not-evaluated completeness::not-evaluated officers::not-evaluated"
    " procedure::not-evaluated clocks::not-evaluated",
    exit_code=3,
)
def test_rules_left_out(holder: Holder, judge: Judge) -> None:
    judge(holder.check(holder.file(GENERAL) | {"rules": []}))


@attack(
    "calendars left out of a case file",
    "案卷不附日历",
    by=BEARER,
    found="procedure::not-evaluated clocks::not-evaluated",
    exit_code=0,
    said="demands rest on a calendar that is not published",
)
def test_calendars_left_out(holder: Holder, judge: Judge) -> None:
    file = holder.file(GENERAL)
    file["rules"] = [
        item
        for item in file["rules"]
        if not str(parse_presentation(item["record"]).fields["name"]).startswith("calendar/")
    ]
    judge(holder.check(file))


@attack(
    "who holds the officers' keys left out of a case file",
    "案卷不附签名密钥的持有人",
    by=BEARER,
    found="procedure::claimed",
    exit_code=0,
    said="demands rest on the agency's lists of persons",
)
def test_holders_left_out(holder: Holder, judge: Judge) -> None:
    file = holder.file(GENERAL)
    honest = holder.check(file).check("procedure")["reason"]
    report = holder.check(file | {"related": []})
    assert report.check("procedure")["reason"] != honest
    judge(report)


@attack(
    "what a decision says left out of a case file",
    "案卷隐去处罚决定的内容",
    by=BEARER,
    found="procedure::not-evaluated clocks::not-evaluated",
    exit_code=0,
    said="demands rest on fields that are not shown",
)
def test_details_redacted(holder: Holder, judge: Judge) -> None:
    file, decision = holder.file(GENERAL), step_of(holder.docket.general, "decision")
    item = file["records"][at(file, decision)]
    record = parse_presentation(item["record"])
    shown = [d.encoded for d in record.disclosures if d is not None and d.name not in ("details", "outcome")]
    item["record"] = "~".join([record.entry, *shown, ""])
    judge(holder.check(file))


@attack(
    "the second officer's signature cut off the end of a case file",
    "截去案卷末尾的共同签名",
    by=BEARER,
    found="officers:cosign-missing:claimed",
    exit_code=0,
    located="jti sub seq",
    said="two officers: claimed only, for 1 of 3 milestones",
)
def test_cosignature_cut_off(holder: Holder, judge: Judge) -> None:
    file, story = holder.file(OPEN), holder.docket.open
    del file["records"][at(file, cosign_of(story, "head-review")) :]
    judge(holder.check(file), officers=place(step_of(story, "head-review")))


@attack(
    "another paper shown with a case file: one figure of the decision changed",
    "出示改动一处金额的处罚决定书",
    by=BEARER,
    found="documents:document-unknown",
    exit_code=1,
    located="file",
)
def test_paper_swapped(holder: Holder, judge: Judge, tmp_path: Path) -> None:
    file, path = holder.file(GENERAL), tmp_path / "决定书.pdf"
    path.write_bytes(holder.docket.paper)
    honest = holder.check(file, "--document", str(path))
    honest.require_proved()
    assert "SHA-256 and SM3" in honest.check("documents")["reason"]
    path.write_bytes(holder.docket.paper[:-1] + b"\0")
    judge(holder.check(file, "--document", str(path)), documents={"file": path.name})


@attack(
    "the file of one case handed on as another's",
    "以此案案卷冒充彼案",
    by=BEARER,
    found="case:case-subject milestones:milestone-foreign completeness::not-evaluated",
    exit_code=1,
    located="jti sub seq file",
)
def test_file_of_another_case(holder: Holder, judge: Judge) -> None:
    file, first = holder.file(SUMMARY), holder.docket.summary.records[0]
    file["sub"] = holder.docket.general.sub
    where = {"sub": file["sub"], "file": "case.json#milestones/0"}
    judge(holder.check(file), case=place(first), milestones=where)
